/**
 * Links a synthetic programme under `leap-1` and under `kin-1`, in memory: the minimum dataset (a), and with whole names (b). Prints
 * quality and reach overall and by dataset, role, NHS number, ethnicity, deprivation and provider.
 *
 *   npm run bench:strategies -- --people 5000 --profile hard
 *
 * --people and --quarters give the size (5000, 4), --seed the people, --profile normal or hard; without it, both. --fields a or b: without
 * it, both. --brief leaves out the subgroups. --page FILE writes the subgroups to a page.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { addedLinks, resultOf } from './strategies/compare-strategies.ts';
import type { FieldSet } from './strategies/field-sets.ts';
import { linkedBy, rowsOfProgramme, settingsOf } from './strategies/linked-programme.ts';
import { addedTable, overallTable, subgroupTables, type Compared } from './strategies/strategy-tables.ts';

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '5000' },
    quarters: { type: 'string', default: '4' },
    seed: { type: 'string', default: 'kin' },
    profile: { type: 'string', multiple: true },
    fields: { type: 'string', multiple: true },
    brief: { type: 'boolean', default: false },
    page: { type: 'string' },
  },
});
const among = <Name extends string>(
  option: string,
  given: string[] | undefined,
  all: readonly Name[],
): readonly Name[] => {
  if (given === undefined) return all;
  return given.map((name) => {
    const found = all.find((one) => one === name);
    if (found === undefined) throw new RangeError(`--${option} is ${all.join(' or ')}, not ${name}`);
    return found;
  });
};
const profiles = among('profile', options.profile, ['normal', 'hard']);
const fieldSets = among<FieldSet>('fields', options.fields, ['a', 'b']);

const compared: Compared[] = [];
for (const profile of profiles)
  for (const fields of fieldSets) {
    const all = await rowsOfProgramme(fields, {
      ...{ people: Number(options.people), quarters: Number(options.quarters), seed: options.seed, profile },
    });
    const [before, after] = (['leap-1', 'kin-1'] as const).map((name) =>
      linkedBy(settingsOf(name, all), all.rows),
    );
    if (before === undefined || after === undefined) throw new Error('two strategies are compared');
    compared.push({
      ...{ profile, fields },
      ...{
        leap: resultOf(all, before),
        kin: resultOf(all, after),
        added: addedLinks(all.rows, before, after),
      },
    });
    console.error(
      `${profile}, (${fields}): ${all.rows.length} rows linked in ${before.seconds.toFixed(1)} s of processor time under leap-1, ` +
        `${after.seconds.toFixed(1)} s under kin-1`,
    );
  }

const command = `npm run bench:strategies -- ${process.argv.slice(2).join(' ')}`.trim();
const pretty = (text: string) => format(text, { parser: 'markdown', printWidth: 140 });
console.log(await pretty([overallTable(compared), addedTable(compared)].join('\n\n')));
const groups = subgroupTables(compared);
if (options.page !== undefined)
  await writeFile(
    options.page,
    await pretty(`# Two strategies by subgroup

Made by \`${command}\`, which links a synthetic programme under \`leap-1\` and \`kin-1\`.
[Quality of linkage](linkage-quality.md#the-synthetic-programme) says what the columns mean, and sums up. Where a cell has several
values, they are of \`leap-1\`, of \`kin-1\` with the minimum dataset (a), and of \`kin-1\` with names (b), in this order; gained are pairs of one
person that \`kin-1\` links and \`leap-1\` does not, with (a) and with (b). A pair of two subgroups counts half in each.

${groups}
`),
  );
else if (!options.brief) console.log(await pretty(groups));
