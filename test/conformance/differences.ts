import type { OracleAnswer, OracleFigure, PlacedRow } from './oracle-answer.js';
import type { GoldenRecord, ProductAnswer, ReachFigure } from './product-answer.js';

/** How many items were compared, to detect an empty comparison. */
export interface Compared {
  readonly files: number;
  readonly individuals: number;
  readonly families: number;
  readonly figures: number;
  readonly roles: number;
}

export interface Comparison {
  readonly compared: Compared;
  /** One sentence per difference, with the rows that show it. */
  readonly differences: readonly string[];
}

const figureNames: readonly (keyof OracleFigure)[] = [
  ...(['children', 'adults', 'families', 'childrenThroughCarerOnly', 'workforce'] as const),
  ...(['unlinkable', 'referred', 'anonymous'] as const),
];

/** Compares the product's answer about a programme's files with the oracle's. */
export async function compareAnswers(product: ProductAnswer, oracle: OracleAnswer): Promise<Comparison> {
  const golden = new GoldenGroups(product, oracle.rows);
  const differences = [
    ...oracle.doubts.map(
      ({ why, rows }) =>
        `the documents leave open: ${why}\n${rows.map((row) => `    ${shown(row)}`).join('\n')}`,
    ),
    ...differentFiles(product, oracle),
    ...differentGroups(golden, oracle),
    ...differentRoles(golden, oracle),
    ...differentFamilies(golden, oracle),
  ];
  let figures = 0;
  for (const [period, scopes] of Object.entries(oracle.figures)) {
    const answered = await product.figures(period);
    for (const [scope, expected] of Object.entries(scopes)) {
      figures += figureNames.length;
      differences.push(...differentFigures(`${period}, ${scope}`, answered.get(scope) ?? {}, expected));
    }
  }
  return {
    compared: {
      files: oracle.files.length,
      individuals: oracle.individuals.length,
      families: oracle.families,
      figures,
      roles: oracle.individuals.filter(({ roleIsATie }) => !roleIsATie).length,
    },
    differences,
  };
}

/** A row without its place, so that equal rows are reported once. */
const shown = ({ dataset, role, case: number, birth, gender, own, carer }: PlacedRow): string =>
  [dataset, role, number?.slice(0, 10) ?? 'no case', birth ?? 'no birth date', gender ?? 'no gender']
    .concat(Object.entries(own).map(([kind, token]) => `${kind} ${token}`))
    .concat(Object.entries(carer).map(([kind, token]) => `carer’s ${kind} ${token}`))
    .join(', ');

function differentFigures(where: string, answered: ReachFigure, expected: OracleFigure): string[] {
  return figureNames
    .filter((name) => answered[name] !== expected[name])
    .map((name) => `${where}: ${name} is ${String(answered[name])}, by the oracle ${String(expected[name])}`);
}

function differentFiles(product: ProductAnswer, oracle: OracleAnswer): string[] {
  return oracle.files.flatMap(({ dataset, period, refused, accepted, ...not }) => {
    const rejected = not.rejected + not.withoutConsent;
    const name = `${dataset} ${period}`;
    const taken = product.files.get(name);
    const same =
      taken !== undefined &&
      taken.refused === refused &&
      taken.accepted === accepted &&
      taken.rejected === rejected;
    return same
      ? []
      : [
          `${name}: ${JSON.stringify(taken)}, by the oracle ${JSON.stringify({ refused, accepted, rejected })}`,
        ];
  });
}

/** The product's live records by the oracle's names of rows. */
class GoldenGroups {
  /** Individual → its rows. */
  readonly individuals = new Map<string, string[]>();
  readonly unplaced = { unlinkable: [] as string[], referred: [] as string[], anonymous: [] as string[] };
  readonly about = new Map<string, GoldenRecord>();
  readonly unknown: string[] = [];
  readonly #rows = new Map<string, PlacedRow>();

  constructor(product: ProductAnswer, rows: readonly PlacedRow[]) {
    const keys = new Map<string, string>();
    for (const row of rows) {
      const record = product.recordOf(row);
      if (record !== undefined) keys.set(record, row.key);
      this.#rows.set(row.key, row);
    }
    for (const record of product.records) {
      const key = keys.get(record.record);
      if (key === undefined) this.unknown.push(record.record);
      else this.#place(key, record);
    }
  }

  /** A table of rows with their individuals or families in the product, and the other rows of those. */
  table(keys: readonly string[], by: 'individual' | 'family' = 'individual'): string {
    const wanted = new Set(keys);
    const touched = new Set(keys.map((key) => this.about.get(key)?.[by] ?? undefined));
    const others = [...this.about]
      .filter(([key, record]) => record[by] !== null && touched.has(record[by]) && !wanted.has(key))
      .map(([key]) => key);
    const counted = new Map<string, number>();
    for (const line of [
      ...keys.map((key) => `    ${this.#describe(key)}`),
      ...others.map((key) => `    not in it: ${this.#describe(key)}`),
    ]) {
      counted.set(line, (counted.get(line) ?? 0) + 1);
    }
    return [...counted].map(([line, count]) => `${line} (${count} rows)`).join('\n');
  }

  #describe(key: string): string {
    const row = this.#rows.get(key);
    const { state = 'not live', individual, family } = this.about.get(key) ?? {};
    const said = row === undefined ? key : shown(row);
    const ids = [individual, family].map((id) => id?.slice(0, 8) ?? 'none').join(' of family ');
    return state === 'linked' ? `${said} → ${ids}` : `${said} → ${state}`;
  }

  #place(key: string, record: GoldenRecord): void {
    this.about.set(key, record);
    if (record.state !== 'linked') this.unplaced[record.state].push(key);
    else if (record.individual !== null) {
      const members = this.individuals.get(record.individual);
      if (members === undefined) this.individuals.set(record.individual, [key]);
      else members.push(key);
    }
  }
}

const nameOf = (rows: readonly string[]): string => rows.toSorted().join('\n');

function differentGroups(golden: GoldenGroups, oracle: OracleAnswer): string[] {
  const groups = new Set([...golden.individuals.values()].map(nameOf));
  const different = oracle.individuals
    .filter(({ rows }) => !groups.has(nameOf(rows)))
    .map(({ rows }) => `one individual by the oracle:\n${golden.table(rows)}`);
  const unplaced = (['unlinkable', 'referred', 'anonymous'] as const).flatMap((state) => {
    const rows = oracle.unplaced[state].filter((key) => golden.about.get(key)?.state !== state);
    return rows.length === 0 ? [] : [`${state} by the oracle:\n${golden.table(rows)}`];
  });
  const known = new Set([
    ...oracle.individuals.flatMap(({ rows }) => rows),
    ...Object.values(oracle.unplaced).flat(),
  ]);
  const more = [...golden.about.keys()].filter((key) => !known.has(key));
  return [
    ...different,
    ...unplaced,
    ...golden.unknown.map((record) => `record ${record} is live and no row of a file that was accepted`),
    ...(more.length === 0 ? [] : [`not live by the oracle:\n${golden.table(more)}`]),
  ];
}

function differentRoles(golden: GoldenGroups, oracle: OracleAnswer): string[] {
  return oracle.individuals
    .filter(({ rows: [first = ''], role, roleIsATie }) => {
      const answered = golden.about.get(first)?.role;
      return !roleIsATie && answered != null && answered !== role;
    })
    .map(({ rows, role }) => `${role} by the oracle:\n${golden.table(rows)}`);
}

/** Compares families as sets of rows. An individual without a family does not count as one here. */
function differentFamilies(golden: GoldenGroups, oracle: OracleAnswer): string[] {
  const answered = new Set(
    [...Map.groupBy(golden.about, ([, { family }]) => family)]
      .filter(([family]) => family !== null)
      .map(([, members]) => nameOf(members.map(([key]) => key))),
  );
  const expected = [...Map.groupBy(oracle.individuals, ({ family }) => family).values()].filter(
    (members) => members.length > 1,
  );
  const different = expected
    .map((members) => members.flatMap(({ rows }) => rows))
    .filter((rows) => !answered.has(nameOf(rows)))
    .map((rows) => `one family by the oracle:\n${golden.table(rows, 'family')}`);
  return answered.size === expected.length
    ? different
    : [...different, `${answered.size} families, by the oracle ${expected.length}`];
}
