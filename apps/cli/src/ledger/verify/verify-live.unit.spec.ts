import { RowChunk } from '@kinledger/contracts';
import {
  canonicalBytes,
  commitmentsOf,
  eventIdOf,
  originOf,
  signCheckpoint,
  TreeRoot,
  verifierKey,
} from '@kinledger/domain';
import { streamGap, type InMemoryLedger, type StoredEvent } from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import { describe, expect, it } from 'vitest';
import { keyOf, placeOf, rowOfRecord, signedLedger, STREAM } from '../testing/signed-ledger.js';
import { verifyLive } from './verify-live.js';

type Made = Awaited<ReturnType<typeof signedLedger>>;
const verify = ({ store, checkpoints }: Pick<Made, 'store' | 'checkpoints'>, outside?: Uint8Array) =>
  verifyLive({
    ...{ store, checkpoints, stream: STREAM },
    outside: outside && { name: 'kept.txt', bytes: outside },
  });
const firstOf = async (found: ReturnType<typeof verify>) => (await found).faults.first[0];
const held = (ledger: InMemoryLedger) => ledger.streams.get(STREAM)!;
/** Changes the event at a position where it is kept, as somebody does who may write the table. */
function change({ ledger }: Made, position: number, by: (event: StoredEvent) => Partial<StoredEvent>): void {
  const { events } = held(ledger);
  events[position] = { ...events[position]!, ...by(events[position]!) };
}
const replaced = (from: string, to: string) => (event: StoredEvent) => ({
  bytes: Buffer.from(Buffer.from(event.bytes).toString().replace(from, to)),
});
/** A checkpoint of the first `size` events, as somebody kept it. */
const kept = ({ events }: Made, size: number, key = 1): Uint8Array => {
  const tree = new TreeRoot();
  for (const { bytes } of events.slice(0, size)) tree.add(bytes);
  const { privateKey, publicKey } = keyOf(key);
  const origin = originOf(STREAM);
  return Buffer.from(
    signCheckpoint({ origin, size, root: tree.root() }, verifierKey(origin, publicKey), privateKey),
  );
};

describe('the verification of a ledger where it is kept', () => {
  it('finds nothing in one that nobody changed, and says what it checked', async () => {
    expect(await verify(await signedLedger(), kept(await signedLedger(), 7))).toMatchObject({
      ...{ stream: STREAM, first: 0, events: 13, checkpoints: 3, signedUpTo: 13, outsideCheckpoint: true },
      ...{ bodies: { checked: 9, erased: 1 }, faults: { count: 0, first: [] } },
    });
  });

  it('names the position of any event of which a byte is another', async () => {
    const { events } = await signedLedger();
    const wrong: string[] = [];
    for (const [position, event] of events.entries()) {
      for (let at = 0; at < event.bytes.length; at += 17) {
        const made = await signedLedger();
        change(made, position, ({ bytes }) => {
          const spoilt = Buffer.from(bytes);
          spoilt[at]! ^= 1;
          return { bytes: spoilt };
        });
        const fault = await firstOf(verify(made));
        if (fault?.position !== position)
          wrong.push(`${position} at ${at}: ${fault?.sentence ?? 'nothing found'}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['an id', 4, () => ({ id: '00000000-0000-8000-8000-000000000000' })],
    ['a type', 4, () => ({ type: 'RecordErased' })],
    ['a decision that is as well formed as before', 5, replaced('"role":"child"', '"role":"adult"')],
  ] as const)('names the position of an event of which %s was changed', async (_, position, by) => {
    const made = await signedLedger();
    change(made, position, by);
    expect(await firstOf(verify(made))).toMatchObject({ position });
  });

  it('names the first event of two that changed places', async () => {
    const made = await signedLedger();
    const { events } = held(made.ledger);
    const [third, fourth] = [events[3]!, events[4]!];
    events[3] = { ...fourth, revision: 3 };
    events[4] = { ...third, revision: 4 };
    expect(await firstOf(verify(made))).toMatchObject({ position: 3 });
  });

  it('names the first position that is missing, at the end and before it', async () => {
    const cut = await signedLedger();
    held(cut.ledger).events.length = 9;
    expect(await firstOf(verify(cut))).toEqual({
      position: 9,
      sentence:
        'checkpoint 13 is about 13 events, and there are 9: the events from position 9 on are missing',
    });
    const made = await signedLedger();
    const store = withMethods(made.store, {
      readPage: async (stream, from, limit) => {
        if (from + limit > 6) throw streamGap(STREAM, 6);
        return made.store.readPage(stream, from, limit);
      },
    });
    expect(await firstOf(verify({ ...made, store }))).toMatchObject({ position: 6 });
  });

  it('names what was added behind the end only once it is signed', async () => {
    const made = await signedLedger();
    const extra = {
      cause: 'x',
      data: {},
      id: eventIdOf('x', 0),
      revision: 13,
      time: 't',
      type: 'RecordErased',
      version: 2,
    };
    held(made.ledger).events.push({
      id: extra.id,
      type: extra.type,
      revision: 13,
      bytes: canonicalBytes(extra),
    });
    expect(await firstOf(verify(made))).toMatchObject({ position: 13 });
  });

  describe('of bodies', () => {
    it('names the event whose body was changed', async () => {
      const { segments } = await signedLedger();
      const wrong: string[] = [];
      for (const { revision, bodies, bytes } of segments.filter(
        (one) => one.revision !== placeOf(1).revision,
      )) {
        // What stands before its rows is no part of a body.
        const rowsFrom = bytes.length - new RowChunk(bytes).slice(0).length;
        for (let at = rowsFrom; at < bytes.length; at += 7) {
          const made = await signedLedger();
          const spoilt = Buffer.from(bytes);
          spoilt[at]! ^= 1;
          held(made.ledger).segments.set(revision, { revision, bodies, bytes: spoilt });
          const fault = await firstOf(verify(made));
          if (fault?.position !== revision)
            wrong.push(`${revision} at ${at}: ${fault?.sentence ?? 'nothing found'}`);
        }
      }
      expect(wrong).toEqual([]);
    });

    it('names the event whose body has another text', async () => {
      const made = await signedLedger();
      const { revision, bodies, bytes } = made.segments[4]!;
      const changed = Buffer.from(
        Buffer.from(bytes).toString('latin1').replace('attribute of', 'attribute or'),
        'latin1',
      );
      held(made.ledger).segments.set(revision, { revision, bodies, bytes: changed });
      expect(await firstOf(verify(made))).toMatchObject({ position: revision });
    });

    it('names one that is missing, but not one that an erasure names', async () => {
      const made = await signedLedger();
      made.ledger.eraseBodies(STREAM, [placeOf(4)]);
      expect(await verify(made)).toMatchObject({
        bodies: { checked: 8, erased: 1 },
        faults: {
          count: 1,
          first: [{ position: 6, sentence: expect.stringContaining('no erasure names it') as string }],
        },
      });
    });

    it('accepts tokens as the last event states them, and names those that were changed or never cut out', async () => {
      const made = await signedLedger({ carerErased: 3 });
      expect(await verify(made)).toMatchObject({
        events: 14,
        bodies: { checked: 9, erased: 1 },
        faults: { count: 0 },
      });
      const { revision } = placeOf(3);
      const uncut = await signedLedger({ carerErased: 3 });
      held(uncut.ledger).segments.set(revision, made.segments[3]!);
      expect(await firstOf(verify(uncut))).toEqual({
        position: revision,
        sentence: expect.stringContaining('are not those that the ledger states last') as string,
      });
      // What was not signed states nothing: the body is that of its placement.
      const unstated = await signedLedger({ carerErased: 3 });
      held(unstated.ledger).events.length = 13;
      expect(await firstOf(verify(unstated))).toMatchObject({ position: 13 });
      const early = await signedLedger();
      early.ledger.eraseTokens(STREAM, [
        {
          ...placeOf(3),
          cuts: [
            { places: [0], tokens: commitmentsOf({ ...rowOfRecord(3), tokens: [] }).tokens, keyVersion: 1 },
          ],
        },
      ]);
      expect(await firstOf(verify(early))).toEqual({
        position: revision,
        sentence: expect.stringContaining('it was changed') as string,
      });
    });

    it('does not mind tokens that are erased while it reads', async () => {
      const made = await signedLedger({ carerErased: 3, signedAt: [2, 7, 13] });
      let reads = 0;
      const store = withMethods(made.store, {
        head: () => Promise.resolve(12),
        readPage: async (stream, from, limit) => {
          reads += 1;
          const page = await made.store.readPage(stream, from, limit);
          return reads === 1 ? page.filter(({ revision }) => revision < 13) : page;
        },
      });
      expect(await verify({ ...made, store })).toMatchObject({
        bodies: { checked: 9 },
        faults: { count: 0 },
      });
    });

    it('names one that lies where no event brings its record, or that came back', async () => {
      const made = await signedLedger();
      const [segment] = made.segments;
      held(made.ledger).segments.set(12, { ...segment!, revision: 12 });
      expect(await firstOf(verify(made))).toMatchObject({ position: 12 });
    });
  });

  it('names the definition that was changed or is gone', async () => {
    const made = await signedLedger();
    const [digest] = made.ledger.payloads.keys();
    made.ledger.payloads.delete(digest!);
    expect(await firstOf(verify(made))).toMatchObject({ position: 0 });
  });

  describe('with a checkpoint from elsewhere', () => {
    it('finds a history that was rewritten and signed anew with the same key', async () => {
      const [before, rewritten] = [await signedLedger(), await signedLedger({ history: 'another' })];
      expect((await verify(rewritten)).faults.count).toBe(0);
      const { faults } = await verify(rewritten, kept(before, 7));
      expect(faults).toMatchObject({ count: 1, first: [{ position: 0 }] });
      expect(faults.first[0]!.sentence).toContain(
        'the checkpoint kept.txt has another root than the 7 events give',
      );
    });

    it('finds a history that was rewritten and signed with another key', async () => {
      const [before, rewritten] = [await signedLedger(), await signedLedger({ key: 2 })];
      expect((await verify(rewritten)).faults.count).toBe(0);
      const { faults } = await verify(rewritten, kept(before, 7));
      expect(faults.first.map(({ sentence }) => sentence).join()).toContain(
        'is not signed by the ledger’s key',
      );
    });

    it('finds that events were removed from the end, with their checkpoints', async () => {
      const [before, shortened] = [
        await signedLedger(),
        await signedLedger({ records: 5, signedAt: [2, 7] }),
      ];
      const { faults } = await verify(shortened, kept(before, 13));
      expect(faults.first[0]).toMatchObject({ position: 8 });
    });

    it.each([
      ['nothing', Buffer.from('nothing')],
      ['a checkpoint of another ledger', Buffer.from('x')],
    ])('refuses %s', async (_, bytes) => {
      expect((await verify(await signedLedger(), bytes)).faults.count).toBe(1);
    });
  });

  it('says so where nothing is signed', async () => {
    expect(await firstOf(verify(await signedLedger({ signedAt: [] })))).toMatchObject({
      sentence: expect.stringContaining('no checkpoint is kept') as string,
    });
  });

  it('does not mind what is signed and appended while it reads', async () => {
    const made = await signedLedger({ signedAt: [2] });
    const later = await signedLedger();
    let isFirst = true;
    const store = withMethods(made.store, {
      head: async (stream) => {
        if (isFirst)
          for (const { size, note } of await later.checkpoints.notesAfter(STREAM, 2, 9)) {
            await made.checkpoints.add(STREAM, {
              size,
              note,
              frontier: new Uint8Array(),
              leaves: new Uint8Array(),
            });
          }
        isFirst = false;
        return (await made.store.head(stream)) - 3;
      },
    });
    expect(await verify({ ...made, store })).toMatchObject({
      events: 10,
      faults: { count: 0 },
      checkpoints: 1,
    });
  });

  describe('after changes of the signing key', () => {
    const changed = (options: Parameters<typeof signedLedger>[0] = {}) =>
      signedLedger({
        ...{
          keyChanges: [
            { at: 5, to: 2 },
            { at: 9, to: 3 },
          ],
          signedAt: [5, 6, 9, 10, 15],
        },
        ...options,
      });

    it('takes each checkpoint by the key that is in force at its last event, up to the border', async () => {
      const made = await changed();
      expect(await verify(made)).toMatchObject({ events: 15, checkpoints: 5, faults: { count: 0 } });
      for (const [size, key] of [
        [5, 1],
        [6, 2],
        [9, 2],
        [10, 3],
      ] as const)
        expect((await verify(made, kept(made, size, key))).faults.count, `${size}`).toBe(0);
    });

    it.each([
      ['by the old key from the change on', 6, 1],
      ['by the new key before the change', 5, 2],
      ['by the first key after two changes', 15, 1],
      ['by a key that comes later', 9, 3],
    ])('names a checkpoint that is signed %s', async (_, size, key) => {
      const { faults } = await verify(await changed({ signedWith: { [size]: key } }));
      expect(faults).toMatchObject({ count: 1, first: [{ position: size - 1 }] });
      expect(faults.first[0]?.sentence).toContain('is not signed by the ledger’s key that is in force there');
      const made = await changed();
      expect((await verify(made, kept(made, size, key))).faults.first).toMatchObject([
        { position: size - 1 },
      ]);
    });

    it('names a change that the key before it did not sign, by its position', async () => {
      for (const signedBy of [2, 4]) {
        const made = await changed({ keyChanges: [{ at: 5, to: 2, signedBy }] });
        expect(await firstOf(verify(made))).toEqual({
          position: 5,
          sentence: expect.stringContaining('is not signed by the key before it') as string,
        });
      }
    });

    it('names a change that brings an earlier key back', async () => {
      const back = [
        { at: 5, to: 2 },
        { at: 9, to: 1 },
      ];
      const fault = await firstOf(verify(await changed({ keyChanges: back, signedAt: [2, 6] })));
      expect(fault).toMatchObject({ position: 9 });
      expect(fault?.sentence).toContain('brings an earlier key back');
    });

    it('names a change that was moved to another position', async () => {
      const made = await changed({ keyChanges: [{ at: 5, to: 2 }], signedAt: [] });
      change(made, 5, replaced('"revision":5', '"revision":4'));
      const stored = held(made.ledger).events;
      [stored[4], stored[5]] = [
        { ...stored[5]!, revision: 4 },
        { ...stored[4]!, revision: 5 },
      ];
      const { faults } = await verify(made);
      expect(faults.first.map(({ position, sentence }) => `${position} ${sentence}`).join('\n')).toMatch(
        /^4 the change of the signing key at position 4 is not signed/m,
      );
    });
  });

  describe('after rotations of the token keys', () => {
    const rotated = (options: Parameters<typeof signedLedger>[0] = {}) =>
      signedLedger({ perEvent: 3, rotations: 2, signedAt: [2, 7], ...options });
    const segmentsOf = ({ ledger }: Made) => held(ledger).segments;

    it('compares tokens with what the ledger states last', async () => {
      expect(await verify(await rotated())).toMatchObject({
        ...{ bodies: { checked: 9, erased: 1 }, faults: { count: 0, first: [] } },
      });
    });

    it('takes the commitment of an erasure of carer tokens that came after them', async () => {
      expect(await verify(await rotated({ carerErased: 5 }))).toMatchObject({
        ...{ bodies: { checked: 9, erased: 1 }, faults: { count: 0, first: [] } },
      });
    });

    it('names the position of bodies whose tokens were changed, or whose key was', async () => {
      for (const keyVersion of [1, 2, 3, 4]) {
        const made = await rotated();
        const segment = segmentsOf(made).get(3)!;
        const bytes = new RowChunk(segment.bytes).rekeyed(keyVersion, (_, token) =>
          keyVersion === 3 ? (token.replace(/(.)(.)/g, '$2$1') as typeof token) : token,
        );
        segmentsOf(made).set(3, { ...segment, bytes });
        expect(await firstOf(verify(made)), `key ${keyVersion}`).toMatchObject({ position: 3 });
      }
    });

    it('names bodies that were left out of a rotation', async () => {
      const made = await rotated({ rotations: 1 });
      const before = await rotated({ rotations: 0 });
      segmentsOf(made).set(4, segmentsOf(before).get(4)!);
      expect(await firstOf(verify(made))).toMatchObject({
        position: 4,
        sentence: expect.stringContaining('token key 1') as string,
      });
    });

    it('does not hold a rotation against the ledger that is not finished, or that began meanwhile', async () => {
      for (const left of [1, 3]) {
        const made = await rotated({ rotations: 1 });
        const { events } = held(made.ledger);
        events.length -= left;
        expect((await verify(made)).faults).toMatchObject({ count: 0 });
      }
      const made = await rotated({ rotations: 1 });
      const begun = held(made.ledger).events.findIndex(({ type }) => type === 'KeyRotationBegun');
      const store = withMethods(made.store, { head: () => Promise.resolve(begun - 1) });
      expect((await verify({ ...made, store })).faults).toMatchObject({ count: 0 });
    });
  });
});
