import type { QuarterFigures } from '@kinledger/contracts';
import { nameOf } from '../publication.js';
import { figures } from '../registry.js';
import { figureRelations } from './figure-relations.js';

/**
 * Groups of which a published form says that all are in one row of a table, such as every child of a service living in one
 * decile: whoever knows that somebody belongs to the group knows that much of them, however many they are. Named by
 * figure, scope and column. It looks at columns that a figure breaks down by something that each person has once.
 */
export const groupsInOneRow = (published: QuarterFigures): readonly string[] =>
  published.figures.flatMap((table) => {
    const { breaksDown } = figureRelations[table.figure] ?? {};
    if (breaksDown === undefined) return [];
    const keys =
      1 + Object.keys(figures.find((each) => nameOf(each) === table.figure)?.dimensions ?? {}).length;
    const values = new Set(table.rows.map((row) => JSON.stringify(row.slice(1, keys))));
    // A table with one row breaks nothing down.
    if (values.size < 2) return [];
    const scopes = Map.groupBy(table.rows, ([scope]) => String(scope));
    return breaksDown.additive.flatMap((column) => {
      const place = table.columns.indexOf(column);
      return [...scopes].flatMap(([scope, rows]) =>
        // A suppressed count may be anything: only a shown 0 says that nobody is there.
        rows.filter((row) => row[place] !== 0).length === 1 ? [`${table.figure} ${scope} ${column}`] : [],
      );
    });
  });
