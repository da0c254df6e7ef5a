import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export interface CopiedFile {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** Copies a file, readable by its owner only. @returns the size and hash of what was read, once the copy is on disk. */
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

/** Concurrent copies, because each spends most of its time waiting for the disk. */
const AT_ONCE = 16;

/** Runs the work for each item, several at once. After a failure, waits for running work and rejects. */
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
