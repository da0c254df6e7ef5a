import { hash, randomBytes } from 'node:crypto';
import { committedBytesOf, tokensWithout, type PseudonymisedRow } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import {
  bodiesIn,
  isPayloadDigestWrong,
  isSegmentDiffers,
  isTokensDiffer,
  type EventStore,
  type Payload,
  type Segment,
} from '../index.js';
import { newEvents, newSegment, newStream, plainSegments, recordsIn, type FixtureInUse } from './fixture.js';

const newPayload = (length: number): Payload => {
  const bytes = randomBytes(length);
  return { digest: hash('sha256', bytes, 'hex'), bytes };
};

const withSegments = async (store: EventStore, stream: string, count: number, bodies = 1) => {
  const segments = Array.from({ length: count }, (_, revision) => newSegment(revision, bodies));
  await store.append(stream, newEvents(count), { expectedRevision: 'no-stream', segments });
  return segments;
};
const contains = (segments: readonly Segment[], text: string): boolean =>
  segments.some(({ bytes }) => Buffer.from(bytes).includes(text));

export function besideTheLedgerFeatures(fixture: () => FixtureInUse): void {
  describe('segments', () => {
    it('are read by the revisions of their events, in order', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const segments = await withSegments(store, stream, 10, 3);
      const read = async (from: number, to: number) =>
        plainSegments(await open().readSegments(stream, from, to));
      expect(await read(0, 9)).toEqual(plainSegments(segments));
      expect(await read(3, 5)).toEqual(plainSegments(segments.slice(3, 6)));
      expect(await read(9, 9)).toEqual(plainSegments(segments.slice(9)));
      expect(await read(10, 99)).toEqual([]);
      expect(await read(5, 4)).toEqual([]);
      expect(await store.readSegments(newStream(), 0, 99)).toEqual([]);
    });

    it('are counted by row up to a revision', async () => {
      const { store, eraseBodies } = fixture();
      const stream = newStream();
      const segments = await withSegments(store, stream, 10, 2);
      const counts = () => Promise.all([-1, 0, 4, 9, 99].map((to) => store.countBodies(stream, to)));
      expect(await counts()).toEqual([0, 2, 10, 20, 20]);
      await eraseBodies(stream, [segments[2]!.records[1]!]);
      expect(await counts()).toEqual([0, 2, 9, 19, 19]);
      await eraseBodies(stream, segments[2]!.records);
      expect(await counts()).toEqual([0, 2, 8, 18, 18]);
      expect(await store.countBodies(newStream(), 9)).toBe(0);
    });

    it('belong to one stream', async () => {
      const { store } = fixture();
      const [stream, other] = [newStream(), newStream()];
      const segments = await withSegments(store, stream, 2);
      const others = await withSegments(store, other, 2);
      expect(plainSegments(await store.readSegments(stream, 0, 9))).toEqual(plainSegments(segments));
      expect(plainSegments(await store.readSegments(other, 0, 9))).toEqual(plainSegments(others));
    });

    it('lose only the erased rows and the texts that only those used', async () => {
      const { store, eraseBodies } = fixture();
      const stream = newStream();
      const segments = await withSegments(store, stream, 2, 4);
      const [first, second] = segments;
      const gone = [first!.records[1]!, first!.records[3]!];
      await eraseBodies(stream, gone);
      const left = await store.readSegments(stream, 0, 9);
      const kept = [first!.records[0]!, first!.records[2]!, ...second!.records].map(({ record }) => record);
      expect(recordsIn(left)).toEqual(kept);
      expect(left.map(({ bodies }) => bodies)).toEqual([2, 4]);
      expect(plainSegments(left.slice(1))).toEqual(plainSegments([second!]));
      const before = bodiesIn(segments);
      for (const [record, row] of bodiesIn(left)) expect(row).toEqual(before.get(record));
      for (const { record } of gone) expect(contains(left, record)).toBe(false);
      for (const record of kept) expect(contains(left, record)).toBe(true);
      await eraseBodies(stream, gone);
      expect(plainSegments(await store.readSegments(stream, 0, 9))).toEqual(plainSegments(left));
    });

    it('lose only the erased tokens and the texts that only those used, once, in the order of the cuts', async () => {
      const { store, eraseTokens } = fixture();
      const stream = newStream();
      const segments = await withSegments(store, stream, 2, 3);
      const [one, other] = [segments[0]!.records[1]!, segments[1]!.records[0]!];
      const before = bodiesIn(segments);
      const rowOf = (record: string) => [...before.values()].find((row) => row.record === record)!;
      const without = (row: PseudonymisedRow, ...places: readonly number[]) => ({
        ...row,
        ...tokensWithout(row, places),
      });
      const first = without(rowOf(one.record), 2);
      const then = without(first, 0);
      const cut = (places: readonly number[], row: PseudonymisedRow) => ({
        places,
        tokens: hash('sha256', committedBytesOf(row).tokens, 'hex'),
        keyVersion: 1,
      });
      const its = { ...one, cuts: [cut([2], first)] };
      expect(await eraseTokens(stream, [its])).toBe(1);
      expect(await eraseTokens(stream, [its])).toBe(0);
      const both = { ...one, cuts: [...its.cuts, cut([0], then)] };
      const others = { ...other, cuts: [cut([1, 2], without(rowOf(other.record), 1, 2))] };
      expect(await eraseTokens(stream, [both, others])).toBe(2);
      const left = await store.readSegments(stream, 0, 9);
      expect(left.map(({ bodies }) => bodies)).toEqual([3, 3]);
      const after = bodiesIn(left);
      const expected = new Map([
        [one.record, then] as const,
        [other.record, without(rowOf(other.record), 1, 2)],
      ]);
      for (const [record, row] of before) expect(after.get(record)).toEqual(expected.get(record) ?? row);
      // What was derived of the carer’s email went with it.
      const derivedOf = (record: string) =>
        [...after.values()].find((row) => row.record === record)!.derived.map(({ derivation }) => derivation);
      expect(derivedOf(one.record)).toEqual(['carer-email-local', 'postcode-sector']);
      expect(derivedOf(other.record)).toEqual(['postcode-sector']);
      expect(recordsIn(left)).toEqual(recordsIn(segments));
    });

    it('keep their tokens if what would remain is not what the ledger states', async () => {
      const { store, eraseTokens } = fixture();
      const stream = newStream();
      const [segment] = await withSegments(store, stream, 1);
      const wrong = {
        ...segment!.records[0]!,
        cuts: [{ places: [0], tokens: '0'.repeat(64), keyVersion: 1 }],
      };
      await expect(eraseTokens(stream, [wrong])).rejects.toSatisfy(isTokensDiffer);
      expect(plainSegments(await store.readSegments(stream, 0, 9))).toEqual(plainSegments([segment!]));
    });

    it('are deleted with their last row', async () => {
      const { store, eraseBodies } = fixture();
      const stream = newStream();
      const segments = await withSegments(store, stream, 3, 2);
      await eraseBodies(stream, [...segments[1]!.records, { ...segments[0]!.records[0]!, revision: 2 }]);
      expect(plainSegments(await store.readSegments(stream, 0, 9))).toEqual(
        plainSegments([segments[0]!, segments[2]!]),
      );
      expect(await store.head(stream)).toBe(2);
    });

    it('stay erased when an append is repeated', async () => {
      const { store, eraseBodies } = fixture();
      const stream = newStream();
      const segments = [newSegment(0)];
      const events = newEvents(1);
      await store.append(stream, events, { expectedRevision: 'no-stream', segments });
      await eraseBodies(stream, segments[0]!.records);
      expect(await store.append(stream, events, { expectedRevision: 'no-stream', segments })).toMatchObject({
        repeated: true,
      });
      expect(await store.readSegments(stream, 0, 9)).toEqual([]);
    });

    it('are not written if the append is refused', async () => {
      const { store } = fixture();
      const stream = newStream();
      const [there] = await withSegments(store, stream, 1);
      await expect(
        store.append(stream, newEvents(1), { expectedRevision: 'no-stream', segments: [newSegment(1)] }),
      ).rejects.toThrow();
      expect(plainSegments(await store.readSegments(stream, 0, 9))).toEqual(plainSegments([there!]));
    });

    it('stay as they are when appended again with the same bytes', async () => {
      const { store } = fixture();
      const stream = newStream();
      const [there] = await withSegments(store, stream, 1);
      const more = newSegment(1);
      await store.append(stream, newEvents(1), { expectedRevision: 0, segments: [there!, more, more] });
      expect(plainSegments(await store.readSegments(stream, 0, 9))).toEqual(plainSegments([there!, more]));
    });

    it('refuse an append with other bytes for a revision, which writes nothing', async () => {
      const { store } = fixture();
      const stream = newStream();
      const segments = await withSegments(store, stream, 1);
      const refusal: unknown = await store
        .append(stream, newEvents(1), { expectedRevision: 0, segments: [newSegment(1), newSegment(0)] })
        .catch((error: unknown) => error);
      expect(isSegmentDiffers(refusal)).toBe(true);
      expect(refusal).toMatchObject({ stream, revision: 0 });
      expect(await store.head(stream)).toBe(0);
      expect(plainSegments(await store.readSegments(stream, 0, 9))).toEqual(plainSegments(segments));
    });
  });

  describe('payloads', () => {
    it('are found by their digest', async () => {
      const { store, open } = fixture();
      const payloads = [newPayload(0), newPayload(5), newPayload(2 * 1024 * 1024)];
      await store.append(newStream(), newEvents(1), { expectedRevision: 'no-stream', payloads });
      const reader = open();
      for (const { digest, bytes } of payloads) {
        expect(Buffer.compare((await reader.readPayload(digest))!, bytes)).toBe(0);
      }
      expect(await reader.readPayload(newPayload(3).digest)).toBeUndefined();
    });

    it('may be appended again, from any stream', async () => {
      const { store } = fixture();
      const payload = newPayload(100);
      for (let time = 0; time < 2; time++) {
        await store.append(newStream(), newEvents(1), {
          expectedRevision: 'no-stream',
          payloads: [payload, payload],
        });
      }
      expect(Buffer.compare((await store.readPayload(payload.digest))!, payload.bytes)).toBe(0);
    });

    it('refuse an append under a wrong digest, which writes nothing', async () => {
      const { store } = fixture();
      const stream = newStream();
      const wrong = { ...newPayload(100), digest: newPayload(100).digest };
      const refusal: unknown = await store
        .append(stream, newEvents(1), { expectedRevision: 'any', payloads: [wrong] })
        .catch((error: unknown) => error);
      expect(isPayloadDigestWrong(refusal)).toBe(true);
      expect(await store.head(stream)).toBe(-1);
      expect(await store.readPayload(wrong.digest)).toBeUndefined();
    });

    it('are not written if the append is refused', async () => {
      const { store } = fixture();
      const payload = newPayload(100);
      await expect(
        store.append(newStream(), newEvents(1), { expectedRevision: 'exists', payloads: [payload] }),
      ).rejects.toThrow();
      expect(await store.readPayload(payload.digest)).toBeUndefined();
    });
  });
}
