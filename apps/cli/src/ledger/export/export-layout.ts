import { z } from 'zod';

/** Names of the files of an export. */
export const exportFiles = {
  description: 'export.json',
  events: 'events.txt',
  firstEvent: 'first-event.txt',
  keys: 'keys.txt',
  readme: 'README.md',
  checkpoints: 'checkpoints',
  definitions: 'definitions',
  strategies: 'strategies',
} as const;

const treeHash = z.hash('sha256');

/** `export.json`: what an export holds. The hashes stand for the events that it does not hold. */
export const exportDescription = z.strictObject({
  format: z.literal('kinledger-ledger-export'),
  version: z.literal(1),
  stream: z.string().min(1).max(200),
  origin: z.string().min(1).describe('First line of every checkpoint, and name of the keys.'),
  first: z.int().nonnegative().describe('Position of the first event.'),
  events: z.int().positive().describe('Number of events.'),
  before: z
    .array(treeHash)
    .describe('Roots of the complete subtrees over the events before the first, from left to right.'),
  after: z
    .array(treeHash)
    .describe('Those over the events behind the last, up to the size of the last checkpoint.'),
});
export type ExportDescription = z.infer<typeof exportDescription>;

const SIZE_DIGITS = 12;

/** Name of a checkpoint's file: its number of events with leading zeros, so that names sort. */
export const checkpointFile = (size: number): string => `${String(size).padStart(SIZE_DIGITS, '0')}.txt`;

/** The number of events that a checkpoint's file name says; undefined for any other name. */
export function sizeOfFile(name: string): number | undefined {
  const size = Number(/^(\d{12,15})\.txt$/.exec(name)?.[1] ?? Number.NaN);
  return checkpointFile(size) === name ? size : undefined;
}

/** A line of `events.txt`, its end included: position, hash of the leaf, and the event’s bytes as they are stored. */
export const eventLine = (position: number, leaf: Uint8Array, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from(`${position} ${Buffer.from(leaf).toString('hex')} `, 'latin1'),
    bytes,
    LINE_END,
  ]);

const LINE_END = Buffer.of(10);

/** Reads a line of `events.txt` without its end; undefined for any other bytes. */
export function readEventLine(
  line: Uint8Array,
): { readonly position: number; readonly leaf: Uint8Array; readonly bytes: Uint8Array } | undefined {
  const head = Buffer.from(line.subarray(0, 90)).toString('latin1');
  const [whole = '', digits = '', leaf = ''] = /^(0|[1-9]\d{0,15}) ([0-9a-f]{64}) /.exec(head) ?? [];
  if (whole === '') return undefined;
  return { position: Number(digits), leaf: Buffer.from(leaf, 'hex'), bytes: line.subarray(whole.length) };
}
