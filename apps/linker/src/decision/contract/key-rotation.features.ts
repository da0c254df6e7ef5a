import { randomUUID } from 'node:crypto';
import {
  CommandAnswered,
  RowChunk,
  topics,
  type DataOf,
  type LedgerEvent,
  type RecordId,
  type Token,
} from '@kinledger/contracts';
import { streamOf } from '@kinledger/decisions';
import { commitmentsOf } from '@kinledger/domain';
import { bodiesIn, type BodiesToRekey, type EventStore } from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GrowingList, recordsIn } from '../../testing/growing-list.js';
import { interruptedStore, type Moment } from '../../testing/interrupted-store.js';
import {
  decisionsOf,
  eventsOf,
  imageOf,
  startLinker,
  until,
  untilDone,
  type LinkerOptions,
  type LinkerWorld,
  type RunningLinker,
} from '../../testing/linker-world.js';
import { personErasure, programme, rotation, submit, underKey } from '../../testing/messages.js';
import { placementsIn } from '../../testing/placements.js';
import { adult, child, occurrence, type RowDraft } from '../../testing/rows.js';
import { eventfulYear, stageAll } from '../../testing/scenario.js';
import { wrappedOccurrences, wrappedToken, WrappingByKeys } from '@kinledger/decisions/testing';
import type { OpenWorld } from './decision-loop.features.js';

const stream = streamOf(programme);
const limits = { events: 3, bytes: 1024 * 1024 };
const twoKeys = { from: 1, to: 2 };

/** The contract of a rotation of token keys, for any stores. */
export function keyRotationFeatures(open: () => Promise<OpenWorld>): void {
  vi.setConfig({ testTimeout: 60_000 });
  const opened: OpenWorld[] = [];
  const running: RunningLinker[] = [];

  const freshWorld = async (): Promise<LinkerWorld & { readonly bodiesToRekey: BodiesToRekey }> => {
    // Worlds may share a database.
    await Promise.all(running.splice(0).map((linker) => linker.stop()));
    const one = await open();
    opened.push(one);
    const { bodiesToRekey } = one.world;
    if (bodiesToRekey === undefined) throw new Error('this world cannot re-key bodies');
    return { ...one.world, bodiesToRekey };
  };
  const start = (world: LinkerWorld, options: LinkerOptions = {}) => {
    const linker = startLinker(world, { wrapping: new WrappingByKeys(2), limits, ...options });
    running.push(linker);
    return linker;
  };
  const kill = (linker: RunningLinker) => {
    linker.kill();
    running.splice(running.indexOf(linker), 1);
  };
  const elsewhere = (world: LinkerWorld): LinkerWorld => ({ ...world, inbox: world.inboxElsewhere() });
  const replies = (world: LinkerWorld) => {
    const publish = vi.spyOn(world.bus, 'publish');
    return () =>
      publish.mock.calls
        .filter(([topic]) => topic === topics.commandAnswered.name)
        .flatMap(([, messages]) =>
          messages.map(
            ({ value }) => JSON.parse(Buffer.from(value).toString('utf8')) as DataOf<typeof CommandAnswered>,
          ),
        );
  };

  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(running.splice(0).map((linker) => linker.stop()));
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  const segmentsOf = async (store: EventStore) => store.readSegments(stream, 0, await store.head(stream));
  const rowsOf = async (store: EventStore) => bodiesIn(await segmentsOf(store));
  /** What the ledger states last of the tokens of each record. */
  const statedTokens = (events: readonly LedgerEvent[]) => {
    const stated = new Map<RecordId, string>();
    for (const event of events) {
      for (const { record, commitments } of placementsIn([event]))
        if (commitments !== undefined) stated.set(record, commitments.tokens);
      if (event.type === 'RecordsRekeyed')
        for (const { record, tokens } of event.data.records) stated.set(record, tokens);
    }
    return stated;
  };
  const expectCommitted = async (store: EventStore) => {
    const events = await eventsOf(store);
    const stated = statedTokens(events);
    const bodies = new Map(
      placementsIn(events).flatMap(({ record, commitments }) =>
        commitments === undefined ? [] : [[record, commitments.body] as const],
      ),
    );
    for (const [record, row] of await rowsOf(store))
      expect({ body: bodies.get(record), tokens: stated.get(record) }).toEqual(commitmentsOf(row));
  };
  const hex = async ({ store }: LinkerWorld) =>
    (await segmentsOf(store)).map(({ bytes }) => Buffer.from(bytes).toString('hex')).join(' ');
  /** The records of each individual, whatever their ids. */
  const groupsOf = async (store: EventStore) => {
    const groups = new Map<string, string>();
    for (const event of await eventsOf(store)) {
      for (const one of placementsIn([event]))
        groups.set(one.record, 'individual' in one ? one.individual : '');
      if (event.type === 'IndividualsMerged')
        for (const [record, individual] of groups)
          if (individual === event.data.absorbed) groups.set(record, event.data.individual);
      if (event.type === 'IndividualSplit')
        for (const record of event.data.records) groups.set(record, event.data.into);
      if (event.type === 'RecordsRetired') for (const record of event.data.records) groups.delete(record);
    }
    return Map.groupBy(groups.keys(), (record) => groups.get(record))
      .values()
      .map((records) => records.sort().join(' '))
      .toArray()
      .sort();
  };

  /** The year with its rows and no command but the rotation, which is due at once. */
  const rotatedYear = async (rotations: readonly number[] = [2]) => {
    const world = await freshWorld();
    const year = eventfulYear();
    const linker = start(world, { wrapping: new WrappingByKeys(9) });
    await stageAll(world.inbox, { ...year.scenario, commands: [] });
    linker.wakeUp.call();
    await untilDone(world);
    const before = await hex(world);
    for (const [index, version] of rotations.entries()) {
      await world.inbox.stageCommands([rotation(200 + index, version)]);
      linker.wakeUp.call();
      await untilDone(world);
    }
    return { world, year, linker, before };
  };

  describe('a rotation of the token key', () => {
    it('wraps the tokens of every body, commits to them anew, and keeps everything else', async () => {
      const { world, year, before } = await rotatedYear();
      const events = await eventsOf(world.store);
      const decisions = await decisionsOf(world.store);
      const last = decisions.at(-1) ?? [];
      expect(last.at(0)).toBe('KeyRotationBegun');
      expect(last.at(-1)).toBe('KeyRotated');
      expect(new Set(last.slice(1, -1))).toEqual(new Set(['RecordsRekeyed']));
      const rows = await rowsOf(world.store);
      expect(events.at(-1)?.data).toEqual({ keyVersion: 2, records: rows.size });
      expect([...rows.keys()]).toEqual(recordsIn(events));
      const sent = [year.first, year.visits, year.health, year.replacement, year.laterHealth, year.repeated]
        .flatMap(({ chunks }) => chunks)
        .flatMap(({ body }) => new RowChunk(body).allRows());
      for (const row of sent) {
        const kept = rows.get(row.record);
        if (kept === undefined) continue;
        expect(kept).toEqual({ ...row, keyVersion: 2, tokens: wrappedOccurrences(row.tokens, twoKeys) });
      }
      await expectCommitted(world.store);
      const after = await hex(world);
      for (const { token } of sent.flatMap(({ tokens }) => tokens)) {
        if (before.includes(token)) expect(after).not.toContain(token);
      }
    });

    it('wraps the tokens of its tables of name frequencies, where they are kept, and leaves those of another ledger', async () => {
      const world = await freshWorld();
      const { nameTables } = world;
      if (nameTables === undefined) return;
      const token = 'a'.repeat(32) as Token;
      const fields = { surname: { domain: 'name:full', rows: 400, tokens: [[token, 5]] } };
      const document = { format: 'kin-frequencies/1', fields };
      const id = 'cd'.repeat(32);
      const table = { id, keyVersion: 1, bytes: Buffer.from(JSON.stringify(document)) };
      const other = 'programme-other';
      const event = { id: randomUUID(), type: 'ProgrammeDefined', bytes: Buffer.from('{}') };
      await world.store.append(other, [event], { expectedRevision: 'any' });
      const linker = start(world);
      await stageAll(world.inbox, { ...eventfulYear().scenario, commands: [] });
      linker.wakeUp.call();
      await untilDone(world);
      for (const each of [stream, other]) await nameTables.keep(each, table);
      await world.inbox.stageCommands([rotation(200, 2)]);
      linker.wakeUp.call();
      await untilDone(world);
      const kept = await world.store.readNameTable(stream, id);
      const left = await world.store.readNameTable(other, id);
      for (const each of [stream, other]) await nameTables.erase(each, id);
      expect(left).toMatchObject({ keyVersion: 1 });
      expect(kept).toMatchObject({ id, keyVersion: 2 });
      expect(Buffer.from(kept?.bytes ?? []).toString('utf8')).toContain(
        wrappedToken('name:full', token, twoKeys),
      );
    });

    it('leaves each individual its records, and later files find them', async () => {
      const later = [
        submit(8, {
          dataset: 'maternity.user',
          period: '2023-24-Q3',
          rows: [
            adult({ key: 'm9', nhs: '9434765919', email: 'amara@example.org', born: '1990-01-01' }),
            child({ key: 'm8', nhs: '9434765922', carer: 'amara@example.org', born: '2023-06-06' }),
          ],
        }),
        // Unchanged rows: they carry what is there.
        submit(9, {
          dataset: 'baby-steps.user',
          period: '2023-24-Q3',
          rows: [
            adult({ key: 'a1', email: 'amara@example.org', born: '1990-01-01', lsoa: 'E01003014' }),
            adult({ key: 'a7', email: 'cleo@example.org', born: '1993-07-07' }),
          ],
        }),
      ];
      const withFiles = async (world: LinkerWorld, linker: RunningLinker, keyVersion: number) => {
        await world.inbox.stageIntakes(later.map(({ intake }) => intake));
        await world.inbox.stageChunks(later.flatMap((one) => underKey(one, keyVersion).chunks));
        linker.wakeUp.call();
        await untilDone(world);
        const [linked] = (await eventsOf(world.store)).flatMap((event) =>
          event.type === 'SubmissionLinked' && event.data.submission === later[1]?.submission ? [event] : [],
        );
        return { groups: await groupsOf(world.store), outcomes: linked?.data.outcomes };
      };
      const plain = await rotatedYear([]);
      const expected = await withFiles(plain.world, plain.linker, 1);
      expect(expected.outcomes).toMatchObject({ unchanged: 2 });
      for (const keyVersion of [1, 3]) {
        const rotated = await rotatedYear([2, 3]);
        expect(await withFiles(rotated.world, rotated.linker, keyVersion)).toEqual(expected);
        await expectCommitted(rotated.world.store);
      }
    });

    it('names who asked and why, and is answered with its position; the same one again is refused', async () => {
      const world = await freshWorld();
      const told = replies(world);
      start(world);
      await world.inbox.stageCommands([
        rotation(200, 2),
        rotation(201, 2),
        rotation(202, 3),
        rotation(203, 4),
      ]);
      await untilDone(world);
      const events = await eventsOf(world.store);
      expect(events.at(-2)).toMatchObject({
        type: 'KeyRotationBegun',
        data: { keyVersion: 2, reason: 'wrong-quarter', by: 'data-team' },
      });
      expect(told()).toMatchObject([
        { outcome: 'accepted', position: events.length - 1 },
        { outcome: 'refused', reason: 'key-version-differs', count: 2 },
        { outcome: 'refused', reason: 'key-missing', count: 2 },
        { outcome: 'refused', reason: 'key-version-differs', count: 2 },
      ]);
    });

    it('is refused where nobody may change bodies', async () => {
      const { bodiesToRekey: _, ...world } = await freshWorld();
      const told = replies(world);
      start(world);
      await world.inbox.stageCommands([rotation(200, 2)]);
      await untilDone(world);
      expect(told()).toMatchObject([{ outcome: 'refused', reason: 'rekeying-not-configured' }]);
    });

    it.each<Moment>(['before', 'after'])(
      'gives the ledger and the bodies of an undisturbed run after a kill %s any of its appends',
      async (moment) => {
        const { world: whole } = await rotatedYear();
        const image = await imageOf(whole.store);
        let appends = Number.POSITIVE_INFINITY;
        for (let nth = 1; nth <= appends; nth += 1) {
          const { world, linker } = await rotatedYear([]);
          await linker.stop();
          await world.inbox.stageCommands([rotation(200, 2)]);
          const dying = interruptedStore(world.store, nth, moment);
          const killed = start({ ...world, store: dying.store });
          await Promise.race([dying.interrupted, untilDone(world)]);
          if (dying.appends() < nth) appends = nth - 1;
          kill(killed);
          start(elsewhere(world));
          await untilDone(world);
          expect(await imageOf(world.store)).toEqual(image);
          await Promise.all(running.splice(0).map((one) => one.stop()));
        }
        expect(appends).toBeGreaterThan(2);
      },
    );

    it.each<Moment>(['before', 'after'])('likewise after a kill %s any change of bodies', async (moment) => {
      const { world: whole } = await rotatedYear();
      const image = await imageOf(whole.store);
      const { world, linker } = await rotatedYear([]);
      await linker.stop();
      await world.inbox.stageCommands([rotation(200, 2)]);
      let tell: () => void = () => undefined;
      const interrupted = new Promise<void>((resolve) => (tell = resolve));
      const killed = start({
        ...world,
        bodiesToRekey: withMethods(world.bodiesToRekey, {
          async replace(...args) {
            // Half of a page, as if its transaction had been smaller.
            if (moment === 'after') await world.bodiesToRekey.replace(args[0], args[1].slice(0, 2));
            tell();
            return new Promise(() => undefined);
          },
        }),
      });
      await interrupted;
      kill(killed);
      // A file that is ready waits until the rotation is finished.
      const { intake, chunks } = submit(8, { dataset: 'baby-steps.user', period: '2023-24-Q3', rows: [] });
      await world.inbox.stageIntakes([intake]);
      await world.inbox.stageChunks(chunks);
      start(elsewhere(world));
      await untilDone(world);
      const now = await imageOf(world.store);
      expect(now.events.slice(0, image.events.length)).toEqual(image.events);
      expect(now.bodies).toEqual(image.bodies);
    });

    it('never writes over bodies that were changed since they were read', async () => {
      const { world } = await rotatedYear([]);
      const head = await world.store.head(stream);
      const [first, second] = await world.bodiesToRekey.page(stream, -1, head);
      const other = new RowChunk(first!.bytes).rekeyed(5, (_, token) => token);
      await world.bodiesToRekey.replace(stream, [{ ...first!, bytes: other }]);
      const before = await hex(world);
      await expect(world.bodiesToRekey.replace(stream, [second!, first!])).rejects.toThrow('were changed');
      expect(await hex(world)).toBe(before);
      expect(await world.bodiesToRekey.page(stream, head, head)).toEqual([]);
    });

    it('writes no snapshot of tokens under the older key, and uses none', async () => {
      const { world, linker } = await rotatedYear();
      await linker.stop();
      const again = start(elsewhere(world));
      await until('it is at work', () => again.observed.states.includes('deciding'));
      expect(again.observed.snapshots.filter(({ outcome }) => outcome === 'ignored')).toEqual([]);
      expect(again.observed.haltedBy).toBeUndefined();
    });
  });

  describe('rows under another key than the ledger’s', () => {
    const file = (intake: number, rows: readonly RowDraft[]) =>
      submit(intake, { dataset: 'maternity.user', period: '2023-24-Q1', rows });
    const amara = adult({ key: 'm1', nhs: '9434765919', born: '1990-01-01' });

    it('wait for the rotation if their key is newer', async () => {
      const world = await freshWorld();
      const linker = start(world);
      const newer = underKey(file(1, [amara]), 2);
      await world.inbox.stageIntakes([newer.intake]);
      await world.inbox.stageChunks(newer.chunks);
      linker.wakeUp.call();
      await until('the programme is defined', async () => (await world.store.head(stream)) >= 1);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await world.store.head(stream)).toBe(1);
      await world.inbox.stageCommands([rotation(200, 2)]);
      linker.wakeUp.call();
      await untilDone(world);
      const closings = (await decisionsOf(world.store)).map((types) => types.at(-1));
      expect(closings.slice(-2)).toEqual(['KeyRotated', 'SubmissionLinked']);
      await expectCommitted(world.store);
    });

    it('are wrapped if it is older, also those of a parked submission, and are not conflicting when they come again', async () => {
      const world = await freshWorld();
      const linker = start(world);
      await world.inbox.stageCommands([rotation(200, 2)]);
      await untilDone(world);
      const older = file(1, [amara]);
      const parked = file(2, [amara]);
      await world.inbox.stageIntakes([older.intake, parked.intake]);
      await world.inbox.stageUnprocessable([{ ...parked, intake: 2, reason: 'landing-unreadable' }]);
      await world.inbox.stageChunks(older.chunks);
      linker.wakeUp.call();
      await untilDone(world);
      await world.inbox.stageChunks(parked.chunks);
      linker.wakeUp.call();
      await until('the parked rows are wrapped', async () =>
        (await world.inbox.keyVersionsOf(parked.submission)).every((version) => version === 2),
      );
      expect(await world.inbox.stageChunks(parked.chunks)).toEqual({ staged: 0, conflicting: [] });
      for await (const chunk of world.inbox.chunksOf(parked.submission))
        expect(chunk.row(0)?.tokens[0]?.token).toBe(
          wrappedToken('nhs-number', occurrence('identity', 'nhs-number', '9434765919').token, twoKeys),
        );
      const rows = [...(await rowsOf(world.store)).values()];
      expect(rows.map(({ keyVersion }) => keyVersion)).toEqual([2]);
      await expectCommitted(world.store);
    });

    it('have their person found by an order that was made under either key', async () => {
      for (const [keyVersion, first] of [
        [1, 'rotation'],
        [2, 'erasure'],
      ] as const) {
        const { world, linker } = await rotatedYear([]);
        await linker.stop();
        const tokens = [occurrence('identity', 'nhs-number', '9434765919')];
        const order = personErasure(120, 7, {
          keyVersion,
          tokens: keyVersion === 1 ? tokens : wrappedOccurrences(tokens, twoKeys),
        });
        const both = [rotation(200, 2), order];
        await world.inbox.stageCommands(first === 'rotation' ? both : both.reverse());
        const told = replies(world);
        start(world, { erasures: new GrowingList() });
        await untilDone(world);
        // Nothing promises an order of answers: the publisher sends those that are due when it looks, which may be one or both.
        expect(
          told()
            .map(({ kind, outcome }) => `${kind} ${outcome}`)
            .toSorted(),
        ).toEqual(['erase-person accepted', 'rotate-keys accepted']);
        expect(await hex(world)).not.toContain(wrappedToken('nhs-number', tokens[0]!.token, twoKeys));
        await Promise.all(running.splice(0).map((one) => one.stop()));
      }
    });
  });
}
