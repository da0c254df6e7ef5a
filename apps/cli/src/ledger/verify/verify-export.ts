import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonicalJson,
  completeSubtrees,
  inclusionRanges,
  leafHash,
  parseCheckpoint,
  sameHash,
  sha256Hex,
  verifyInclusion,
} from '@kinledger/domain';
import { Failure } from '../../failure.js';
import {
  exportDescription,
  exportFiles,
  readEventLine,
  sizeOfFile,
  type ExportDescription,
} from '../export/export-layout.js';
import { keyLine, readKeyLines, type KeyLine } from '../export/key-lines.js';
import { strategyBytes } from '../export/named-in-events.js';
import { byteLines } from './byte-lines.js';
import { Faults } from './faults.js';
import { LedgerProof, type NamedAt } from './ledger-proof.js';
import { verificationOf, type OutsideCheckpoint, type Verification } from './verification.js';

export interface VerifyExportOptions {
  readonly folder: string;
  readonly outside?: OutsideCheckpoint | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Checks an export by nothing but its files, as its README says.
 * @throws Failure where there is no export, or its description cannot be read.
 */
export async function verifyExport({
  folder,
  outside,
  onProgress,
}: VerifyExportOptions): Promise<Verification> {
  const description = readDescription(folder);
  const { stream, origin, first } = description;
  const faults = new Faults();
  const notes = checkpointsIn(folder, faults);
  const largest = Math.max(0, ...notes.map(({ size }) => size));
  if (!fits(description, largest, faults)) {
    throw new Failure(
      `${join(folder, exportFiles.description)} does not fit the checkpoints: position ${first} cannot be joined to the tree`,
    );
  }
  const before = description.before.map(fromHex);
  const proof = new LedgerProof({ stream, origin, first, before, faults });
  for (const { size, bytes } of notes) proof.claim(bytes, `checkpoint ${size}`, size);
  if (outside !== undefined) proof.claim(outside.bytes, `the checkpoint ${outside.name}`);
  if (first > 0) checkFirstEvent(folder, proof, notes.at(-1), faults);
  const keys = keysIn(folder, origin);
  const end = first + description.events;
  // What is not among the events here is shown by the signatures alone.
  const changes = keys?.filter(({ signature }) => signature !== undefined) ?? [];
  for (const change of changes) if (change.from < first) proof.takeKeyChange(change);
  const events = await takeEvents(folder, description, proof, faults, onProgress);
  for (const change of changes) if (change.from >= end && change.from < largest) proof.takeKeyChange(change);
  const subtrees = completeSubtrees({ start: end, end: Math.max(end, largest) });
  if (proof.size === end) {
    proof.takeSubtrees(
      subtrees.map(({ level }, index) => ({ level, hash: fromHex(description.after[index] ?? '') })),
    );
  }
  proof.finish();
  if (notes.length === 0)
    faults.add(
      first,
      `no checkpoint is here: nothing shows that the events from position ${first} on were not changed`,
    );
  checkKeys(folder, keys, proof, origin, faults);
  checkNamed(folder, proof.named, faults);
  checkNothingElse(folder, first, faults);
  const isOutside = outside !== undefined;
  return verificationOf(proof, faults, {
    stream,
    first,
    events,
    checkpoints: notes.length,
    outsideCheckpoint: isOutside,
  });
}

function readDescription(folder: string): ExportDescription {
  const file = join(folder, exportFiles.description);
  if (!existsSync(file))
    throw new Failure(`${folder} holds no export: there is no ${exportFiles.description} in it`);
  const text = readFileSync(file, 'utf8');
  const read = exportDescription.safeParse(parsed(text));
  if (!read.success || `${canonicalJson(read.data)}\n` !== text) {
    throw new Failure(`${file} is not that of an export of this version, or was changed`);
  }
  return read.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface FoundCheckpoint {
  readonly size: number;
  readonly bytes: Uint8Array;
}

function checkpointsIn(folder: string, faults: Faults): FoundCheckpoint[] {
  const directory = join(folder, exportFiles.checkpoints);
  if (!existsSync(directory)) return [];
  const found: FoundCheckpoint[] = [];
  for (const name of readdirSync(directory).sort()) {
    const size = sizeOfFile(name);
    if (size === undefined)
      faults.add(0, `${exportFiles.checkpoints}/${name} does not belong to an export (position 0)`);
    else found.push({ size, bytes: readFileSync(join(directory, name)) });
  }
  return found.sort((a, b) => a.size - b.size);
}

/** Whether there are as many hashes as stand for the events that are not here. */
function fits(
  { stream, origin, first, events, before, after }: ExportDescription,
  largest: number,
  faults: Faults,
): boolean {
  const end = first + events;
  if (origin !== `kinledger/${stream}`)
    faults.add(first, `export.json names a ledger and another one's origin (position ${first})`);
  if (after.length !== completeSubtrees({ start: end, end: Math.max(end, largest) }).length) {
    faults.add(end, `export.json has not the hashes that stand for the events from position ${end} on`);
    return before.length === completeSubtrees({ start: 0, end: first }).length && largest <= end;
  }
  return before.length === completeSubtrees({ start: 0, end: first }).length;
}

async function takeEvents(
  folder: string,
  { first, events }: ExportDescription,
  proof: LedgerProof,
  faults: Faults,
  onProgress: VerifyExportOptions['onProgress'],
): Promise<number> {
  const file = join(folder, exportFiles.events);
  if (!existsSync(file)) throw new Failure(`${folder} is not whole: there is no ${exportFiles.events} in it`);
  let lines = 0;
  for await (const { bytes, isWhole } of byteLines(file)) {
    const line = readEventLine(bytes);
    const due = proof.size;
    if (!isWhole) faults.add(due, `${exportFiles.events} breaks off in the event at position ${due}`);
    else if (line === undefined) {
      faults.add(due, `the line at position ${due} has not the form of an event’s line`);
      proof.take(due, bytes, undefined);
    } else proof.take(line.position, line.bytes, line.leaf);
    lines += 1;
    if (lines % 1_000 === 0) onProgress?.(lines, events);
  }
  onProgress?.(lines, Math.max(events, lines));
  const end = first + events;
  if (proof.size < end)
    faults.add(proof.size, `the events from position ${proof.size} to ${end - 1} are missing`);
  if (proof.size > end)
    faults.add(end, `there are more events than export.json says, from position ${end} on`);
  return lines;
}

function checkFirstEvent(
  folder: string,
  proof: LedgerProof,
  last: FoundCheckpoint | undefined,
  faults: Faults,
): void {
  const file = join(folder, exportFiles.firstEvent);
  if (!existsSync(file)) {
    faults.add(0, `${exportFiles.firstEvent} is missing, which holds the event at position 0`);
    return;
  }
  const [line = '', ...hashes] = readFileSync(file, 'latin1').split('\n');
  const event = readEventLine(Buffer.from(line, 'latin1'));
  if (event?.position !== 0 || hashes.pop() !== '' || !hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) {
    faults.add(0, `${exportFiles.firstEvent}, with the event at position 0, has not its form`);
    return;
  }
  if (!sameHash(leafHash(event.bytes), event.leaf)) {
    faults.add(
      0,
      'the event at position 0 is not the one whose hash stands beside it: one of the two was changed',
    );
  }
  proof.takeFirst(event.bytes);
  const read = last && parseCheckpoint(last.bytes);
  if (last === undefined) return;
  const { root = new Uint8Array() } = read?.checkpoint ?? {};
  if (
    hashes.length !== inclusionRanges(0, last.size).length ||
    !verifyInclusion(event.leaf, 0, last.size, hashes.map(fromHex), root)
  ) {
    faults.add(0, `the event at position 0 is not shown to be in the tree of the checkpoint ${last.size}`);
  }
}

/** The lines of the file of keys; undefined if there is none, or it has not its form. */
function keysIn(folder: string, origin: string): KeyLine[] | undefined {
  const file = join(folder, exportFiles.keys);
  return existsSync(file) ? readKeyLines(origin, readFileSync(file, 'utf8')) : undefined;
}

/** The keys there must be those that events name, and those that earlier keys have signed. */
function checkKeys(
  folder: string,
  lines: readonly KeyLine[] | undefined,
  { keys }: LedgerProof,
  origin: string,
  faults: Faults,
): void {
  if (!existsSync(join(folder, exportFiles.keys))) {
    faults.add(0, `${exportFiles.keys} is missing (position 0)`);
    return;
  }
  if (keys.length === 0) return;
  const [there, named] = [lines ?? [], keys].map((each) => each.map((line) => keyLine(origin, line)));
  const index = named?.findIndex((line, at) => there?.[at] !== line) ?? -1;
  if (index === -1 && there?.length === named?.length) return;
  const position = keys[index]?.from ?? lines?.[keys.length]?.from ?? 0;
  faults.add(position, `${exportFiles.keys} has another key than the event at position ${position} names`);
}

/** What events name must be there, unchanged; nothing else may. */
function checkNamed(folder: string, named: readonly NamedAt[], faults: Faults): void {
  const expected = new Map<string, number>();
  for (const { position, named: what } of named) {
    const name =
      what.type === 'ProgrammeDefined'
        ? `${exportFiles.definitions}/${what.data.definition}.json`
        : `${exportFiles.strategies}/${what.data.digest}.json`;
    if (!expected.has(name)) expected.set(name, position);
    if (what.type === 'StrategyAdopted' && sha256Hex(strategyBytes(what.data)) !== what.data.digest) {
      faults.add(
        position,
        `the strategy of the event at position ${position} has not the digest that it names`,
      );
    }
  }
  for (const [name, position] of expected) {
    const file = join(folder, name);
    const digest = existsSync(file) ? sha256Hex(readFileSync(file)) : undefined;
    if (digest === undefined)
      faults.add(position, `${name}, which the event at position ${position} names, is missing`);
    else if (!name.endsWith(`/${digest}.json`)) {
      faults.add(position, `${name}, which the event at position ${position} names, was changed`);
    }
  }
  for (const directory of [exportFiles.definitions, exportFiles.strategies]) {
    const path = join(folder, directory);
    for (const name of existsSync(path) ? readdirSync(path).sort() : []) {
      if (!expected.has(`${directory}/${name}`))
        faults.add(0, `${directory}/${name} is named by no event (position 0)`, 'beside');
    }
  }
}

function checkNothingElse(folder: string, first: number, faults: Faults): void {
  const known = new Set<string>(Object.values(exportFiles));
  if (first === 0) known.delete(exportFiles.firstEvent);
  for (const name of readdirSync(folder).sort()) {
    if (!known.has(name)) faults.add(first, `${name} does not belong to an export (position ${first})`);
  }
}

const fromHex = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
