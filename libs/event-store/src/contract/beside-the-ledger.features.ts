import { hash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  isPayloadDigestWrong,
  isRecordBodyDiffers,
  type EventStore,
  type Payload,
  type RecordBody,
} from '../index.js';
import { newEvents, newStream, type FixtureInUse } from './fixture.js';

const newBody = (revision: number): RecordBody => ({
  record: randomBytes(16).toString('hex'),
  revision,
  bytes: randomBytes(200),
});

const newPayload = (length: number): Payload => {
  const bytes = randomBytes(length);
  return { digest: hash('sha256', bytes, 'hex'), bytes };
};

const plainBodies = (bodies: readonly RecordBody[]) =>
  bodies.map(({ record, revision, bytes }) => ({
    record,
    revision,
    bytes: Buffer.from(bytes).toString('hex'),
  }));

const byRecord = (bodies: readonly RecordBody[]) =>
  plainBodies(bodies).sort((a, b) => (a.record < b.record ? -1 : 1));

const withBodies = async (store: EventStore, stream: string, count: number) => {
  const bodies = Array.from({ length: count }, (_, revision) => newBody(revision));
  await store.append(stream, newEvents(count), { expectedRevision: 'no-stream', bodies });
  return bodies;
};

export function besideTheLedgerFeatures(fixture: () => FixtureInUse): void {
  describe('bodies', () => {
    it('are read by the revision at which their records came, in that order', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const bodies = await withBodies(store, stream, 10);
      const reader = open();
      expect(plainBodies(await reader.readBodies(stream, 0, 9))).toEqual(plainBodies(bodies));
      expect(plainBodies(await reader.readBodies(stream, 3, 5))).toEqual(plainBodies(bodies.slice(3, 6)));
      expect(plainBodies(await reader.readBodies(stream, 9, 9))).toEqual(plainBodies(bodies.slice(9)));
      expect(await reader.readBodies(stream, 10, 99)).toEqual([]);
      expect(await reader.readBodies(stream, 5, 4)).toEqual([]);
      expect(await reader.readBodies(newStream(), 0, 99)).toEqual([]);
    });

    it('are counted up to a revision', async () => {
      const { store, eraseBodies } = fixture();
      const stream = newStream();
      const bodies = await withBodies(store, stream, 10);
      const counts = () => Promise.all([-1, 0, 4, 9, 99].map((to) => store.countBodies(stream, to)));
      expect(await counts()).toEqual([0, 1, 5, 10, 10]);
      await eraseBodies(stream, [bodies[2]!.record]);
      expect(await counts()).toEqual([0, 1, 4, 9, 9]);
      expect(await store.countBodies(newStream(), 9)).toBe(0);
    });

    it('are read by record, each once; unknown records are missing', async () => {
      const { store } = fixture();
      const stream = newStream();
      const bodies = await withBodies(store, stream, 10);
      const wanted = [bodies[7]!, bodies[2]!];
      const records = [...wanted, newBody(0), wanted[0]!].map(({ record }) => record);
      expect(byRecord(await store.readBodiesOf(stream, records))).toEqual(byRecord(wanted));
      expect(await store.readBodiesOf(stream, [])).toEqual([]);
      expect(await store.readBodiesOf(newStream(), records)).toEqual([]);
    });

    it('belong to their stream', async () => {
      const { store } = fixture();
      const [stream, other] = [newStream(), newStream()];
      const bodies = await withBodies(store, stream, 2);
      const changed = bodies.map((body) => ({ ...body, bytes: Buffer.from('another programme') }));
      await store.append(other, newEvents(2), { expectedRevision: 'no-stream', bodies: changed });
      expect(plainBodies(await store.readBodies(stream, 0, 9))).toEqual(plainBodies(bodies));
      expect(plainBodies(await store.readBodies(other, 0, 9))).toEqual(plainBodies(changed));
    });

    it('are missing once erased, and the rest stays', async () => {
      const { store, eraseBodies } = fixture();
      const stream = newStream();
      const bodies = await withBodies(store, stream, 4);
      await eraseBodies(stream, [bodies[1]!.record, bodies[3]!.record]);
      const rest = plainBodies([bodies[0]!, bodies[2]!]);
      expect(plainBodies(await store.readBodies(stream, 0, 3))).toEqual(rest);
      expect(await store.readBodiesOf(stream, [bodies[1]!.record])).toEqual([]);
      expect(await store.head(stream)).toBe(3);
    });

    it('do not come back when an append is repeated after the erasure', async () => {
      const { store, eraseBodies } = fixture();
      const stream = newStream();
      const bodies = [newBody(0)];
      const events = newEvents(1);
      await store.append(stream, events, { expectedRevision: 'no-stream', bodies });
      await eraseBodies(stream, [bodies[0]!.record]);
      expect(await store.append(stream, events, { expectedRevision: 'no-stream', bodies })).toMatchObject({
        repeated: true,
      });
      expect(await store.readBodies(stream, 0, 9)).toEqual([]);
    });

    it('are not written when the append is refused', async () => {
      const { store } = fixture();
      const stream = newStream();
      await withBodies(store, stream, 1);
      const body = newBody(1);
      await expect(
        store.append(stream, newEvents(1), { expectedRevision: 'no-stream', bodies: [body] }),
      ).rejects.toThrow();
      expect(await store.readBodiesOf(stream, [body.record])).toEqual([]);
    });

    it('may come again with the same bytes, and stay as they were', async () => {
      const { store } = fixture();
      const stream = newStream();
      const [body] = await withBodies(store, stream, 1);
      const more = newBody(1);
      await store.append(stream, newEvents(1), {
        expectedRevision: 0,
        bodies: [{ ...body!, revision: 1 }, more, more],
      });
      expect(plainBodies(await store.readBodies(stream, 0, 9))).toEqual(plainBodies([body!, more]));
    });

    it('may not come again with other bytes: nothing of that append is written', async () => {
      const { store } = fixture();
      const stream = newStream();
      const bodies = await withBodies(store, stream, 1);
      const changed = { ...bodies[0]!, bytes: Buffer.from('other') };
      const more = newBody(1);
      const refusal: unknown = await store
        .append(stream, newEvents(1), { expectedRevision: 0, bodies: [more, changed] })
        .catch((error: unknown) => error);
      expect(isRecordBodyDiffers(refusal)).toBe(true);
      expect(refusal).toMatchObject({ stream, record: changed.record });
      expect(await store.head(stream)).toBe(0);
      expect(plainBodies(await store.readBodies(stream, 0, 9))).toEqual(plainBodies(bodies));
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

    it('may come again, from any stream', async () => {
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

    it('are refused under another digest, and the append with them', async () => {
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

    it('are not written when the append is refused', async () => {
      const { store } = fixture();
      const payload = newPayload(100);
      await expect(
        store.append(newStream(), newEvents(1), { expectedRevision: 'exists', payloads: [payload] }),
      ).rejects.toThrow();
      expect(await store.readPayload(payload.digest)).toBeUndefined();
    });
  });
}
