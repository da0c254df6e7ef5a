import {
  Command,
  commandExamples,
  committedBytesOf,
  encodeRowChunk,
  FileAccepted,
  read,
  RowChunk,
  RowPseudonymised,
  type LedgerEvent,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { commitmentsOf, leap1, LinkageEngine } from '@kinledger/domain';
import { bodiesIn, InMemoryEventStore, InMemoryLedger, type EventStore } from '@kinledger/event-store';
import { describe, expect, it } from 'vitest';
import { decideSubmission, park, type DecidableFile } from './decide-submission.js';
import { handlerOf } from './commands/command-handlers.js';
import { isHalt } from './errors.js';
import { defaultAppendLimits, LedgerWriter } from './ledger-writer.js';
import { recover } from './recovery.js';
import { streamOf } from './programme-stream.js';
import { Scribe } from './scribe.js';
import type { StagedRows } from './staged-rows.js';

const stream = streamOf('leap');
const signal = new AbortController().signal;
const strategy = leap1({
  ...{ name: 'leap-1' as const, maxBirthDatesPerToken: 2, maxHoldersPerToken: 50 },
  ...{ maxCasesPerToken: 10, maxChildrenPerCarerToken: 4 },
});
const engine = () => new LinkageEngine({ strategy, familyScopes: [] });

const submission = 'a'.repeat(32);
const file = {
  ...{ ...FileAccepted.example, submission, intake: 1, supersedes: [] },
} as unknown as DecidableFile; // as the contract reads its example
const cause = { cause: 'file-1', time: '2023-10-09T00:01:00Z' };
const rows = [1, 2, 3].map((number) => ({
  ...RowPseudonymised.example.rows[0],
  record: number.toString(16).padStart(32, '0'),
  rowKey: `c${number}`.padEnd(32, '0'),
})) as unknown as PseudonymisedRow[];
const example = RowPseudonymised.schema.parse(RowPseudonymised.example);
const withRows = (given: readonly PseudonymisedRow[]): StagedRows => ({
  async *chunksOf() {
    for (const [chunk, row] of given.entries())
      yield new RowChunk(encodeRowChunk({ ...example, chunk, rows: [row], refused: [] }));
  },
});

const takeUp = (store: EventStore) => recover({ store, stream, engine, snapshots: undefined, signal });
const writerOf = (store: EventStore, from: number, head: number) =>
  new LedgerWriter({ store, stream, from, head, limits: defaultAppendLimits });
const bytesOf = async (store: EventStore) =>
  (await store.readPage(stream, 0, 100)).map(({ bytes }) => Buffer.from(bytes).toString('utf8'));

/** Decides the file for an empty ledger. */
async function decided(store: EventStore): Promise<void> {
  const { ledger } = await takeUp(store);
  const writer = writerOf(store, 0, -1);
  expect(
    await decideSubmission(
      { ledger, writer, staged: withRows(rows), signal },
      file,
      new Scribe(ledger, writer, cause),
    ),
  ).toBe(3);
}

describe('a ledger that is decided again from the same inputs', () => {
  it('is identical, byte for byte, and nothing is appended', async () => {
    const store = new InMemoryEventStore(new InMemoryLedger());
    await decided(store);
    const before = await bytesOf(store);
    const { ledger } = await takeUp(new InMemoryEventStore(new InMemoryLedger()));
    const writer = writerOf(store, 0, before.length - 1);
    await decideSubmission(
      { ledger, writer, staged: withRows(rows), signal },
      file,
      new Scribe(ledger, writer, cause),
    );
    expect(await bytesOf(store)).toEqual(before);
  });

  it('is refused at the first event that differs', async () => {
    const store = new InMemoryEventStore(new InMemoryLedger());
    await decided(store);
    const { ledger } = await takeUp(new InMemoryEventStore(new InMemoryLedger()));
    const writer = writerOf(store, 0, await store.head(stream));
    const [first, , third] = rows;
    const other = [first!, { ...third!, record: 'f'.padStart(32, '0') as PseudonymisedRow['record'] }];
    const again = decideSubmission(
      { ledger, writer, staged: withRows(other), signal },
      file,
      new Scribe(ledger, writer, cause),
    );
    await expect(again).rejects.toSatisfy(isHalt);
    await expect(again).rejects.toMatchObject({ code: 'ledger-differs', revision: 2 });
  });

  it('continues from recovery: a withdrawal retires what another process decided', async () => {
    const store = new InMemoryEventStore(new InMemoryLedger());
    await decided(store);
    const { ledger, head } = await takeUp(store);
    expect([ledger.lastIntake, ledger.standingOf(file.submission)]).toEqual([1, 'standing']);
    const command = read(Command, 1, { ...commandExamples[0], payload: { submission } });
    const handler = handlerOf(command);
    expect(handler.refusalOf(ledger, command, { erase: false })).toBeUndefined();
    const writer = writerOf(store, ledger.nextRevision, head);
    const withdrawal = { cause: 'command:1', time: command.time };
    const nothing = { progress: undefined, erasing: undefined };
    await handler.carryOut(
      { ledger, writer, staged: withRows([]), signal, cause: withdrawal, ...nothing },
      command,
    );
    expect(handler.refusalOf(ledger, command, { erase: false })).toBe('submission-withdrawn-already');
    expect((await takeUp(store)).ledger.positionOf('1')).toBe(ledger.closedAt);
    expect((await takeUp(store)).ledger.standingOf(file.submission)).toBe('withdrawn');
  });

  it('keeps the rows of a chunk whose records enter, unchanged, and commits to their slices', async () => {
    const store = new InMemoryEventStore(new InMemoryLedger());
    const { ledger } = await takeUp(store);
    const writer = writerOf(store, 0, -1);
    const [first, second, third] = rows as [PseudonymisedRow, PseudonymisedRow, PseudonymisedRow];
    // The second row repeats the content of the first.
    const repeated = { ...first, record: second.record };
    const chunk = encodeRowChunk({ ...example, rows: [first, repeated, third], refused: [] });
    const staged: StagedRows = {
      async *chunksOf() {
        yield new RowChunk(chunk);
      },
    };
    await decideSubmission({ ledger, writer, staged, signal }, file, new Scribe(ledger, writer, cause));
    const [segment, ...more] = await store.readSegments(stream, 0, 9);
    expect([segment?.revision, segment?.bodies, more]).toEqual([1, 2, []]);
    expect([...bodiesIn([segment!]).values()]).toEqual([first, third]);
    const [kept, whole] = [new RowChunk(segment!.bytes), new RowChunk(chunk)];
    for (const ordinal of [0, 2]) expect(kept.slice(ordinal)).toEqual(whole.slice(ordinal));
    expect(Buffer.from(segment!.bytes).includes(Buffer.from(repeated.record, 'hex'))).toBe(false);
    const placed = JSON.parse((await bytesOf(store))[1] ?? '') as LedgerEvent;
    expect(placed).toMatchObject({
      type: 'RecordsPlaced',
      data: {
        placements: [first, third].map((row) => ({ record: row.record, commitments: commitmentsOf(row) })),
      },
    });
    expect(kept.committedBytes(2)).toEqual(committedBytesOf(third));
  });

  it('records why a file could not be processed, without any row', async () => {
    const store = new InMemoryEventStore(new InMemoryLedger());
    const { ledger } = await takeUp(store);
    const writer = writerOf(store, 0, -1);
    await park({ writer }, file, 'landing-unreadable', new Scribe(ledger, writer, cause));
    const [event] = await bytesOf(store);
    expect(JSON.parse(event ?? '')).toMatchObject({
      type: 'SubmissionParked',
      cause: 'file-1',
      data: { submission, intake: 1, reason: 'landing-unreadable' },
    });
    expect((await takeUp(store)).ledger.standingOf(file.submission)).toBe('parked');
  });
});
