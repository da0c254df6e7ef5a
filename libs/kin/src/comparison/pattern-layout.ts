import { levelsOf, type FieldKind } from './field-kind.js';

/** A field's place in a pattern: in which of the two words, from which bit, how many bits. */
interface Place {
  readonly word: 0 | 1;
  readonly shift: number;
  readonly mask: number;
}

/** Thirty bits a word, so that a word is a small integer to the engine that runs this. */
const WORD_BITS = 30;

/** The kind and name of each field of a comparison, in order. */
export interface FieldShape {
  readonly name: string;
  readonly kind: FieldKind;
}

/** More fields than a pattern has room for, in one sentence. */
export class TooManyFields extends Error {
  readonly code = 'too-many-fields';
}

/**
 * Packs the levels of a pair into two words of 30 bits: its pattern. Pairs of one pattern are alike to the model.
 * @throws TooManyFields if the fields do not fit.
 */
export class PatternLayout {
  readonly fields: readonly FieldShape[];
  readonly places: readonly Place[];

  constructor(fields: readonly FieldShape[]) {
    this.fields = fields;
    const used = [0, 0];
    this.places = fields.map(({ kind }) => {
      const bits = Math.ceil(Math.log2(levelsOf[kind].length));
      const word = (used[0] ?? 0) + bits <= WORD_BITS ? 0 : 1;
      const shift = used[word] ?? 0;
      used[word] = shift + bits;
      return { word, shift, mask: (1 << bits) - 1 };
    });
    if ((used[1] ?? 0) > WORD_BITS)
      throw new TooManyFields(`${fields.length} fields are too many to compare at once`);
  }

  /** The level of field `index` in a pattern. */
  level(index: number, low: number, high: number): number {
    const place = this.places[index];
    if (place === undefined) throw new RangeError(`there is no field ${index}`);
    return ((place.word === 0 ? low : high) >>> place.shift) & place.mask;
  }

  /** All levels of a pattern, in the order of the fields. */
  levels(low: number, high: number): readonly number[] {
    return this.fields.map((_, index) => this.level(index, low, high));
  }

  /** The pattern of these levels. */
  pack(levels: readonly number[]): { readonly low: number; readonly high: number } {
    const words = [0, 0];
    levels.forEach((level, index) => {
      const place = this.places[index];
      if (place !== undefined) words[place.word] = (words[place.word] ?? 0) | (level << place.shift);
    });
    return { low: words[0] ?? 0, high: words[1] ?? 0 };
  }
}
