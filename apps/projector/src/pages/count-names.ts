import { figures, type Cell, type RestatementCause } from '@kinledger/figures';
import { titleOf } from '@kinledger/page-kit/names';

/** What each cause means, for somebody who has not read the guide. */
export const causeMeanings: Readonly<Record<RestatementCause, string>> = {
  'late-data': 'new rows that came later, and what follows from them',
  correction: 'rows that replace earlier ones, or that a full file no longer has',
  withdrawal: 'files that were withdrawn, and rows that refuse consent',
  merge: 'what a file showed to be one person',
  split: 'what a file showed to be several people',
  review: 'what a person decided about two rows',
  strategy: 'another way of linking',
  definitions: 'another definition of the programme, or newer versions of figures',
  erasure: 'records that were erased',
};

/** The name of a figure, such as “Unique reach”. */
export const figureName = (id: string): string => newest(id)?.title ?? titleOf(id);

/** The name of a count in a figure, such as “Children” or “Children, decile 3”. */
export function countName({ figure, column, dimensions }: Cell): string {
  const known = newest(figure);
  const { heading, uncounted, csv } = known?.columns[column] ?? {};
  const words = column.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  const name = heading ?? uncounted?.name ?? titleOf(csv ?? words);
  const places = Object.keys(known?.dimensions ?? {}).map(
    (dimension, index) => `${dimension} ${dimensions[index] ?? 'not known'}`,
  );
  return [name, ...places].join(', ');
}

const newest = (id: string) => figures.filter((figure) => figure.id === id).at(-1);
