/** A piece of a sentence: words, or an id, which pages set apart. */
export type Piece = string | { readonly id: string };
export type Sentence = readonly Piece[];

/** A sentence with ids in it: say`record ${{ id }} joins`. */
export const say = (words: TemplateStringsArray, ...pieces: readonly (Piece | Sentence)[]): Sentence =>
  words.flatMap((text, index): Piece[] => {
    const piece = pieces[index];
    const rest = piece === undefined ? [] : Array.isArray(piece) ? (piece as Sentence) : [piece as Piece];
    return text === '' ? [...rest] : [text, ...rest];
  });
