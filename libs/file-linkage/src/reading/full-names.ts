import { TextTable, textOf } from '../values/text-table.js';

/** Words before a name or beside its given names that are none: “Mr & Mrs Smith”. */
const titles: ReadonlySet<string> = new Set([
  ...['mr', 'mrs', 'miss', 'ms', 'mx', 'dr', 'prof', 'sir', 'rev', 'herr', 'frau', '&', 'and'],
]);
/** Words after a name that are none. */
const suffixes: ReadonlySet<string> = new Set([
  ...['jr', 'sr', 'jnr', 'snr', 'ii', 'iii', 'iv', 'esq', 'phd', 'obe', 'mbe'],
]);
/** Words that belong to the word after them. */
const particles: ReadonlySet<string> = new Set([
  ...['van', 'von', 'vom', 'zu', 'de', 'der', 'den', 'del', 'della', 'di', 'da', 'dos', 'das', 'du', 'la', 'le'],
  ...['bin', 'bint', 'ibn', 'al', 'el', 'ter', 'ten', 'st', 'mac', 'mc'],
]); // prettier-ignore

const bare = (word: string): string => word.replaceAll('.', '').toLowerCase();

/**
 * The given names and the family name of a full name: “John Fitzgerald Smith”, “Smith, John”. The last word is the family name,
 * with the particles before it; a single word is a family name.
 */
export function partsOfFullName(name: string): { readonly given: string; readonly family: string } {
  const [first = [], after] = name
    .split(',')
    .map(wordsOf)
    .filter((words) => words.length > 0);
  if (after !== undefined) return { given: after.join(' '), family: first.join(' ') };
  let from = first.length - 1;
  while (from > 1 && particles.has(bare(first[from - 1] ?? ''))) from -= 1;
  return {
    given: first.slice(0, Math.max(0, from)).join(' '),
    family: first.slice(Math.max(0, from)).join(' '),
  };
}

/** The words of a name without titles and the suffixes after it. */
function wordsOf(text: string): readonly string[] {
  const words = text.split(/\s+/u).filter((word) => word !== '' && !titles.has(bare(word)));
  while (suffixes.has(bare(words.at(-1) ?? ''))) words.pop();
  return words;
}

/** A column of full names, of which two fields are made: given names and family name. Each distinct name is parted once. */
export class FullNames {
  readonly column: number;
  readonly #given: number;
  readonly #family: number;
  readonly #texts: { readonly given: TextTable; readonly family: TextTable };
  readonly #cells = new TextTable();
  /** By number of a cell’s text: the numbers of its parts; 0 for none. */
  readonly #givenOf: number[] = [0];
  readonly #familyOf: number[] = [0];

  /** @param fields the two fields; @param texts those of each. */
  constructor(
    column: number,
    fields: { readonly given: number; readonly family: number },
    texts: { readonly given: TextTable; readonly family: TextTable },
  ) {
    this.column = column;
    this.#given = fields.given;
    this.#family = fields.family;
    this.#texts = texts;
  }

  /** Writes what a cell holds among the values of a row that begins at `row`. */
  write(bytes: Uint8Array, from: number, until: number, values: Int32Array, row: number): void {
    if (from === until) return;
    const cell = this.#cells.numberOf(bytes, from, until);
    if (this.#givenOf[cell] === undefined) {
      const { given, family } = partsOfFullName(textOf(this.#cells, cell));
      this.#givenOf[cell] = given === '' ? 0 : this.#texts.given.numberOfText(given);
      this.#familyOf[cell] = family === '' ? 0 : this.#texts.family.numberOfText(family);
    }
    values[row + this.#given] = this.#givenOf[cell];
    values[row + this.#family] = this.#familyOf[cell] as number;
  }
}
