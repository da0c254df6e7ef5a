import { randomUUID } from 'node:crypto';
import { foreignEvent, StrategyAdopted } from '@kinledger/contracts';
import { encodeLedgerEvent } from '@kinledger/domain';
import { InMemoryEventStore, streamGap, type EventToAppend } from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import { describe, expect, it } from 'vitest';
import { checkLedger } from './check-ledger.js';

const STREAM = 'programme-leap';
const ours = (revision: number) =>
  encodeLedgerEvent({
    type: 'StrategyAdopted',
    data: StrategyAdopted.schema.parse(StrategyAdopted.example),
    ...{ revision, time: '2026-11-28T10:00:00.000Z', cause: `cause ${revision}`, ordinal: 0 },
  });
const strange = (): EventToAppend => ({ id: randomUUID(), type: 'Noted', bytes: Buffer.from('hello') });
const holding = async (events: EventToAppend[]) => {
  const store = new InMemoryEventStore();
  await store.append(STREAM, events, { expectedRevision: 'no-stream' });
  return store;
};
const sentence = (revision: number) =>
  `revision ${revision} of programme-leap was not written by Kinledger (type Noted)`;
const sentences = ({ findings }: Awaited<ReturnType<typeof checkLedger>>) =>
  findings.map(({ sentence: said }) => said);

describe('the check of a ledger', () => {
  it('finds no fault in a ledger of Kinledger’s events, over several pages', async () => {
    const store = await holding(Array.from({ length: 2_500 }, (_, revision) => ours(revision)));
    expect(await checkLedger(store, STREAM)).toEqual({ stream: STREAM, events: 2_500, findings: [] });
  });

  it('lists each foreign event and continues after it', async () => {
    const checked = await checkLedger(await holding([ours(0), strange(), ours(2), strange()]), STREAM);
    expect(checked.events).toBe(2);
    expect(sentences(checked)).toEqual([sentence(1), sentence(3)]);
  });

  it('continues after an event that the store refuses to return', async () => {
    const inner = await holding([ours(0), strange(), ours(2)]);
    const store = withMethods(inner, {
      readPage: async (stream: string, from: number, limit: number) => {
        if (from <= 1 && from + limit > 1) throw foreignEvent(stream, { revision: 1, type: 'Noted' });
        return inner.readPage(stream, from, limit);
      },
    });
    const checked = await checkLedger(store, STREAM);
    expect(checked.events).toBe(2);
    expect(sentences(checked)).toEqual([sentence(1)]);
  });

  it('lists the first twenty foreign events of many, and counts the rest', async () => {
    const checked = await checkLedger(await holding(Array.from({ length: 50 }, strange)), STREAM);
    expect(sentences(checked)).toHaveLength(21);
    expect(sentences(checked).at(-1)).toBe('30 more events like these');
  });

  it('lists settings first, and stops at a gap', async () => {
    const inner = await holding([ours(0)]);
    const store = withMethods(inner, {
      findings: async () => [{ weight: 'fault', sentence: '$maxCount hides events' }],
      readPage: async () => {
        throw streamGap(STREAM, 0);
      },
    });
    expect(sentences(await checkLedger(store, STREAM))).toEqual([
      '$maxCount hides events',
      'stream programme-leap has later events, but none at revision 0',
    ]);
  });
});
