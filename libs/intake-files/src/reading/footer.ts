import { footerWords } from './footer-words.js';

/** Rows below the data are at most so many. */
const LONGEST_FOOTER = 50;
/** A row of data fills more cells than a total line does. */
const MOST_FILLED = 0.5;

const ornament = /^[\s*=#~_:.–—-]+|[\s*=#~_:.–—-]+$/g;

/** By what the footer of a dataset's files is told from its rows. */
export interface FooterSigns {
  /** The columns of a header of which every row of data fills at least one; none if no such columns are known. */
  readonly keyColumnsOf: (header: readonly string[]) => readonly number[];
  /** Texts with which a footer row begins in this dataset, beside those of {@link footerWords}. */
  readonly words: readonly string[];
}

const common = new RegExp(`^(?:${footerWords.join('|')})$`, 'i');
const beginsWith = (text: string, word: string): boolean =>
  text.startsWith(word) && !/^[\p{L}\p{N}]/u.test(text.slice(word.length));

const noSigns: FooterSigns = { keyColumnsOf: () => [], words: [] };

/** Whether a row says something about the rows above it, and nothing about a person or an event. */
type IsFooterRow = (record: readonly string[]) => boolean;

function footerTest(header: readonly string[], { keyColumnsOf, words }: FooterSigns): IsFooterRow {
  const most = Math.max(2, header.length * MOST_FILLED);
  const keys = keyColumnsOf(header);
  const own = words.map((text) => text.trim().toLowerCase());
  return (record) => {
    const filled = record.filter((cell) => cell.trim() !== '');
    const [first] = filled;
    if (first === undefined || filled.length > most) return false;
    if (keys.length > 0 && keys.every((column) => (record[column] ?? '').trim() === '')) return true;
    const text = first.replace(ornament, '');
    return common.test(text) || own.some((word) => beginsWith(text.toLowerCase(), word));
  };
}

const isBlank = (record: readonly string[]): boolean => record.every((cell) => cell.trim() === '');

/**
 * Leaves out the footer of an export. It can only be told at the end, since a row of data may look like one: so possible
 * footer rows are held back until a row of data follows.
 */
export class WithoutFooter {
  #rows = 0;
  #first: number | null = null;

  /** Number of rows that were left out, without blank ones; valid once all batches are read. */
  get rows(): number {
    return this.#rows;
  }

  /** Place of the first of them among the records, from 1; null if there is none. */
  get first(): number | null {
    return this.#first;
  }

  async *batches(
    batches: AsyncIterable<readonly (readonly string[])[]>,
    header: readonly string[],
    signs: FooterSigns = noSigns,
  ): AsyncGenerator<readonly (readonly string[])[], undefined> {
    let held: (readonly string[])[] = [];
    let rows = 0;
    let place = 0;
    let first: number | null = null;
    const isFooterRow = footerTest(header, signs);
    for await (const batch of batches) {
      const records: (readonly string[])[] = [];
      for (const record of batch) {
        place += 1;
        const isFooter = isFooterRow(record);
        if (isFooter && rows < LONGEST_FOOTER) {
          first ??= place;
          held.push(record);
          rows += 1;
        } else if (held.length > 0 && held.length < 2 * LONGEST_FOOTER && isBlank(record)) held.push(record);
        else {
          if (held.length > 0) records.push(...held);
          held = [];
          rows = 0;
          first = null;
          records.push(record);
        }
      }
      if (records.length > 0) yield records;
    }
    this.#rows = rows;
    this.#first = first;
    return undefined;
  }
}
