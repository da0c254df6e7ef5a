import { TreeRoot } from '@kinledger/domain';
import { isRevisionConflict } from '../errors.js';
import type { EventStore, StoredEvent } from '../event-store.js';
import { readAhead } from '../read-ahead.js';
import { readExactly } from '../read-exactly.js';

export interface CopyOptions {
  readonly from: EventStore;
  readonly to: EventStore;
  readonly stream: string;
  readonly signal?: AbortSignal;
  /** Copies only the events before this revision, and treats them as the whole stream. */
  readonly before?: number;
  /**
   * Called with every event of the source before it is copied or compared. If it throws, the copy fails with that
   * error.
   */
  readonly examine?: (event: StoredEvent) => void;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** Progress in events: `comparing` what the target already has, `copying`, then `verifying` the copied events. */
export interface CopyProgress {
  readonly stage: 'comparing' | 'copying' | 'verifying';
  readonly done: number;
  readonly total: number;
}

export interface Copied {
  readonly stream: string;
  /** Number of events that both stores now have. */
  readonly events: number;
  /** Number of events that the target already had. */
  readonly found: number;
  /** Number of events that this call copied. */
  readonly copied: number;
  /** Root of the RFC 9162 tree over the events' bytes, as read back from the target, in 64 hex digits. */
  readonly root: string;
}

/**
 * The target has an event that the source does not have at that revision, from before or written by somebody else
 * meanwhile.
 */
export interface CopyTargetDiffers extends Error {
  readonly code: 'copy-target-differs';
  readonly stream: string;
  readonly revision: number;
}

/** Maximum number of events in a page; the store limits its bytes. */
const PAGE = 500;

/**
 * Copies a stream's events from one store into another, with the same revisions, ids, types and bytes, and reads every
 * one of them back. Resumes an interrupted copy after comparing the events that it left. Also copies events that are
 * appended to the source meanwhile. Does not copy bodies and payloads, which are beside the ledger in both stores.
 * @throws what `examine` throws; CopyTargetDiffers, before it writes anything unless somebody else writes at the same
 * time; the signal's reason.
 */
export async function copyStream(options: CopyOptions): Promise<Copied> {
  const { from, to, stream, signal, onProgress } = options;
  const tree = new TreeRoot();
  const end = async () => Math.min(await from.head(stream), (options.before ?? Number.POSITIVE_INFINITY) - 1);
  const there = await to.head(stream);
  let head = await end();
  if (there > head) {
    await compare(options, tree, 'comparing', 0, head);
    throw targetDiffers(stream, head + 1, 'the target goes on where the source ends');
  }
  await compare(options, tree, 'comparing', 0, there);
  let verified = there;
  while (verified < head) {
    await copy(options, verified + 1, head);
    await compare(options, tree, 'verifying', verified + 1, head);
    verified = head;
    signal?.throwIfAborted();
    head = await end();
  }
  onProgress?.({ stage: 'verifying', done: verified + 1, total: verified + 1 });
  return { stream, events: verified + 1, found: there + 1, copied: verified - there, root: tree.hex() };
}

async function copy(
  { from, to, stream, signal, examine, onProgress }: CopyOptions,
  first: number,
  last: number,
) {
  let next = first;
  const pages = readAhead({
    ...{ from: first, to: last, signal },
    read: (at) => from.readPage(stream, at, Math.min(PAGE, last - at + 1)),
    lengthOf: (page) => page.length,
  });
  for await (const page of pages) {
    if (examine !== undefined) page.forEach(examine);
    try {
      await to.append(stream, page, { expectedRevision: next === 0 ? 'no-stream' : next - 1 });
    } catch (error) {
      if (!isRevisionConflict(error)) throw error;
      throw targetDiffers(stream, next, 'somebody else writes into the target');
    }
    next += page.length;
    onProgress?.({ stage: 'copying', done: next, total: last + 1 });
  }
  if (next <= last) throw targetDiffers(stream, next, 'the source became shorter');
}

/** Compares both stores from revision `first` to `last`, event by event, and adds the target's bytes to the tree. */
async function compare(
  { from, to, stream, signal, examine, onProgress }: CopyOptions,
  tree: TreeRoot,
  stage: CopyProgress['stage'],
  first: number,
  last: number,
): Promise<void> {
  let next = first;
  const pages = readAhead({
    ...{ from: first, to: last, signal },
    read: (at) => readBoth(from, to, stream, at, Math.min(PAGE, last - at + 1)),
    lengthOf: ({ ours }) => ours.length,
  });
  for await (const { ours, theirs } of pages) {
    for (const [index, event] of ours.entries()) {
      const copy = theirs[index];
      examine?.(event);
      const difference = differenceOf(event, copy);
      if (difference !== undefined) throw targetDiffers(stream, next + index, difference);
      if (copy !== undefined) tree.add(copy.bytes);
    }
    next += ours.length;
    onProgress?.({ stage, done: next, total: last + 1 });
  }
  if (next <= last) throw targetDiffers(stream, next, 'the source became shorter');
}

/** Reads a page of the source, and the same revisions of the target. */
async function readBoth(from: EventStore, to: EventStore, stream: string, next: number, limit: number) {
  const ours = await from.readPage(stream, next, limit);
  return { ours, theirs: await readExactly(to, stream, next, ours.length) };
}

function differenceOf(event: StoredEvent, copy: StoredEvent | undefined): string | undefined {
  if (copy === undefined) return 'the target lacks it';
  if (copy.id !== event.id) return 'the target holds another event there';
  if (copy.type !== event.type) return 'its type differs';
  return Buffer.compare(copy.bytes, event.bytes) === 0 ? undefined : 'its bytes differ';
}

const targetDiffers = (stream: string, revision: number, why: string): CopyTargetDiffers =>
  Object.assign(
    new Error(
      `stream ${stream} is not the same in both stores from revision ${revision} on (${why}): nothing more was copied`,
    ),
    { code: 'copy-target-differs' as const, stream, revision },
  );
