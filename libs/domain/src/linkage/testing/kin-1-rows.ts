import { kin1, type Kin1Settings } from '../kin-1/kin-1.js';
import { born, gender, LinkageWorld, rowKeyOf, testSettings, type RowSpec } from './linkage-world.js';
import type { RecordId } from '@kinledger/contracts';

/** `kin-1` with the model that the engine ships. */
export const kin1Settings = {
  ...testSettings,
  name: 'kin-1' as const,
  model: { coldStart: 20_000 },
  maxHoldersPerKey: 100,
  ...{ reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 },
} satisfies Kin1Settings;

export interface Child {
  readonly born: string;
  readonly letters: string;
  readonly postcode?: string;
  readonly gender?: string;
}

/** The row of a child with what a minimum dataset has: letters of the name, birth date, gender and postcode. */
export function child(
  id: string,
  { born: date, letters, postcode, gender: sex = 'f' }: Child,
  ...more: RowSpec['tokens']
): RowSpec {
  const [year = '', month = '', day = ''] = date.split('-');
  const places: [string, string][] =
    postcode === undefined
      ? []
      : [
          ['postcode', postcode],
          ['key:birth-date-postcode', `${date} ${postcode}`],
          ['key:postcode-letters', `${postcode} ${letters}`],
        ];
  return {
    id,
    role: 'child',
    tokens: [born(date), gender(sex), ...more],
    derived: [
      ['given-name-first-three', letters],
      ['birth-date-year-month', `${year}-${month}`],
      ['birth-date-swapped', `${year} ${[month, day].sort().join(' ')}`],
      ['birth-date-year', year],
      ['key:birth-date-first-three-gender', `${date} ${letters} ${sex}`],
      ...places,
    ],
  };
}

/** A world in which each row comes from a service of its own, one after another. */
export function kin1World(rows: readonly RowSpec[], settings: Partial<Kin1Settings> = {}) {
  const world = new LinkageWorld([], kin1({ ...kin1Settings, ...settings }));
  rows.forEach((row, at) => world.submit({ dataset: `service${at}.user`, rows: [row] }));
  const recordOf = (id: string): RecordId => {
    const at = rows.findIndex((row) => row.id === id);
    const key = rowKeyOf(`service${at}.user`, id);
    const [record] = [...world.reader.records].find(([, { rowKey }]) => rowKey === key) ?? [];
    if (record === undefined) throw new Error(`there is no row ${id}`);
    return record;
  };
  return { world, recordOf };
}
