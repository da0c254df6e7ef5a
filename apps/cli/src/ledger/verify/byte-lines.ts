import { createReadStream } from 'node:fs';

/** An event has 256 KiB at most, and what stands before it a hundred bytes. */
const MAX_LINE_BYTES = 300 * 1024;

export interface ByteLine {
  /** Without its end. */
  readonly bytes: Uint8Array;
  /** False for a last line without an end, and for one that is longer than any can be: nothing follows it. */
  readonly isWhole: boolean;
}

/** The lines of a file, as bytes, one after the other. */
export async function* byteLines(file: string): AsyncGenerator<ByteLine> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      yield { bytes: bytes.subarray(from, end), isWhole: true };
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > MAX_LINE_BYTES) break;
  }
  if (rest.length > 0) yield { bytes: rest, isWhole: false };
}
