declare const canonical: unique symbol;

/**
 * Text in the canonical form in which its kind is digested. Only the `canonical…` and `read…` functions of this folder
 * produce it, so the compiler stops a raw value from reaching a digest.
 */
export type Canonical<Kind extends string> = string & { readonly [canonical]: Kind };

/** The result of reading a raw value: its canonical text, or why there is none. */
export type Reading<Text extends string, Problem extends string> =
  | {
      readonly value: Text;
      /** True if more than spaces and letter case had to be corrected. The sender is told. */
      readonly repaired: boolean;
      readonly problem?: undefined;
    }
  | { readonly value?: undefined; readonly problem: Problem };

/** Longer than any identifier in any spelling. Longer text is refused before any pattern sees it. */
const MAX_RAW_LENGTH = 1000;

/**
 * Whether a canonical form may examine the text: it is bounded and well-formed. Different lone surrogates would become
 * the same bytes in UTF-8.
 */
export const isExaminable = (raw: string): boolean => raw.length <= MAX_RAW_LENGTH && raw.isWellFormed();
