const leadingApostrophe = /^['‘’`´]/;
const fraction = /^(\d+)\.0+$/;
const grouped = /^\d{1,3}(?:,\d{3})+$/;
const exponent = /^(\d)(?:[.,](\d+))?e\+?(\d{1,2})$/i;
/** A number as a spreadsheet shortens it: it always writes a decimal point and a signed exponent of two digits. */
const shortened = /^\d[.,]\d+e\+\d{2}$/i;

/**
 * A number of digits that a spreadsheet or a script has taken for a quantity, as the digits that it was: without the
 * apostrophe that marks text, without `.0`, without separators of thousands, and from scientific notation where all
 * of its digits are there. Anything else comes back as it is.
 */
export function digitsOfQuantity(text: string): string {
  const bare = text.trim().replace(leadingApostrophe, '');
  const whole = fraction.exec(bare)?.[1];
  if (whole !== undefined) return whole;
  if (grouped.test(bare)) return bare.replaceAll(',', '');
  const parts = exponent.exec(bare);
  if (parts === null) return bare;
  const [, first = '', rest = '', power = ''] = parts;
  return rest.length === Number(power) ? first + rest : bare;
}

/** Whether a text is in scientific notation: where {@link digitsOfQuantity} left it so, digits are lost. */
export const isScientificNotation = (text: string): boolean => exponent.test(text.trim());

/** Whether a text can only be a number that a spreadsheet has shortened. */
export const isShortenedNumber = (text: string): boolean => shortened.test(text.trim());
