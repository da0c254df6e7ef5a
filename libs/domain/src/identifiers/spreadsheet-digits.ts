const leadingApostrophe = /^['‘’`´]/;
const fraction = /^(\d+)\.0+$/;
const grouped = /^\d{1,3}(?:,\d{3})+$/;
const exponent = /^(\d)(?:[.,](\d+))?e\+?(\d{1,2})$/i;
/** A number as a spreadsheet shortens it: always with a decimal point and a signed two-digit exponent. */
const shortened = /^\d[.,]\d+e\+\d{2}$/i;

/**
 * Restores the digits of a number that a spreadsheet or script treated as a quantity: removes the apostrophe that marks
 * text, `.0` and thousands separators, and expands scientific notation if no digit was lost. Returns any other text
 * trimmed and without a leading apostrophe.
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

/** Whether a text is in scientific notation. If {@link digitsOfQuantity} could not expand it, digits are lost. */
export const isScientificNotation = (text: string): boolean => exponent.test(text.trim());

/** Whether a text can only be a number that a spreadsheet has shortened. */
export const isShortenedNumber = (text: string): boolean => shortened.test(text.trim());
