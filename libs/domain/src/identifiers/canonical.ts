declare const canonical: unique symbol;

/**
 * Text in the one form that its kind is digested in. Only the `canonical…` and `read…` functions of this folder make
 * it, so that a raw value cannot reach a digest by mistake.
 */
export type Canonical<Kind extends string> = string & { readonly [canonical]: Kind };

/** What reading a raw value gives: its canonical text, or why there is none. */
export type Reading<Text extends string, Problem extends string> =
  | {
      readonly value: Text;
      /** True where more than spaces and letter case had to be put right; the sender is told. */
      readonly repaired: boolean;
      readonly problem?: undefined;
    }
  | { readonly value?: undefined; readonly problem: Problem };

/** No identifier is longer in any spelling; what is longer is refused before any pattern looks at it. */
const MAX_RAW_LENGTH = 1000;

/**
 * Text that a canonical form may look at: bounded and well-formed (two halves of broken characters would collide
 * once encoded as UTF-8).
 */
export const isExaminable = (raw: string): boolean => raw.length <= MAX_RAW_LENGTH && raw.isWellFormed();
