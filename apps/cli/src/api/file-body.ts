import { constants, openAsBlob } from 'node:fs';
import { open } from 'node:fs/promises';
import { Failure } from '../failure.js';

/**
 * A file as the body of a request, streamed from disk.
 * @throws Failure for a folder, a pipe or an unreadable file, which would otherwise show as a broken connection.
 */
export async function blobOf(file: string): Promise<Blob> {
  let isFile: boolean;
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    isFile = await handle
      .stat()
      .then((status) => status.isFile())
      .finally(() => handle.close());
  } catch {
    throw new Failure(`${file} cannot be read`);
  }
  if (!isFile) throw new Failure(`${file} is no file: name one CSV file or workbook`);
  return openAsBlob(file, { type: 'text/csv' });
}

/**
 * The first rows of a file, in at most this many bytes: a larger one is cut at the end of a line, unless it is a
 * workbook, which cannot be cut.
 */
export async function firstRowsOf(file: string, maxBytes: number): Promise<Blob> {
  const whole = await blobOf(file);
  if (whole.size <= maxBytes) return whole;
  const head = new Uint8Array(await whole.slice(0, maxBytes).arrayBuffer());
  if (head[0] === PACKED[0] && head[1] === PACKED[1]) return whole;
  return new Blob([head.subarray(0, head.lastIndexOf(NEW_LINE) + 1)], { type: 'text/csv' });
}

const NEW_LINE = 0x0a;
/** The first bytes of a ZIP archive. */
const PACKED = [0x50, 0x4b];
