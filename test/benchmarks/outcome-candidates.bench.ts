/**
 * Rows of administrative sources that have a birth date, a gender and an area, and no contact and no NHS number: how many have exactly
 * one child of the same birth date, gender and area in a synthetic programme as `kin-1` links it, and how often that is the right one.
 * Once more with the row's own child unknown to every service: how often such a row has exactly one candidate, who is then wrong.
 *
 *   npx node test/benchmarks/outcome-candidates.bench.ts [people] [normal | hard] [seed]
 */
import { wilson } from '@kinledger/linkage-quality';
import { linkedBy, rowsOfProgramme, settingsOf, type KnownRow } from './strategies/linked-programme.ts';

const [people = '5000', profile = 'normal', seed = 'kin'] = process.argv.slice(2);
if (profile !== 'normal' && profile !== 'hard')
  throw new RangeError(`the profile is normal or hard, not ${profile}`);
const all = await rowsOfProgramme('a', { people: Number(people), quarters: 4, seed, profile });
const { individualOf } = linkedBy(settingsOf('kin-1', all), all.rows);

const guard = ({ row }: KnownRow, kind: string): string | undefined =>
  row.tokens.find(({ domain, use }) => use === 'guard' && domain === kind)?.token;
const areaOf = ({ row }: KnownRow): string | undefined => {
  const lsoa = row.attributes['lsoa'];
  return typeof lsoa === 'string' ? lsoa : undefined;
};
const distinct = (values: readonly (string | undefined)[]) => [
  ...new Set(values.filter((value) => value !== undefined)),
];

const isBare = ({ row, dataset }: KnownRow): boolean =>
  dataset.dataType === 'outcome' &&
  dataset.serviceDefinition.administrative &&
  !row.tokens.some(({ use }) => use === 'identity' || use === 'carer');
const bare = all.rows.filter(isBare);

/** By birth date, gender and area: individuals that any other row says are of them. An individual may have said several. */
const candidates = new Map<string, string[]>();
const truly = new Map<string, ReadonlySet<string>>();
const ofChildren = all.rows.filter((row) => row.row.role === 'child' && !isBare(row));
for (const [individual, rows] of Map.groupBy(ofChildren, individualOf)) {
  if (individual === undefined) continue;
  truly.set(individual, new Set(rows.map(({ person }) => person)));
  for (const born of distinct(rows.map((row) => guard(row, 'birth-date'))))
    for (const gender of distinct(rows.map((row) => guard(row, 'gender'))))
      for (const area of distinct(rows.map(areaOf))) {
        const key = `${born} ${gender} ${area}`;
        candidates.set(key, [...(candidates.get(key) ?? []), individual]);
      }
}
const isOf = (person: string) => (individual: string) => truly.get(individual)?.has(person) === true;

for (const [dataset, rows] of Map.groupBy(bare, (row) => row.dataset.id)) {
  const caseOf = ({ row }: KnownRow) => row.tokens.find(({ use }) => use === 'local')?.token ?? row.rowKey;
  const pupils = [...Map.groupBy(rows, caseOf).values()].map(([first]) => first as KnownRow); // groups have a row
  let [complete, none, one, right, several, alone] = [0, 0, 0, 0, 0, 0];
  for (const row of pupils) {
    const [born, gender, area] = [guard(row, 'birth-date'), guard(row, 'gender'), areaOf(row)];
    if (born === undefined || gender === undefined || area === undefined) continue;
    complete += 1;
    const found = candidates.get(`${born} ${gender} ${area}`) ?? [];
    const isRight = isOf(row.person);
    if (found.length === 0) none += 1;
    else if (found.length > 1) several += 1;
    else {
      one += 1;
      if (found.some(isRight)) right += 1;
    }
    if (found.filter((each) => !isRight(each)).length === 1) alone += 1;
  }
  const { low, high } = wilson(right, one);
  const per = (part: number) => `${((100 * part) / Math.max(1, complete)).toFixed(1)} %`;
  console.log(
    `${dataset}: ${pupils.length} children, ${complete} with birth date, gender and area; no candidate ${none}, several ${several}, ` +
      `exactly one ${one}, of which right ${right} (${(100 * low).toFixed(2)}–${(100 * high).toFixed(2)} %, 95 %). ` +
      `With the child unknown to all services, exactly one candidate, who is wrong: ${alone} (${per(alone)}).`,
  );
}
