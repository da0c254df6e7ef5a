/**
 * Derives every number of the first versions of figures again, for each quarter and the lifetime of a synthetic programme, from its files,
 * the programme definition and the truth: see docs/rederived-figures.md.
 * After `npm run build`, on a home that `kinledger demo --once` has loaded and `kinledger start` runs on:
 * npx node --max-old-space-size=8192 test/benchmarks/rederive.bench.ts <home> [--values] [period …]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SubmissionId } from '@kinledger/contracts';
import { figures, nameOf } from '@kinledger/figures';
import { readProgramme } from '@kinledger/programme';
import { readSecrets, recordIdsOf } from '@kinledger/pseudonymisation';
import pg from 'pg';
import { z } from 'zod';
import { compare, type Comparison } from './rederive/compare.ts';
import { areasByPostcode, fileRows, type FileRow } from './rederive/file-rows.ts';
import { placedRecords, platformKin, trueKin, truePersons, type LinkedRow } from './rederive/linkage.ts';
import { boundsOf, Recount, type Counted } from './rederive/recount.ts';

const [home = '.kinledger', ...flags] = process.argv.slice(2);
const json = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
  schema.parse(JSON.parse(await readFile(join(home, path), 'utf8')));
const { programmeDirectory, services, evaluation } = await json(
  'connection.json',
  z.object({
    programmeDirectory: z.string(),
    services: z.object({ 'reporting-api': z.string() }),
    evaluation: z.object({ platformUrl: z.string(), secretsDirectory: z.string() }),
  }),
);
const { dataTeam } = await json('tokens.json', z.object({ dataTeam: z.string() }));
const files = z.array(
  z.object({ dataset: z.string(), period: z.string(), path: z.string(), rows: z.number() }),
);
const manifest = await json('demo/data/manifest.json', z.object({ endPeriod: z.string(), files }));
const loaded = await json(
  'demo/loaded.json',
  z.object({
    files: z.array(z.object({ dataset: z.string(), period: z.string(), submission: z.string().nullable() })),
  }),
);

const programme = await readProgramme(programmeDirectory);
const areas = await areasByPostcode(programmeDirectory, programme.definition.area.lookupFile);
const client = new pg.Client({ connectionString: evaluation.platformUrl });
await client.connect();
const placed = await placedRecords(client);
const ids = recordIdsOf(await readSecrets(evaluation.secretsDirectory));
const submissions = new Map(
  loaded.files.map(({ dataset, period, submission }) => [`${dataset} ${period}`, submission]),
);
const truth = join(home, 'demo/data/truth');
const persons = await truePersons(truth);
/** Rows as the platform linked them, and the same rows with the true persons. */
const linked: LinkedRow[] = [];
const truly: LinkedRow[] = [];
let read = 0;
for (const file of manifest.files) {
  const submission = submissions.get(`${file.dataset} ${file.period}`) ?? null;
  const own = persons.get(`${file.dataset} ${file.period}`) ?? [];
  for await (const row of fileRows(join(home, 'demo/data'), file, programme, areas)) {
    read += 1;
    if (submission === null) continue;
    // Ingest issued the id, so it has the right form.
    const record = placed.get(ids.recordIdOf(submission as SubmissionId, row.number));
    if (record === undefined) continue;
    const { marks, rowKey, reason, individual, period } = record;
    linked.push({ ...row, period, person: individual, reason, marks, case: record.case, rowKey });
    const person = own[row.number - 1];
    const isSomebody = person !== undefined && person !== '' && reason !== 'impersonal';
    truly.push({
      ...{ ...row, period, marks: 3, case: null, rowKey },
      person: isSomebody ? person : undefined,
      reason: isSomebody ? undefined : reason,
    });
  }
}
console.log(`${read} rows read, of which the platform holds ${linked.length}, and ${placed.size} in all`);
let unlikeValues = flags.includes('--values') ? await compareValues(linked) : 0;

const byPlatform = new Recount(programme, linked, await platformKin(client));
if (flags.includes('--values')) unlikeValues += await compareSurviving(byPlatform.surviving());
const byTruth = new Recount(programme, truly, await trueKin(truth));
await client.end();

const periods = [...new Set(manifest.files.map(({ period }) => period))]
  .filter((one) => /-Q\d$/.test(one))
  .sort();
const answers = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });
const ask = async (figure: string, period: string): Promise<readonly Counted[]> => {
  const answer = await fetch(new URL(`/v1/figures/${figure}/1?period=${period}`, services['reporting-api']), {
    // A connection that waits during a recount may be closed under the next question.
    headers: { authorization: `Bearer ${dataTeam}`, connection: 'close' },
  });
  if (!answer.ok) throw new Error(`${figure} of ${period}: ${answer.status} ${await answer.text()}`);
  // Texts, numbers and nulls, beside the list of what is suppressed, which is empty for the data team.
  return answers.parse(await answer.json()).rows as readonly Counted[];
};

/** Columns that state doubts of the linkage, of which the truth has none. */
const doubts = new Set([
  'unlinkable',
  'referred',
  'indistinct',
  'upperBound',
  'byBirthDateAlone',
  'setAside',
]);

interface Line {
  cells: number;
  unknown: number;
  differing: number;
  unlike: number;
  worst: number;
  where: string;
}
const lines = new Map<string, Line>();
const rederived = new Set([...byPlatform.all({ from: null, until: null }).keys()].map((id) => `${id}@1`));
const notRederived = figures.map((figure) => nameOf(figure)).filter((name) => !rederived.has(name));
console.log(`not derived again: ${notRederived.join(', ')}`);
const chosen = flags.filter((flag) => !flag.startsWith('--'));
for (const period of chosen.length > 0 ? chosen : [...periods, 'lifetime']) {
  const asked = period === 'lifetime' ? { from: null, until: null } : boundsOf(period);
  const truths = byTruth.all(asked);
  for (const [figure, recounted] of byPlatform.all(asked)) {
    const answered = await ask(figure, period);
    const one = compare(answered, recounted);
    const line = lines.get(figure) ?? { cells: 0, unknown: 0, differing: 0, unlike: 0, worst: 0, where: '' };
    lines.set(figure, line);
    line.cells += one.cells;
    line.unknown += one.unknown;
    line.differing += one.differences.length;
    for (const { row, column, ...values } of one.differences.slice(0, 5))
      console.log(`DIFFERS ${figure} ${period} ${row} ${column}: ${JSON.stringify(values)}`);
    tellLinkageError(line, compare(answered, truths.get(figure) ?? []), period);
  }
}

/** Notes how many numbers the linkage changes, and the largest change of a count of 30 or more. */
function tellLinkageError(line: Line, { differences }: Comparison, period: string): void {
  line.unlike += differences.length;
  for (const { row, column, answered, recounted } of differences) {
    if (typeof answered !== 'number' || typeof recounted !== 'number' || recounted < 30) continue;
    if (doubts.has(column)) continue;
    const error = answered / recounted - 1;
    if (Math.abs(error) > Math.abs(line.worst)) {
      line.worst = error;
      const scope = /"scope","([^"]*)"/.exec(row)?.[1] ?? '';
      line.where = `${column}, ${scope}, ${period}: ${answered} for ${recounted}`;
    }
  }
}

const share = (part: number, whole: number) => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
console.log(
  '\n| figure | cells | equal | without a file | changed by linkage | largest change of 30 or more |',
);
console.log('| --- | --: | --: | --: | --: | --- |');
for (const [figure, { cells, differing, unknown, unlike, worst, where }] of lines)
  console.log(
    `| \`${figure}\` | ${cells} | ${cells - differing} | ${unknown} | ${share(unlike, cells)} | ${worst === 0 ? '' : `${(100 * worst).toFixed(1)} % (${where})`} |`,
  );
const differing = [...lines.values()].reduce((sum, line) => sum + line.differing, 0);
console.log(`\n${differing} cells differ`);
process.exitCode = differing + unlikeValues === 0 ? 0 : 1;

/** Compares what is read of rows with what the read models hold of them. */
async function compareValues(rows: readonly (FileRow & { readonly rowKey: string })[]): Promise<number> {
  const held = new Map<string, readonly unknown[]>();
  const { rows: records } = await client.query<unknown[]>({
    text: `SELECT row_key::text, to_char(as_of, 'YYYY-MM-DD'), role, session_kind, attended, minutes, attributes
           FROM golden.numbered_record WHERE state <> 'retired'`,
    rowMode: 'array',
  });
  for (const [key, ...values] of records) held.set(String(key), values);
  const unlike = new Map<string, number>();
  for (const row of rows) {
    const [day, role, kind, attended, minutes, attributes] = held.get(row.rowKey) ?? [];
    const said = (JSON.parse((attributes as string | null) ?? '{}') ?? {}) as Record<string, string>;
    const pairs: [string, unknown, unknown][] = [
      ['day', row.day, day],
      ['role', row.role, role],
      ['kind', row.session?.kind ?? null, kind],
      ['attended', row.session?.attended ?? null, attended],
      ['minutes', row.session?.minutes ?? null, minutes],
      ...Object.keys({ ...said, ...row.attributes }).map((name): [string, unknown, unknown] => [
        ...([name, row.attributes[name], said[name]] as const),
      ]),
    ];
    for (const [name, mine, theirs] of pairs)
      if (mine !== theirs) {
        const key = `${row.dataset} ${name}`;
        const times = (unlike.get(key) ?? 0) + 1;
        unlike.set(key, times);
        if (times <= 2)
          console.log(
            `VALUE ${key} ${row.period} row ${row.number}: read ${JSON.stringify(mine)}, held ${JSON.stringify(theirs)}`,
          );
      }
  }
  console.log(`values unlike: ${JSON.stringify(Object.fromEntries(unlike))}`);
  return [...unlike.values()].reduce((sum, times) => sum + times, 0);
}

/** Compares what survives of each individual with what the read models hold. */
async function compareSurviving(
  surviving: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Promise<number> {
  const { rows } = await client.query<[number, string]>({
    text: 'SELECT number, attributes FROM golden.numbered_individual WHERE forwarded_to IS NULL',
    rowMode: 'array',
  });
  let unlike = 0;
  for (const [number, held] of rows) {
    const [one, other] = [surviving.get(String(number)) ?? {}, JSON.parse(held) as Record<string, string>];
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      if (one[name] === other[name]) continue;
      unlike += 1;
      if (unlike <= 5) console.log(`SURVIVES ${number} ${name}: ${one[name]} read, ${other[name]} held`);
    }
  }
  console.log(`${rows.length} individuals, ${unlike} surviving values unlike`);
  return unlike;
}
