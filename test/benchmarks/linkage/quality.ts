import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** Pairs that were linked rightly, wrongly, and not at all. */
export interface PairQuality {
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
}

export const precisionOf = ({ right, wrong }: PairQuality): number => right / Math.max(1, right + wrong);
export const recallOf = ({ right, missed }: PairQuality): number => right / Math.max(1, right + missed);
export const f1Of = ({ right, wrong, missed }: PairQuality): number =>
  (2 * right) / Math.max(1, 2 * right + wrong + missed);

const pairs = (members: number): number => (members * (members - 1)) / 2;

/** Rows of a CSV file as objects; values are trimmed. */
export const rowsOf = (file: string): readonly Readonly<Record<string, string>>[] =>
  parse(readFileSync(file), { columns: true, trim: true, bom: true });

/**
 * Compares individuals with the truth, over all pairs of records.
 * @param links a file of links; @param personOf by source and record id: who it is of.
 * @param counts which pairs count: those of two sources only, or all.
 */
export function qualityOfLinks(
  links: string,
  personOf: (source: string, id: string) => string,
  counts: 'all' | 'across',
): PairQuality {
  const lines = readFileSync(links, 'utf8').trimEnd().split('\n').slice(1);
  const together = new PairCounts(counts);
  const people = new PairCounts(counts);
  const both = new PairCounts(counts);
  for (const line of lines) {
    const [source = '', id = '', individual = ''] = line.split(',');
    const person = personOf(source, id);
    together.add(individual, source);
    people.add(person, source);
    both.add(`${individual} ${person}`, source);
  }
  const right = both.pairs();
  return { right, wrong: together.pairs() - right, missed: people.pairs() - right };
}

/** Quality of a file of pairs; `wanted` says which of its rules count. */
export function qualityOfPairs(
  file: string,
  truePairs: number,
  same: (left: string, right: string) => boolean,
  wanted: (rule: string) => boolean,
): PairQuality {
  let [right, wrong] = [0, 0];
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n').slice(1)) {
    const [a = '', b = '', , rule = ''] = line.split(',');
    if (!wanted(rule)) continue;
    if (same(a, b)) right += 1;
    else wrong += 1;
  }
  return { right, wrong, missed: truePairs - right };
}

/** Counts pairs of records in one group. */
class PairCounts {
  readonly #across: boolean;
  readonly #groups = new Map<string, [left: number, right: number]>();

  constructor(counts: 'all' | 'across') {
    this.#across = counts === 'across';
  }

  add(group: string, source: string): void {
    const known = this.#groups.get(group) ?? [0, 0];
    known[source === 'left' ? 0 : 1] += 1;
    this.#groups.set(group, known);
  }

  pairs(): number {
    let all = 0;
    for (const [left, right] of this.#groups.values())
      all += this.#across ? left * right : pairs(left + right);
    return all;
  }
}
