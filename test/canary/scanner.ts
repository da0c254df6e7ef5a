import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { foldCase, type Needle } from './needles.js';

/** A named piece of data that the platform stores or emits. */
export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Find {
  readonly place: string;
  readonly what: string;
}

/** Looks for many byte sequences at once, in one pass over the bytes and one over them in lower case. */
export class Scanner {
  readonly #exact: Index;
  readonly #folded: Index;

  constructor(needles: readonly Needle[]) {
    this.#exact = new Index(needles.filter(({ anyCase }) => !anyCase));
    this.#folded = new Index(needles.filter(({ anyCase }) => anyCase));
  }

  /** The distinct labels of the needles in `bytes`, including compressed parts. */
  find(bytes: Buffer): readonly string[] {
    const found = new Set<string>();
    for (const layer of [bytes, ...decompressed(bytes)]) {
      this.#exact.find(layer, found);
      this.#folded.find(foldCase(layer), found);
    }
    return [...found];
  }

  findIn({ name, bytes }: Place): readonly Find[] {
    return this.find(bytes).map((what) => ({ place: name, what }));
  }
}

/** Needles by their first three bytes. */
class Index {
  readonly #byStart = new Map<number, Needle[]>();
  /** By hash of three bytes: whether a needle may begin with them. Rules out most positions with one look-up. */
  readonly #mayStart = new Uint8Array(1 << 16);

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      const start = needle.bytes.readUIntBE(0, 3);
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), needle]);
      this.#mayStart[hashOf(start)] = 1;
    }
  }

  find(bytes: Uint8Array, found: Set<string>): void {
    let start = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      start = ((start << 8) | (bytes[index] ?? 0)) & 0xffffff;
      if (this.#mayStart[hashOf(start)] !== 1 || index < 2) continue;
      for (const { bytes: wanted, label } of this.#byStart.get(start) ?? []) {
        const at = index - 2;
        if (wanted.equals(bytes.subarray(at, at + wanted.length))) found.add(label);
      }
    }
  }
}

const hashOf = (start: number): number => (Math.imul(start, 2654435761) >>> 16) & 0xffff;

/** Decompressed gzip, zlib or Zstandard data; empty if the bytes only look like it. */
function decompressed(bytes: Buffer): readonly Buffer[] {
  const unpack =
    bytes.length < 8
      ? undefined
      : bytes[0] === 0x1f && bytes[1] === 0x8b
        ? gunzipSync
        : bytes.readUInt32BE(0) === 0x28b52ffd
          ? zstdDecompressSync
          : bytes[0] === 0x78 && bytes.readUInt16BE(0) % 31 === 0
            ? inflateSync
            : undefined;
  try {
    return unpack === undefined ? [] : [unpack(bytes)];
  } catch {
    return [];
  }
}
