import {
  canonicalJson,
  completeSubtrees,
  hashHex,
  inclusionProof,
  inclusionRanges,
  leafHash,
  originOf,
  SubtreeHashes,
  type TreeHash,
  type TreeRange,
} from '@kinledger/domain';
import type { Checkpoints, EventStore, KeptNote, StoredEvent } from '@kinledger/event-store';
import { Failure } from '../../failure.js';
import { checkpointFile, eventLine, exportFiles, type ExportDescription } from './export-layout.js';
import { exportReadme } from './export-readme.js';
import { keyLine, type KeyLine } from './key-lines.js';
import { keyChangeIn, namedIn, readEnvelope, strategyBytes } from './named-in-events.js';
import { NewFolder } from './new-folder.js';
import { leavesOf, pagesOf } from './signed-leaves.js';

export interface ExportOptions {
  readonly store: EventStore;
  readonly checkpoints: Checkpoints;
  readonly stream: string;
  readonly out: string;
  /** Position of the first event. */
  readonly from: number;
  /** Position of the last event; absent for the ledger’s last. */
  readonly to: number | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Exported {
  readonly out: string;
  readonly stream: string;
  readonly first: number;
  readonly events: number;
  readonly checkpoints: number;
  /** Number of events that the last checkpoint is about; 0 where there is none. */
  readonly signedUpTo: number;
  readonly bytes: number;
}

/**
 * Writes a ledger, or a part of it, into a folder in which anybody can check it. The same range and the same checkpoints
 * give the same bytes.
 * @throws Failure where the range is not in the ledger, or the folder is not empty.
 */
export async function exportLedger(options: ExportOptions): Promise<Exported> {
  const { store, stream, out, from } = options;
  const head = await store.head(stream);
  const to = options.to ?? head;
  if (head < 0) throw new Failure(`there is no ledger ${stream}`);
  if (from > to || to > head) {
    throw new Failure(`the ledger ${stream} has positions 0 to ${head}: name a range of these`);
  }
  const range: TreeRange = { start: from, end: to + 1 };
  const folder = new NewFolder(out);
  try {
    const exported = await fillFolder(folder, options, range);
    folder.finish();
    return exported;
  } catch (error) {
    folder.discard();
    throw error;
  }
}

async function fillFolder(folder: NewFolder, options: ExportOptions, range: TreeRange): Promise<Exported> {
  const { checkpoints, stream, out, store } = options;
  const notes = await notesFor(checkpoints, stream, range);
  for (const { size, note } of notes)
    await folder.write(`${exportFiles.checkpoints}/${checkpointFile(size)}`, note);
  const signedUpTo = notes.at(-1)?.size ?? 0;
  const [first] = await store.readPage(stream, 0, 1);
  if (first === undefined) throw new Failure(`there is no ledger ${stream}`);

  const { before, after, proof } = await hashesBeside(options, range, signedUpTo);
  const { bytes, named, changes } = await writeEvents(folder, options, range);
  if (range.start > 0) {
    const leaf = (await checkpoints.leaves(stream, 0, 1))[0] ?? leafHash(first.bytes);
    const lines = Buffer.from(proof.map((hash) => `${hashHex(hash)}\n`).join(''), 'latin1');
    await folder.write(exportFiles.firstEvent, Buffer.concat([eventLine(0, leaf, first.bytes), lines]));
  }
  const origin = originOf(stream);
  const earlier = await keyChangesIn(options, { start: 0, end: range.start });
  const later = await keyChangesIn(options, { start: range.end, end: signedUpTo });
  const keys = [...keysOf(first), ...earlier, ...changes, ...later];
  await folder.write(exportFiles.keys, keys.map((key) => keyLine(origin, key)).join(''));
  for (const [name, content] of named) await folder.write(name, content);
  const description: ExportDescription = {
    ...{ format: 'kinledger-ledger-export', version: 1, stream, origin },
    ...{ first: range.start, events: range.end - range.start, before, after },
  };
  await folder.write(exportFiles.readme, exportReadme);
  await folder.write(exportFiles.description, `${canonicalJson(description)}\n`);
  const { first: at, events } = description;
  return { out, stream, first: at, events, checkpoints: notes.length, signedUpTo, bytes };
}

const NOTES_AT_A_TIME = 500;

/** The checkpoints within a range, and the next one where none stands at its end. */
async function notesFor(
  checkpoints: Checkpoints,
  stream: string,
  { start, end }: TreeRange,
): Promise<KeptNote[]> {
  const notes: KeptNote[] = [];
  for (;;) {
    const page = await checkpoints.notesAfter(stream, notes.at(-1)?.size ?? start, NOTES_AT_A_TIME);
    for (const note of page) {
      if ((notes.at(-1)?.size ?? 0) >= end) return notes;
      notes.push(note);
    }
    if (page.length < NOTES_AT_A_TIME) return notes;
  }
}

/** Hashes that stand for the events that are not exported, and the proof that the first event of all is in the tree. */
async function hashesBeside(
  { store, checkpoints, stream, signal }: ExportOptions,
  { start, end }: TreeRange,
  signedUpTo: number,
): Promise<{ readonly before: string[]; readonly after: string[]; readonly proof: readonly TreeHash[] }> {
  const behind = { start: end, end: Math.max(end, signedUpTo) };
  const subtrees = [completeSubtrees({ start: 0, end: start }), completeSubtrees(behind)].map((each) =>
    each.map(({ level, index }) => ({ start: index * 2 ** level, end: (index + 1) * 2 ** level })),
  );
  const proven = start > 0 && signedUpTo > 0;
  const wanted = [...subtrees.flat(), ...(proven ? inclusionRanges(0, signedUpTo) : [])];
  const pass = new SubtreeHashes(wanted);
  const last = Math.max(0, ...wanted.map((range) => range.end));
  for await (const leaf of leavesOf(store, checkpoints, stream, 0, last)) {
    signal?.throwIfAborted();
    pass.add(leaf);
  }
  const [before = [], after = []] = subtrees.map((ranges) =>
    ranges.map((range) => hashHex(pass.hashOf(range))),
  );
  return { before, after, proof: proven ? inclusionProof(0, signedUpTo, pass.hashOf) : [] };
}

async function writeEvents(
  folder: NewFolder,
  { store, checkpoints, stream, signal, onProgress }: ExportOptions,
  { start, end }: TreeRange,
): Promise<{
  readonly bytes: number;
  readonly named: ReadonlyMap<string, Uint8Array>;
  readonly changes: readonly KeyLine[];
}> {
  const named = new Map<string, Uint8Array>();
  const changes: KeyLine[] = [];
  let bytes = 0;
  let next = start;
  await folder.fill(exportFiles.events, async (file) => {
    for await (const page of pagesOf(store, checkpoints, stream, start, end, signal)) {
      for (const [index, event] of page.events.entries()) {
        if (event.bytes.includes(10)) {
          throw new Failure(
            `the event at position ${event.revision} is not one that Kinledger wrote: see "kinledger ledger check"`,
          );
        }
        const line = eventLine(event.revision, page.signed[index] ?? leafHash(event.bytes), event.bytes);
        await file.add(line);
        bytes += line.length;
        const content = await contentNamedBy(event, store);
        if (content !== undefined) named.set(content.name, content.bytes);
        changes.push(...keyChangesOf(event));
      }
      next = page.from + page.events.length;
      onProgress?.(next - start, end - start);
    }
  });
  if (next < end) throw new Failure(`the ledger ${stream} became shorter while it was read`);
  return { bytes, named, changes };
}

/** The definition or strategy that an event names, as a file. What is missing is missing in the export too. */
async function contentNamedBy(
  { type, bytes }: StoredEvent,
  store: EventStore,
): Promise<{ readonly name: string; readonly bytes: Uint8Array } | undefined> {
  if (type !== 'ProgrammeDefined' && type !== 'StrategyAdopted') return undefined;
  const named = namedIn(readEnvelope(bytes));
  switch (named?.type) {
    case undefined:
      return undefined;
    case 'StrategyAdopted':
      return {
        name: `${exportFiles.strategies}/${named.data.digest}.json`,
        bytes: strategyBytes(named.data),
      };
    case 'ProgrammeDefined': {
      const content = await store.readPayload(named.data.definition);
      return content && { name: `${exportFiles.definitions}/${named.data.definition}.json`, bytes: content };
    }
  }
}

/** The key with which a ledger begins. */
function keysOf(first: StoredEvent): readonly KeyLine[] {
  const named = namedIn(readEnvelope(first.bytes));
  return named?.type === 'ProgrammeDefined' ? [{ from: 0, publicKey: named.data.signingKey }] : [];
}

function keyChangesOf({ type, bytes }: StoredEvent): readonly KeyLine[] {
  const change = type === 'SigningKeyChanged' ? keyChangeIn(readEnvelope(bytes)) : undefined;
  return change === undefined ? [] : [change];
}

/** The changes of key beside the range, which its checkpoints may need. */
async function keyChangesIn(
  { store, checkpoints, stream, signal }: ExportOptions,
  { start, end }: TreeRange,
): Promise<KeyLine[]> {
  const changes: KeyLine[] = [];
  if (start >= end) return changes;
  for await (const { events } of pagesOf(store, checkpoints, stream, start, end, signal))
    changes.push(...events.flatMap(keyChangesOf));
  return changes;
}
