import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export interface CopiedFile {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** Copies a file to a new place, for its owner alone, and says what was read. It is on the disk when this resolves. */
export async function copyFile(from: string, to: string): Promise<CopiedFile> {
  const digest = createHash('sha256');
  let bytes = 0;
  await pipeline(
    createReadStream(from),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        digest.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
  );
  return { bytes, sha256: digest.digest('hex') };
}

/** Files that are copied at once: most of the time goes by waiting for the disk, file by file. */
const AT_ONCE = 16;

/** Does the work for each item, several at once. The first failure ends it, once what was begun has ended. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  let failed = false;
  const one = async () => {
    for (const item of rest) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, one));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
