import type { RowKey } from '@kinledger/contracts';
import {
  exactSettings,
  partition,
  strategyOf,
  type LinkageRecord,
  type LinkConstraints,
  type StrategySettings,
} from '@kinledger/domain';

/**
 * How many more people there could be at most if every link that rests on a score were wrong: of each individual, the parts that
 * whole identifiers and people's decisions hold together, without the first. Rows with an identifier that whole identifiers place nowhere, such as one that has
 * lost its force, are a part for each case number and individual, or by themselves. Rows without an identifier are in no part: reach counts each
 * as one more person anyway.
 * The upper bound of reach counts what tells an individual’s rows apart: an NHS number, birth dates, case numbers, rows. The same count of
 * each part by itself adds up to one more for each further part at most: two NHS numbers are never joined by a score, so that only their birth
 * dates are counted once for the whole and once for each part.
 * @param individualOf who each row is of; undefined for a row that was set aside.
 */
export function partsByScore(
  records: readonly LinkageRecord[],
  constraints: LinkConstraints,
  settings: StrategySettings,
  individualOf: (rowKey: RowKey) => string | undefined,
): number {
  const { groups, setAside } = partition(records, constraints, strategyOf(exactSettings(settings)));
  const parts = new Map<string, Set<number | string>>();
  const add = (rowKey: RowKey, part: number | string): void => {
    const individual = individualOf(rowKey);
    if (individual === undefined) return;
    const known = parts.get(individual);
    if (known === undefined) parts.set(individual, new Set([part]));
    else known.add(part);
  };
  groups.forEach(({ persons, facts }, part) => {
    for (const rowKey of [...persons, ...facts]) add(rowKey, part);
  });
  const isSetAside = new Set(setAside.map(({ rowKey }) => rowKey));
  for (const { rowKey, tokens } of records) {
    if (!isSetAside.has(rowKey) || !tokens.some(({ use }) => use === 'identity')) continue;
    add(rowKey, tokens.find(({ use }) => use === 'local')?.token ?? rowKey);
  }
  return [...parts.values()].reduce((sum, { size }) => sum + size - 1, 0);
}
