import type { Release, ReleasedCell, Relation } from './release.js';

/**
 * The parts of a release that say nothing of each other: no relation joins them. Cells keep their order.
 * @throws Error if two cells have one id, or a relation names a cell that the release does not have
 */
export function componentsOf({ cells, relations }: Release): readonly Release[] {
  const numbers = new Map(cells.map(({ id }, number) => [id, number]));
  if (numbers.size !== cells.length) throw new Error('two cells of a release have one id');
  const numberOf = (cell: string): number => {
    const number = numbers.get(cell);
    if (number === undefined) throw new Error(`a relation names ${cell}, which is no cell of the release`);
    return number;
  };
  const parents = cells.map((_, number) => number);
  const rootOf = (number: number): number => {
    let root = number;
    while (parents[root] !== root) root = parents[root] ?? root;
    return root;
  };
  for (const { terms } of relations) {
    const [first, ...others] = terms.map(({ cell }) => numberOf(cell));
    for (const other of others) {
      const roots = [rootOf(first ?? other), rootOf(other)].sort((one, two) => one - two) as [number, number];
      parents[roots[1]] = roots[0];
    }
  }
  const parts = new Map<number, { cells: ReleasedCell[]; relations: Relation[] }>();
  for (const [number, cell] of cells.entries()) {
    const root = rootOf(number);
    const part = parts.get(root) ?? { cells: [], relations: [] };
    part.cells.push(cell);
    parts.set(root, part);
  }
  for (const relation of relations) {
    const [first] = relation.terms;
    if (first !== undefined) parts.get(rootOf(numberOf(first.cell)))?.relations.push(relation);
  }
  return [...parts.values()];
}
