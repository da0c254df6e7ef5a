/**
 * What a page, a figure and a page of OData cost over an installation: seconds of processor time of PostgreSQL and of the
 * services for one answer that is not remembered, and how long it took. See docs/performance.md.
 * After `npm run build`, while `kinledger start` runs on the home and nothing else asks it:
 * npx node test/benchmarks/pages.bench.ts <home> [period] [text that addresses hold]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { childrenOf, familyUsageOf, usageOf } from './process-usage.ts';

const [home = '.kinledger', period = '2023-24-Q4', holding = ''] = process.argv.slice(2);
const json = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
  schema.parse(JSON.parse(await readFile(join(home, path), 'utf8')));
const { services, launcher } = await json(
  'connection.json',
  z.object({
    services: z.object({ 'reporting-api': z.string() }),
    launcher: z.object({ pid: z.number() }),
  }),
);
const { dataTeam } = await json('tokens.json', z.object({ dataTeam: z.string() }));
const data = (await readFile(join(home, 'postgres/data-directory'), 'utf8')).trim();
const postmaster = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
/** The launcher and what it starts, but for PostgreSQL. */
const servicesUsage = (): number =>
  [launcher.pid, ...childrenOf(launcher.pid)]
    .filter((pid) => pid !== postmaster)
    .reduce((sum, pid) => sum + (usageOf(pid)?.cpu ?? 0), 0);

async function get(path: string): Promise<string> {
  const answer = await fetch(new URL(path, services['reporting-api']), {
    headers: { authorization: `Bearer ${dataTeam}`, connection: 'close' },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.text();
}

const figures = z
  .object({ figures: z.array(z.object({ figure: z.string(), rows: z.string() })) })
  .parse(JSON.parse(await get('/v1/figures'))).figures;
const paths: readonly string[] = [
  `/reach?period=${period}`,
  `/reports/programme?period=${period}`,
  `/reports/services/baby-steps?period=${period}`,
  `/data-quality?period=${period}`,
  '/submissions',
  '/datasets',
  ...figures.map(({ rows }) => `${rows}?period=${period}`),
  '/v1/odata/engagement',
  '/v1/odata/engagement/$count',
  '/v1/odata/engagement?$filter=service_key eq 5 and qualifying eq true',
  '/v1/odata/engagement?$filter=contains(session_kind,%27group%27) and service_key eq 5',
  '/v1/odata/engagement?$orderby=minutes desc&$top=100',
  '/v1/odata/individual',
  '/v1/odata/individual?$filter=individual_key eq 1000',
  '/v1/odata/individual_attribute?$top=5000',
  '/v1/odata/registration',
  '/v1/odata/service_pair',
  '/v1/odata/published_count',
];
console.log('| answer | PostgreSQL | services | took | size |');
console.log('| --- | --: | --: | --: | --: |');
for (const path of paths.filter((each) => each.includes(holding))) {
  const before = { database: familyUsageOf(postmaster), services: servicesUsage(), at: performance.now() };
  const text = await get(path);
  const took = (performance.now() - before.at) / 1000;
  const cells = [
    `${(familyUsageOf(postmaster) - before.database).toFixed(2)} s`,
    `${(servicesUsage() - before.services).toFixed(2)} s`,
    `${took.toFixed(2)} s`,
    `${(text.length / 1000).toFixed(0)} kB`,
  ];
  console.log(`| \`${path}\` | ${cells.join(' | ')} |`);
}
