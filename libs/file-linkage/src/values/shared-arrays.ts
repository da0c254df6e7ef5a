/** Arrays that all threads see: they are sent to a thread without being copied. */

export const sharedBytes = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length));

export const sharedShorts = (length: number): Uint16Array =>
  new Uint16Array(new SharedArrayBuffer(length * Uint16Array.BYTES_PER_ELEMENT));

export const sharedInts = (length: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));

export const sharedFloats = (length: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));

/** The same numbers with room for more. */
export function grownInts(array: Int32Array, length: number): Int32Array {
  const larger = sharedInts(length);
  larger.set(array);
  return larger;
}

/** The same numbers where all threads see them. */
export const inShared = (array: Int32Array): Int32Array => grownInts(array, array.length);
