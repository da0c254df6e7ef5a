import type { QuarterFigures } from '@kinledger/contracts';
import { nameOf } from '../publication.js';
import { figures as allFigures } from '../registry.js';

/** One count of a quarter's figures. */
export interface Cell {
  /** Id of the figure, without its version: counts of two versions are compared. */
  readonly figure: string;
  readonly scope: string;
  /** Values of the figure's dimensions, in their order. */
  readonly dimensions: readonly (string | number | null)[];
  readonly column: string;
}

/** The counts of a quarter's figures, by a key that is the same for the same cell of any two. */
export class Cells {
  readonly #values = new Map<string, { readonly cell: Cell; readonly value: number | null }>();

  constructor({ figures }: Pick<QuarterFigures, 'figures'>) {
    for (const { figure: name, columns, rows } of figures) {
      const known = allFigures.find((each) => nameOf(each) === name);
      const keys = 1 + Object.keys(known?.dimensions ?? {}).length;
      const figure = name.replace(/@.*$/, '');
      for (const row of rows) {
        const dimensions = row.slice(1, keys);
        for (const [index, column] of columns.entries()) {
          const value = row[index];
          if (index < keys || value === undefined || typeof value === 'string') continue;
          const cell = { figure, scope: String(row[0]), dimensions, column };
          this.#values.set(keyOf(cell), { cell, value });
        }
      }
    }
  }

  /** A cell that has no row counted nothing. */
  valueOf(cell: Cell): number {
    return this.#values.get(keyOf(cell))?.value ?? 0;
  }

  /** The same in a published form, where a suppressed count is null. */
  shownOf(cell: Cell): number | null {
    const found = this.#values.get(keyOf(cell));
    return found === undefined ? 0 : found.value;
  }

  get all(): readonly Cell[] {
    return [...this.#values.values()].map(({ cell }) => cell);
  }
}

const keyOf = ({ figure, scope, dimensions, column }: Cell): string =>
  JSON.stringify([figure, scope, dimensions, column]);

/** Every cell that any of these has, once. */
export const cellsOfAll = (...several: readonly Cells[]): readonly Cell[] => [
  ...new Map(several.flatMap(({ all }) => all.map((cell) => [keyOf(cell), cell] as const))).values(),
];

/** A cell that differs, with both values. */
export interface CellDifference extends Cell {
  readonly before: number;
  readonly after: number;
}

export const differencesOf = (before: Cells, after: Cells): readonly CellDifference[] =>
  cellsOfAll(before, after)
    .map((cell) => ({ ...cell, before: before.valueOf(cell), after: after.valueOf(cell) }))
    .filter(({ before: one, after: other }) => one !== other);
