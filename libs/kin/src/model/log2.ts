const view = new DataView(new ArrayBuffer(8));
/** √½ and ln 2 to the last bit of a double. */
const SQRT_HALF = 0.7071067811865476;
const LN_2 = 0.6931471805599453;

/**
 * The logarithm to base 2 from additions, multiplications and divisions alone, which IEEE 754 defines to the last bit.
 * `Math.log2` may differ between versions of an engine, and a score must not.
 * @param value positive and finite; @returns the logarithm, to 1e-14.
 */
export function log2(value: number): number {
  if (!(value > 0) || value === Infinity) throw new RangeError(`there is no logarithm of ${value}`);
  let scaled = value;
  let exponent = 0;
  if (scaled < 2.2250738585072014e-308) {
    scaled *= 2 ** 54;
    exponent = -54;
  }
  view.setFloat64(0, scaled);
  const top = view.getUint32(0);
  exponent += (top >>> 20) - 1022;
  view.setUint32(0, (top & 0xfffff) | (1022 << 20));
  let mantissa = view.getFloat64(0);
  if (mantissa < SQRT_HALF) {
    mantissa *= 2;
    exponent -= 1;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), a series that converges fast between √½ and √2.
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let sum = 0;
  for (let power = 23; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return exponent + (2 * z * sum) / LN_2;
}
