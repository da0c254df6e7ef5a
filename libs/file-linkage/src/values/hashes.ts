/** FNV-1a of 32 bits, of nothing. */
export const EMPTY_HASH = 0x811c9dc5;

/** The same of one byte, or code unit, more. */
export const hashWith = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);

/** The same of bytes. */
export function hashOfBytes(bytes: Uint8Array, from: number, until: number): number {
  let hash = EMPTY_HASH;
  for (let at = from; at < until; at++) hash = hashWith(hash, bytes[at] as number);
  return hash;
}

/** The same of the code units of a text. */
export function hashOfText(text: string): number {
  let hash = EMPTY_HASH;
  for (let at = 0; at < text.length; at++) hash = hashWith(hash, text.charCodeAt(at));
  return hash;
}

/** Spreads a hash over all bits. */
export function mixed(hash: number): number {
  let mixing = hash;
  mixing = Math.imul(mixing ^ (mixing >>> 16), 0x85ebca6b);
  mixing = Math.imul(mixing ^ (mixing >>> 13), 0xc2b2ae35);
  return mixing ^ (mixing >>> 16);
}
