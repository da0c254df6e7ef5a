import { isPlacing, type PseudonymisedRow, type RecordId } from '@kinledger/contracts';
import { commitmentsOf, LinkageEngine, ledgerEventOf } from '@kinledger/domain';
import {
  history,
  historyWithConstraints,
  historyWithErasures,
  runs,
  type Step,
} from '@kinledger/domain/testing';
import { bodiesIn } from '@kinledger/event-store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayLedger, type ReplayedDecision } from '../replay/replay-ledger.js';
import { RecordedHistory, STREAM } from '../replay/testing/recorded-history.js';

const END = 1_000_000;

/** Places in a history at which the keys are rotated: fractions of its length. */
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 });

async function rotated(steps: readonly Step[], at: readonly number[]): Promise<RecordedHistory> {
  const recorded = await RecordedHistory.begin();
  const turns = at.map((place) => Math.floor(place * steps.length));
  for (const [index, step] of steps.entries()) {
    for (const turn of turns) if (turn === index) await recorded.rotateKeys();
    await recorded.step(step);
  }
  await recorded.rotateKeys();
  return recorded;
}

const eventsOf = async ({ store }: RecordedHistory) =>
  (await store.readPage(STREAM, 0, END)).map((stored) => ledgerEventOf(stored, STREAM));
const rowsOf = async ({ store }: RecordedHistory) => bodiesIn(await store.readSegments(STREAM, 0, END));

/** The records of each individual, and those of none, whatever the ids of individuals are. */
async function groupsOf(recorded: RecordedHistory): Promise<string[]> {
  const entered = (await eventsOf(recorded)).flatMap((event) =>
    isPlacing(event) ? event.data.placements.map(({ record }) => record) : [],
  );
  const { engine } = recorded.ledger;
  return Map.groupBy(new Set(entered), (record) => engine.individualOf(record))
    .entries()
    .map(
      ([individual, records]) => `${individual === undefined ? 'none' : 'one'}: ${records.sort().join(' ')}`,
    )
    .toArray()
    .sort();
}

async function expectLastStated(recorded: RecordedHistory, rows: ReadonlyMap<RecordId, PseudonymisedRow>) {
  const tokens = new Map<RecordId, string>();
  for (const event of await eventsOf(recorded)) {
    if (isPlacing(event))
      for (const { record, commitments } of event.data.placements)
        if (commitments !== undefined) tokens.set(record, commitments.tokens);
    if (event.type === 'RecordsRekeyed')
      for (const one of event.data.records) tokens.set(one.record, one.tokens);
  }
  for (const [record, row] of rows) expect(tokens.get(record)).toBe(commitmentsOf(row).tokens);
}

async function replay({ store }: RecordedHistory): Promise<ReplayedDecision[]> {
  const decisions: ReplayedDecision[] = [];
  const { faults } = await replayLedger({
    ...{ store, stream: STREAM, signal: new AbortController().signal },
    engine: (options) => new LinkageEngine(options),
    onDecision: (decision) => decisions.push(decision),
  });
  expect(faults).toEqual([]);
  return decisions;
}

describe('rotations of the token keys, at any points of a history', () => {
  it('change nobody’s records, leave no older token, and have the ledger replayed to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(history(), historyWithConstraints()), places, async (all, at) => {
        const steps = all.filter(({ kind }) => kind !== 'erase');
        const plain = await RecordedHistory.of(steps);
        const recorded = await rotated(steps, at);
        expect(await groupsOf(recorded)).toEqual(await groupsOf(plain));
        expect((await replay(recorded)).filter(({ verdict }) => verdict !== 'equal')).toEqual([]);
        const rows = await rowsOf(recorded);
        await expectLastStated(recorded, rows);
        const older = await rowsOf(plain);
        expect([...rows.keys()]).toEqual([...older.keys()]);
        const held = new Set([...rows.values()].flatMap(({ tokens }) => tokens.map(({ token }) => token)));
        for (const { record, ...row } of older.values()) {
          const now = rows.get(record);
          expect({ ...now, tokens: [], keyVersion: 1 }).toEqual({ record, ...row, tokens: [] });
          for (const { token } of row.tokens) expect(held.has(token)).toBe(false);
        }
        // What a start reads is what is at work.
        await recorded.readAgain();
        expect(await groupsOf(recorded)).toEqual(await groupsOf(plain));
      }),
      runs(40),
    );
  });

  it('leave erased bodies erased, and nothing diverges', async () => {
    await fc.assert(
      fc.asyncProperty(historyWithErasures(), places, async (steps, at) => {
        const plain = await RecordedHistory.of(steps);
        const recorded = await rotated(steps, at);
        expect(await groupsOf(recorded)).toEqual(await groupsOf(plain));
        expect((await replay(recorded)).filter(({ verdict }) => verdict === 'diverged')).toEqual([]);
        const rows = await rowsOf(recorded);
        expect([...rows.keys()]).toEqual([...(await rowsOf(plain)).keys()]);
        await expectLastStated(recorded, rows);
      }),
      runs(40),
    );
  });
});
