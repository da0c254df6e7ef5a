import type pg from 'pg';
import type { CountColumn, CountColumns } from '../count-columns.js';
import { figures } from '../registry.js';
import type { Cell } from './cells.js';

/** What erased records were to the figures, as far as the ledger still says. */
export interface ErasureEffect {
  /** Live records at that position whose bodies are gone. */
  readonly records: number;
  /** Individuals to whom they belonged. */
  readonly individuals: number;
  /** Of these records, those that belonged to nobody: unlinkable, referred or anonymous rows. */
  readonly setAside: number;
  /** Children of whom one of these individuals is a carer. */
  readonly childrenOfTheirs: number;
  /** Live rows of these individuals, erased or not. */
  readonly rowsOfTheirs: number;
}

/**
 * Reads from the read models on the client's search path what the erasure of these records can have changed: who belongs to
 * whom stands in the ledger and outlives the bodies.
 */
export async function erasureEffect(
  client: Pick<pg.ClientBase, 'query'>,
  records: readonly string[],
): Promise<ErasureEffect> {
  const { rows } = await client.query<ErasureEffect>(
    `WITH erased AS MATERIALIZED (
       SELECT individual, state FROM numbered_record WHERE record_id = ANY ($1::uuid[]) AND state <> 'retired'
     ), theirs AS MATERIALIZED (
       SELECT DISTINCT individual FROM erased WHERE individual IS NOT NULL
     )
     SELECT (SELECT count(*)::int FROM erased) AS records,
            (SELECT count(*)::int FROM theirs) AS individuals,
            (SELECT count(*)::int FROM erased WHERE state = 'set-aside') AS "setAside",
            (SELECT count(DISTINCT k.child)::int FROM numbered_relationship k JOIN theirs t ON t.individual = k.other
             WHERE k.kind = 'carer') AS "childrenOfTheirs",
            (SELECT count(*)::int FROM numbered_record r JOIN theirs t ON t.individual = r.individual
             WHERE r.state = 'linked') AS "rowsOfTheirs"`,
    [records],
  );
  return rows[0] ?? { records: 0, individuals: 0, setAside: 0, childrenOfTheirs: 0, rowsOfTheirs: 0 };
}

/**
 * How much a count can differ at most since these records were erased. An erased row takes its individual out of a count
 * of people, or moves it between two rows of a table: one each. What else a column depends on, it says (`mayChangeBy`).
 */
export function boundOf({ figure, column }: Cell, effect: ErasureEffect): number {
  const versions = figures.filter(({ id }) => id === figure).map(({ columns }) => columns);
  const ofVersion = (columns: CountColumns, name: string): number => {
    const found: CountColumn | undefined = columns[name];
    if (found === undefined) return 0;
    if (found.sumOf !== undefined)
      return found.sumOf.reduce((sum, part) => sum + ofVersion(columns, part), 0);
    switch (found.mayChangeBy) {
      case 'children':
        return effect.individuals + effect.childrenOfTheirs;
      case 'rows':
        return effect.rowsOfTheirs;
      case undefined:
        return found.unit === 'rows' ? effect.setAside : effect.individuals;
      default:
        return found.mayChangeBy satisfies never;
    }
  };
  // Not every version of a figure has each column.
  return Math.max(0, ...versions.map((columns) => ofVersion(columns, column)));
}
