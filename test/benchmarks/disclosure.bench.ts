/**
 * What tables of counts give away about small counts that they suppress, by rule and by size of the table, before and
 * after secondary suppression. Tables are drawn at random, from seeds 1, 2, 3, …, with their totals. After
 * `npm run build`; then releases of whole programmes, and what their audit and remedy take:
 *
 *   npx node test/benchmarks/disclosure.bench.ts        60 tables of each kind
 *   npx node test/benchmarks/disclosure.bench.ts 200
 *   npx node test/benchmarks/disclosure.bench.ts 60 threshold-10-with-zero    tables under this rule alone
 */
import { auditRelease, highsSolver, secondarySuppression, type Release } from '@kinledger/disclosure';
import {
  nhs2018,
  programmeRelease,
  randomCounts,
  starred,
  tableOf,
  threshold10WithZero,
} from '@kinledger/disclosure/testing';

const tables = Number(process.argv[2] ?? 60);
const onlyRule = process.argv[3];
const rules = [starred, nhs2018, threshold10WithZero].filter(
  ({ id }) => onlyRule === undefined || id === onlyRule,
);
if (rules.length === 0) throw new Error(`there is no rule ${onlyRule}: leave it out, or name one`);
const sizes = [
  [2, 2],
  [2, 3],
  [3, 4],
  [5, 6],
] as const;
/** One more than the most values that a column of the table below counts. */
const FEWEST = 4;

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;

const solver = await highsSolver();
console.log(
  '| rule | table | protected counts | exactly one value | at most 2 | at most 3 | at most 2 after | counts suppressed too | ms a table |',
);
console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const rule of rules)
  for (const [rows, columns] of sizes) {
    const found = { cells: 0, shown: 0, one: 0, two: 0, three: 0, after: 0, suppressed: 0, cpu: 0 };
    for (let seed = 1; seed <= tables; seed += 1) {
      const release: Release = tableOf('t', randomCounts(seed, rows, columns), rule);
      const { audited, narrowed } = auditRelease(solver, release, FEWEST);
      const atMost = (values: number): number =>
        narrowed.filter(({ feasible }) => feasible.length <= values).length;
      found.cells += audited;
      found.one += atMost(1);
      found.two += atMost(2);
      found.three += atMost(3);
      const before = process.cpuUsage();
      const remedy = secondarySuppression(solver, release);
      const { user, system } = process.cpuUsage(before);
      found.cpu += (user + system) / 1_000;
      found.after += remedy.audit.narrowed.length + remedy.audit.unknown.length;
      found.suppressed += remedy.suppressed.length;
      found.shown += release.cells.length - audited;
    }
    console.log(
      `| ${rule.id} | ${rows}×${columns} | ${found.cells} | ${percent(found.one, found.cells)} | ${percent(found.two, found.cells)} | ` +
        `${percent(found.three, found.cells)} | ${found.after} | ${percent(found.suppressed, found.shown)} of ${found.shown} | ${(found.cpu / tables).toFixed(0)} |`,
    );
  }

const seconds = (work: () => void): string => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1e6).toFixed(1);
};
if (onlyRule !== undefined) process.exit();
console.log(
  '\n| services | values | columns | counts | protected | at most 2 | at most 2 after | counts suppressed too | audit, s | audit and remedy, s |',
);
console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const { people, services, characteristics } of [
  { people: 600, services: 10, characteristics: [5] },
  { people: 2_000, services: 31, characteristics: [5, 5] },
  { people: 2_500, services: 31, characteristics: [6, 6, 6, 6, 6, 6, 4] },
]) {
  const columns = 3;
  const release = programmeRelease(1, { people, services, strands: 4, characteristics, columns });
  let narrowed = 0;
  const audit = seconds(() => {
    narrowed = auditRelease(solver, release).narrowed.length;
  });
  let after = '';
  const remedy = seconds(() => {
    const found = secondarySuppression(solver, release);
    after = `${found.audit.narrowed.length + found.audit.unknown.length} | ${found.suppressed.length}`;
  });
  const values = characteristics.reduce((one, other) => one + other, 0);
  const hidden = release.cells.filter((cell) => cell.protected).length;
  console.log(
    `| ${services} | ${values} | ${columns} | ${release.cells.length} | ${hidden} | ${narrowed} | ${after} | ${audit} | ${remedy} |`,
  );
}
