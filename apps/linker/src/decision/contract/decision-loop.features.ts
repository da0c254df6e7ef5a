import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  FiguresComputed,
  isLinked,
  ledgerContracts,
  readLedgerEvent,
  topics,
  type CommandAnswered,
  type DataOf,
  type RecordId,
  type SubmissionDecided,
} from '@kinledger/contracts';
import { adoptedStrategyOf, streamOf } from '@kinledger/decisions';
import {
  canonicalBytes,
  canonicalJson,
  commitmentsOf,
  encodeLedgerEvent,
  isKeyChangeSigned,
  sha256Hex,
} from '@kinledger/domain';
import { bodiesIn, type EventStore } from '@kinledger/event-store';
import type { OutgoingMessage } from '@kinledger/message-bus';
import { withMethods } from '@kinledger/test-doubles';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { interruptedStore, storeWith, type Moment } from '../../testing/interrupted-store.js';
import {
  decisionsOf,
  distinctMessages,
  eventsOf,
  imageOf,
  startLinker,
  until,
  untilDone,
  type LedgerImage,
  type LinkerOptions,
  type LinkerWorld,
  type RunningLinker,
} from '../../testing/linker-world.js';
import {
  programme,
  closing,
  figuresOf,
  publication,
  releaseWithdrawal,
  submissionNamed,
  submit,
  erasure,
  personErasure,
  review,
  undoing,
  unparking,
  withdrawal,
  type Submitted,
} from '../../testing/messages.js';
import { GrowingList, recordsIn } from '../../testing/growing-list.js';
import { InMemoryInbox } from '../../inbox/in-memory-inbox.js';
import { placementsIn } from '../../testing/placements.js';
import { figuresInForce } from '../../testing/figures.js';
import { smallProgramme } from '../../testing/programme.js';
import { adult, child, hexOf, occurrence } from '../../testing/rows.js';
import { eventfulYear, stageAll } from '../../testing/scenario.js';

/** Records that have bodies. */
const recordsLeft = async (store: EventStore): Promise<RecordId[]> => [
  ...bodiesIn(await store.readSegments(stream, 0, await store.head(stream))).keys(),
];

/** Limits so small that every submission takes several appends. */
const fewAtATime = { events: 3, bytes: 1024 * 1024 };
const stream = streamOf(programme);

export interface OpenWorld {
  /** A world with an empty ledger and an empty inbox. */
  readonly world: LinkerWorld;
  readonly close: () => Promise<void>;
}

/** The contract of the decision loop for any stores. */
export function decisionLoopFeatures(open: () => Promise<OpenWorld>): void {
  // The cases create many small worlds, possibly on a busy machine.
  vi.setConfig({ testTimeout: 60_000 });
  const opened: OpenWorld[] = [];
  const running: RunningLinker[] = [];

  const freshWorld = async () => {
    const one = await open();
    opened.push(one);
    return one.world;
  };
  const start = (world: LinkerWorld, options: LinkerOptions = {}) => {
    const linker = startLinker(world, options);
    running.push(linker);
    return linker;
  };

  /** The same world as seen by another process, with empty caches. */
  const elsewhere = (world: LinkerWorld): LinkerWorld => ({ ...world, inbox: world.inboxElsewhere() });

  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(running.splice(0).map((linker) => linker.stop()));
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  /** The replies that were sent, once each. */
  const repliesOf = (publish: { mock: { calls: [string, readonly OutgoingMessage[]][] } }) =>
    publish.mock.calls
      .filter(([topic]) => topic === topics.commandAnswered.name)
      .flatMap(([, messages]) => messages.map(dataOf)) as DataOf<typeof CommandAnswered>[];

  /** The eventful year, decided without disturbance. */
  const undisturbed = async (
    limits = fewAtATime,
  ): Promise<{ image: LedgerImage; messages: ReadonlyMap<string, string>; appends: number }> => {
    const world = await freshWorld();
    const publish = vi.spyOn(world.bus, 'publish');
    const append = vi.spyOn(world.store, 'append');
    await stageAll(world.inbox, eventfulYear().scenario);
    const linker = start(world, { limits });
    await untilDone(world);
    await linker.stop();
    const appends = append.mock.calls.length;
    return { image: await imageOf(world.store), messages: distinctMessages(publish.mock.calls), appends };
  };

  describe('an eventful year', () => {
    it('is decided by intake number, each submission as a whole and each command at its turn', async () => {
      const world = await freshWorld();
      const year = eventfulYear();
      await stageAll(world.inbox, year.scenario);
      const linker = start(world);
      await untilDone(world);
      const events = await eventsOf(world.store);
      const closings = events.filter(({ type }) =>
        ['SubmissionLinked', 'SubmissionWithdrawn', 'SubmissionParked'].includes(type),
      );
      expect(closings.map(({ type, data }) => [type, 'submission' in data && data.submission])).toEqual([
        ['SubmissionLinked', year.first.submission],
        ['SubmissionLinked', year.visits.submission],
        ['SubmissionLinked', year.health.submission],
        ['SubmissionWithdrawn', year.health.submission],
        ['SubmissionLinked', year.replacement.submission],
        ['SubmissionParked', year.broken.submission],
        ['SubmissionWithdrawn', year.broken.submission],
        ['SubmissionWithdrawn', year.first.submission],
        ['SubmissionWithdrawn', year.replacement.submission],
        ['SubmissionLinked', year.laterHealth.submission],
        ['SubmissionLinked', year.repeated.submission],
        ['SubmissionWithdrawn', year.repeated.submission],
      ]);
      expect(linker.observed.decisions.map(({ intake, outcome }) => `${intake} ${outcome}`)).toEqual([
        '1 linked',
        '2 linked',
        '3 linked',
        '3 withdrawn',
        '3 refused',
        '4 linked',
        '5 parked',
        '5 withdrawn',
        '5 withdrawn',
        '5 withdrawn',
        '5 refused',
        '5 refused',
        '6 linked',
        '7 linked',
        '7 withdrawn',
        '7 closed',
        '7 refused',
      ]);
      expect(linker.observed.failures).toEqual([]);
    });

    it('contains every kind of decision', async () => {
      const world = await freshWorld();
      await stageAll(world.inbox, eventfulYear().scenario);
      start(world);
      await untilDone(world);
      const types = new Set((await decisionsOf(world.store)).flat());
      // These events have scenarios of their own below.
      types.add('ReleasePublished').add('ReleaseWithdrawn');
      types.add('RecordErased').add('CarerTokensErased').add('SubmissionUnparked').add('FiguresPublished');
      for (const type of ['KeyRotationBegun', 'RecordsRekeyed', 'KeyRotated', 'SigningKeyChanged'])
        types.add(type);
      // The specs of the commands about referrals cover these.
      for (const type of ['LinkForbidden', 'LinkReviewed', 'LinkAllowed', 'ReviewGiven']) types.add(type);
      expect(Object.keys(ledgerContracts).filter((type) => !types.has(type))).toEqual([]);
    });

    it('gives each event the time and the id of the message that caused it', async () => {
      const { image } = await undisturbed();
      const { scenario } = eventfulYear();
      for (const [index, text] of image.events.entries()) {
        const event = readLedgerEvent(Buffer.from(text, 'utf8'));
        expect(event.revision).toBe(index);
        const file = scenario.intakes.find(({ cause }) => cause === event.cause);
        const command = scenario.commands.find(({ id }) => `command:${id}` === event.cause);
        const time = (command && (JSON.parse(String(command.body)) as { time: string }).time) ?? file?.time;
        if (index < 2) expect(event.cause).toMatch(/^definition:[0-9a-f]{64}$/);
        else expect(time).toBe(event.time);
      }
    });

    it('keeps the body of every record with the revision at which it enters', async () => {
      const world = await freshWorld();
      await stageAll(world.inbox, eventfulYear().scenario);
      start(world, { limits: fewAtATime });
      await untilDone(world);
      const events = await eventsOf(world.store);
      const entering = placementsIn(events).filter(({ commitments }) => commitments !== undefined);
      expect(entering.length).toBeGreaterThan(10);
      const segments = await world.store.readSegments(stream, 0, events.length);
      const bodies = segments.flatMap((segment) =>
        [...bodiesIn([segment]).keys()].map((record) => ({ record, revision: segment.revision })),
      );
      const inOrder = (all: readonly { readonly record: string; readonly revision: number }[]) =>
        all.map(({ record, revision }) => `${revision} ${record}`).sort();
      expect(inOrder(bodies)).toEqual(inOrder(entering));
    });

    it('leaves no chunk in the inbox if nothing is parked at its end', async () => {
      const world = await freshWorld();
      await stageAll(world.inbox, eventfulYear().scenario);
      start(world);
      await untilDone(world);
      expect(await world.inbox.counts(programme)).toEqual({
        ...{ waiting: 0, commands: 0, parked: 0, refused: 4, chunks: 0 },
      });
    });

    it('gives the same ledger for any size of appends', async () => {
      const few = await undisturbed();
      const many = await undisturbed({ events: 4_000, bytes: 4 * 1024 * 1024 });
      expect(many.image).toEqual(few.image);
      expect(many.messages).toEqual(few.messages);
      expect(few.appends).toBeGreaterThan(many.appends);
    });
  });

  describe('the order in which messages are staged', () => {
    it('does not change the ledger: backwards, twice, one by one, or while the linker runs', async () => {
      const { image } = await undisturbed();
      const { scenario } = eventfulYear();
      const world = await freshWorld();
      // All commands are staged; each states itself when its turn comes.
      await world.inbox.stageCommands([...scenario.commands, ...scenario.commands.slice(-2)]);
      const linker = start(world, { limits: fewAtATime });
      await world.inbox.stageUnprocessable(scenario.unprocessable);
      for (const chunk of scenario.chunks.toReversed()) {
        await world.inbox.stageChunks([chunk]);
        linker.wakeUp.call();
      }
      for (const intake of scenario.intakes.toReversed()) {
        await world.inbox.stageIntakes([intake, ...scenario.intakes.slice(-1)]);
        linker.wakeUp.call();
      }
      await world.inbox.stageChunks(scenario.chunks);
      await untilDone(world);
      expect(await imageOf(world.store)).toEqual(image);
    });

    it('never decides a complete submission before an earlier incomplete one', async () => {
      const world = await freshWorld();
      const file = (intake: number, period: string) =>
        submit(intake, {
          dataset: 'baby-steps.user',
          period,
          rows: [adult({ key: period, email: `${period}@example.org` })],
        });
      const earlier = file(1, '2023-24-Q1');
      const later = file(2, '2023-24-Q2');
      const linker = start(world);
      await world.inbox.stageIntakes([later.intake]);
      await world.inbox.stageChunks(later.chunks);
      linker.wakeUp.call();
      await world.inbox.stageIntakes([earlier.intake]);
      linker.wakeUp.call();
      const looks = vi.spyOn(world.inbox, 'progressOf');
      await until('the linker has looked at the earlier one', () => looks.mock.calls.length > 3);
      expect((await decisionsOf(world.store)).flat()).toEqual(['ProgrammeDefined', 'StrategyAdopted']);
      await world.inbox.stageChunks(earlier.chunks);
      linker.wakeUp.call();
      await untilDone(world);
      expect(linker.observed.decisions.map(({ intake }) => intake)).toEqual([1, 2]);
    });
  });

  describe('a kill at any append', () => {
    const continued = async (moment: Moment, nth: number) => {
      const world = await freshWorld();
      const calls: [string, readonly OutgoingMessage[]][] = [];
      const publish = world.bus.publish.bind(world.bus);
      vi.spyOn(world.bus, 'publish').mockImplementation(async (topic, messages) => {
        calls.push([topic, messages]);
        await neverAhead(world.store, topic, messages);
        return publish(topic, messages);
      });
      await stageAll(world.inbox, eventfulYear().scenario);
      const dying = interruptedStore(world.store, nth, moment);
      const first = startLinker({ ...world, store: dying.store }, { limits: fewAtATime });
      await dying.interrupted;
      first.kill();
      start(elsewhere(world), { limits: fewAtATime, recoveryPageSize: 7, publicationPageSize: 5 });
      await untilDone(world);
      const image = await imageOf(world.store);
      return { image, messages: distinctMessages(calls) };
    };

    for (const moment of ['before', 'after'] as const) {
      it(`${moment} it is written leaves the ledger and the messages of an undisturbed run`, async () => {
        const { image, messages, appends } = await undisturbed();
        expect(appends).toBeGreaterThan(20);
        for (let nth = 1; nth <= appends; nth += 1) {
          const again = await continued(moment, nth);
          expect(again.image, `killed ${moment} append ${nth}`).toEqual(image);
          expect(again.messages, `killed ${moment} append ${nth}`).toEqual(messages);
          await Promise.all(running.splice(0).map((linker) => linker.stop()));
          await Promise.all(opened.splice(0).map((one) => one.close()));
          vi.restoreAllMocks();
        }
      }, 120_000);
    }
  });

  describe('a failing append', () => {
    it('is retried by the same linker after reading the ledger again', async () => {
      const { image } = await undisturbed();
      const world = await freshWorld();
      await stageAll(world.inbox, eventfulYear().scenario);
      const append = world.store.append.bind(world.store);
      let calls = 0;
      vi.spyOn(world.store, 'append').mockImplementation(async (...args) => {
        calls += 1;
        if (calls % 4 === 2) throw new Error('the connection was lost');
        const result = await append(...args);
        if (calls % 4 === 0) throw new Error('the answer was lost');
        return result;
      });
      const linker = start(world, { limits: fewAtATime });
      await untilDone(world);
      expect(linker.observed.failures.length).toBeGreaterThan(5);
      expect(await imageOf(world.store)).toEqual(image);
    });
  });

  describe('two linkers that both believe they are the writer', () => {
    it('write the ledger of one linker', async () => {
      const { image, messages } = await undisturbed();
      const world = await freshWorld();
      const publish = vi.spyOn(world.bus, 'publish');
      await stageAll(world.inbox, eventfulYear().scenario);
      const one = start(world, { limits: fewAtATime });
      const other = start(elsewhere(world), { limits: { events: 5, bytes: 1024 * 1024 } });
      await untilDone(world);
      expect(await imageOf(world.store)).toEqual(image);
      expect(distinctMessages(publish.mock.calls)).toEqual(messages);
      expect([one.observed.haltedBy, other.observed.haltedBy]).toEqual([undefined, undefined]);
    });

    /** Starts a linker whose n-th append is delayed. */
    const startSlow = (world: LinkerWorld, nth: number) => {
      let letGo: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (letGo = resolve));
      let appends = 0;
      const store = storeWith(world.store, async (...args) => {
        appends += 1;
        if (appends === nth) await held;
        return world.store.append(...args);
      });
      const linker = start({ ...world, store }, { limits: { events: 4, bytes: 1024 * 1024 } });
      return { linker, letGo, isHeld: () => appends === nth };
    };
    const hasCaughtUp = async (world: LinkerWorld, linker: RunningLinker) =>
      linker.observed.position === (await world.store.head(stream)) &&
      linker.observed.states.at(-1) === 'deciding';

    it('have the overtaken one’s append refused half-way, after which it catches up', async () => {
      const { image } = await undisturbed();
      const world = await freshWorld();
      await stageAll(world.inbox, eventfulYear().scenario);
      const slow = startSlow(world, 3);
      await until('it is about to append', slow.isHeld);
      const passing = interruptedStore(world.store, 1, 'after');
      const fast = start({ ...elsewhere(world), store: passing.store }, { limits: fewAtATime });
      await passing.interrupted;
      fast.kill();
      running.splice(running.indexOf(fast), 1);
      slow.letGo();
      await untilDone(world);
      expect(slow.linker.observed.refusedAppends).toBe(1);
      expect(await imageOf(world.store)).toEqual(image);
    });

    it('let a linker that was far behind find everything decided', async () => {
      const { image } = await undisturbed();
      const world = await freshWorld();
      await stageAll(world.inbox, eventfulYear().scenario);
      const slow = startSlow(world, 5);
      await until('it is about to append', slow.isHeld);
      start(elsewhere(world), { limits: fewAtATime });
      await untilDone(world);
      slow.letGo();
      await until('it has caught up', () => hasCaughtUp(world, slow.linker));
      expect(slow.linker.observed.haltedBy).toBeUndefined();
      expect(await imageOf(world.store)).toEqual(image);
    });
  });

  /** A file with one row, of the same person as every other. */
  const fileOf = (intake: number) =>
    submit(intake, {
      dataset: 'baby-steps.user',
      period: `202${intake}-2${intake + 1}-Q1`,
      rows: [adult({ key: `k${intake}`, email: 'amara@example.org' })],
    });

  describe('a programme definition', () => {
    const decide = async (world: LinkerWorld, intake: number, options: LinkerOptions) => {
      const { intake: message, chunks } = fileOf(intake);
      await world.inbox.stageIntakes([message]);
      await world.inbox.stageChunks(chunks);
      const linker = start(world, options);
      await untilDone(world);
      await linker.stop();
    };

    it('opens the ledger at once, at its own time, with its text stored beside it', async () => {
      const world = await freshWorld();
      start(world);
      await until('the ledger is open', async () => (await world.store.head(stream)) === 1);
      const [defined, adopted] = await eventsOf(world.store);
      const { digest, documentJson } = smallProgramme();
      expect(defined).toMatchObject({
        type: 'ProgrammeDefined',
        time: '2020-04-01T00:00:00Z',
        cause: `definition:${digest}`,
        data: { programme: 'leap', definition: digest },
      });
      expect(adopted).toMatchObject({
        type: 'StrategyAdopted',
        data: {
          strategy: 'leap-1',
          parameters: {
            maxBirthDatesPerToken: 2,
            maxHoldersPerToken: 50,
            'familyScope:health': ['maternity'],
          },
        },
      });
      const payload = await world.store.readPayload(digest);
      expect(Buffer.from(payload ?? []).toString('utf8')).toBe(documentJson);
    });

    it('that changes is recorded before the next submission, at its time; one that comes back is too', async () => {
      const world = await freshWorld();
      const renamed = smallProgramme({ name: 'Renamed' });
      await decide(world, 1, {});
      await decide(world, 2, { programme: renamed });
      await decide(world, 3, { programme: renamed });
      await decide(world, 4, {});
      const events = await eventsOf(world.store);
      const defined = events.filter(({ type }) => type === 'ProgrammeDefined');
      expect(defined.map(({ cause }) => cause)).toEqual([
        `definition:${smallProgramme().digest}`,
        `definition:${renamed.digest}`,
        `definition:${smallProgramme().digest}`,
      ]);
      expect(defined.slice(1).map(({ time }) => time)).toEqual([
        fileOf(2).intake.time,
        fileOf(4).intake.time,
      ]);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      expect(events.filter(({ type }) => type === 'StrategyAdopted')).toHaveLength(1);
    });

    describe('with another strategy', () => {
      /** One holder too many takes an email's force, so that those whom it linked are split. */
      const stricter = smallProgramme({ holders: 1 });
      const oneAtATime = { events: 1, bytes: 1024 * 1024 };
      const linkedTwice = async () => {
        const world = await freshWorld();
        await decide(world, 1, {});
        await decide(world, 2, {});
        return world;
      };
      const stage = async (world: LinkerWorld, intake: number) => {
        const { intake: message, chunks } = fileOf(intake);
        await world.inbox.stageIntakes([message]);
        await world.inbox.stageChunks(chunks);
      };

      it('decides everything again before the next submission, at that submission’s time, and adopts the strategy last', async () => {
        const world = await linkedTwice();
        const before = (await world.store.head(stream)) + 1;
        await decide(world, 3, { programme: stricter });
        const events = (await eventsOf(world.store)).slice(before);
        const cause = `definition:${stricter.digest}`;
        const adopting = events.filter((event) => event.cause === cause);
        expect(adopting.map(({ type }) => type)).toEqual([
          'ProgrammeDefined',
          'RecordsPlaced',
          'RecordsPlaced',
          'StrategyAdopted',
        ]);
        expect(placementsIn(adopting).map((one) => 'setAside' in one)).toEqual([true, true]);
        expect(events.slice(0, adopting.length)).toEqual(adopting);
        expect(new Set(adopting.map(({ time }) => time))).toEqual(new Set([fileOf(3).intake.time]));
        expect(events.slice(adopting.length).map(({ type }) => type)).toEqual([
          'SubmissionReceived',
          'RecordsPlaced',
          'SubmissionLinked',
        ]);
        expect(placementsIn(events.slice(adopting.length)).map((one) => 'setAside' in one)).toEqual([true]);
      });

      it('may be changed back: split individuals are linked again', async () => {
        const world = await linkedTwice();
        await decide(world, 3, { programme: stricter });
        const before = (await world.store.head(stream)) + 1;
        await decide(world, 4, {});
        const all = await eventsOf(world.store);
        const placed = placementsIn(all.slice(before)).filter(isLinked);
        expect(new Set(placed.map(({ record }) => record)).size).toBe(4);
        expect(new Set(placed.map(({ individual }) => individual)).size).toBe(1);
        expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      });

      it('is adopted in full after a kill at any append, even by a linker that starts with the old strategy', async () => {
        const undisturbedWorld = await linkedTwice();
        await decide(undisturbedWorld, 3, { programme: stricter });
        const image = await imageOf(undisturbedWorld.store);
        const appends = 7; // a definition, two placements, the adoption, and the three of the file
        for (const moment of ['before', 'after'] as const) {
          for (let nth = 1; nth <= appends; nth += 1) {
            const world = await linkedTwice();
            await stage(world, 3);
            const dying = interruptedStore(world.store, nth, moment);
            const killed = startLinker(
              { ...world, store: dying.store },
              { programme: stricter, limits: oneAtATime },
            );
            await dying.interrupted;
            killed.kill();
            // Somebody starts the old definition by mistake, then reverts it: what was begun is finished as it began.
            if (nth === 3) {
              const mistaken = start(elsewhere(world), {});
              await until('the adoption is finished', async () =>
                (await eventsOf(world.store)).some(
                  ({ type, cause }) =>
                    type === 'StrategyAdopted' && cause === `definition:${stricter.digest}`,
                ),
              );
              await mistaken.stop();
              expect(mistaken.observed.haltedBy).toBeUndefined();
              continue;
            }
            start(elsewhere(world), { programme: stricter });
            await untilDone(world);
            expect(await imageOf(world.store), `killed ${moment} append ${nth}`).toEqual(image);
          }
        }
      }, 120_000);

      it('waits until a submission that the old strategy had begun is finished under it', async () => {
        const plain = await linkedTwice();
        await decide(plain, 3, {});
        await decide(plain, 4, { programme: stricter });
        const image = await imageOf(plain.store);
        const world = await linkedTwice();
        await stage(world, 3);
        const dying = interruptedStore(world.store, 1, 'after');
        const killed = startLinker({ ...world, store: dying.store }, { limits: oneAtATime });
        await dying.interrupted;
        killed.kill();
        await stage(world, 4);
        const linker = start(elsewhere(world), { programme: stricter });
        await untilDone(world);
        expect(linker.observed.haltedBy).toBeUndefined();
        expect(await imageOf(world.store)).toEqual(image);
      });

      it('is adopted before anything is erased', async () => {
        const world = await linkedTwice();
        const [record] = recordsIn(await eventsOf(world.store));
        const list = new GrowingList().add(record!);
        const linker = start(world, { programme: stricter, erasures: list });
        await until('it is erased', () => linker.observed.erased?.lines === 1);
        const types = (await eventsOf(world.store)).map(({ type }) => type);
        expect(types.lastIndexOf('StrategyAdopted')).toBeLessThan(types.indexOf('RecordErased'));
        expect(types.filter((type) => type === 'StrategyAdopted')).toHaveLength(2);
      });
    });

    it('with other family scopes stops the linker, and nothing is written', async () => {
      const world = await freshWorld();
      await decide(world, 1, {});
      const before = await imageOf(world.store);
      const linker = start(world, { programme: smallProgramme({ scope: 'nobody' }) });
      await until('it has halted', () => linker.observed.haltedBy !== undefined);
      expect(linker.observed.haltedBy?.code).toBe('family-scopes-differ');
      expect(await imageOf(world.store)).toEqual(before);
    });

    it('with another signing key stops the linker, and nothing is written', async () => {
      const world = await freshWorld();
      await decide(world, 1, {});
      const before = await imageOf(world.store);
      const linker = start(world, { signingKey: Buffer.alloc(32, 8).toString('base64') });
      await until('it has halted', () => linker.observed.haltedBy !== undefined);
      expect(linker.observed.haltedBy?.code).toBe('signing-key-differs');
      expect(await imageOf(world.store)).toEqual(before);
    });
  });

  describe('a change of the signing key', () => {
    const keyPair = () => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const { x = '' } = publicKey.export({ format: 'jwk' });
      return { privateKey, publicKey: Buffer.from(x, 'base64url').toString('base64') };
    };
    const [first, second] = [keyPair(), keyPair()];
    const signedByFirst = async () => {
      const world = await freshWorld();
      const { intake, chunks } = fileOf(1);
      await world.inbox.stageIntakes([intake]);
      await world.inbox.stageChunks(chunks);
      return world;
    };
    const changing = { signingKey: second.publicKey, previousKey: first };
    const oneAtATime = { events: 1, bytes: 1024 * 1024 };
    const haltOf = async (linker: RunningLinker) => {
      await until('it has halted', () => linker.observed.haltedBy !== undefined);
      return linker.observed.haltedBy?.message;
    };

    it('is the first decision of a linker with a new key and the one in force, and is made once', async () => {
      const world = await signedByFirst();
      const before = start(world, { signingKey: first.publicKey });
      await untilDone(world);
      await before.stop();
      const last = (await eventsOf(world.store)).at(-1);
      const { intake, chunks } = fileOf(2);
      await world.inbox.stageIntakes([intake]);
      await world.inbox.stageChunks(chunks);
      const linker = start(world, changing);
      await untilDone(world);
      await linker.stop();
      const image = await imageOf(world.store);
      const again = start(world, changing);
      await until('it decides', () => again.observed.states.includes('deciding'));
      expect(await imageOf(world.store)).toEqual(image);
      const changes = (await eventsOf(world.store)).filter(({ type }) => type === 'SigningKeyChanged');
      const revision = last!.revision + 1;
      expect(changes).toMatchObject([
        { revision, time: last?.time, cause: `signing-key:${second.publicKey}` },
      ]);
      const { signature } = changes[0]!.data as { signature: string };
      const change = { stream, from: revision, publicKey: second.publicKey };
      expect(isKeyChangeSigned(change, signature, first.publicKey)).toBe(true);
      expect(linker.observed.keyChanges).toEqual([revision]);
      expect(again.observed.keyChanges).toEqual([]);
    });

    it('is made once whichever append a kill interrupts, after what the old key’s linker had begun', async () => {
      for (const moment of ['before', 'after'] as const) {
        for (const nth of [1, 2, 3, 4, 5]) {
          const world = await signedByFirst();
          const dying = interruptedStore(world.store, nth, moment);
          const killed = startLinker(
            { ...world, store: dying.store },
            { signingKey: first.publicKey, limits: oneAtATime },
          );
          await Promise.race([dying.interrupted, untilDone(world)]);
          killed.kill();
          const begun = await world.store.head(stream);
          const next = interruptedStore(world.store, nth, moment);
          const other = startLinker(
            { ...elsewhere(world), store: next.store },
            { ...changing, limits: oneAtATime },
          );
          await Promise.race([next.interrupted, untilDone(world)]);
          other.kill();
          const linker = start(elsewhere(world), changing);
          await untilDone(world);
          await until('the key is in force', async () => linker.observed.states.includes('deciding'));
          const types = (await decisionsOf(world.store)).flat();
          const label = `killed ${moment} append ${nth}`;
          const isOfSecond = begun === -1;
          expect(
            types.filter((type) => type === 'SigningKeyChanged'),
            label,
          ).toHaveLength(isOfSecond ? 0 : 1);
          expect(
            types.filter((type) => type === 'SubmissionLinked'),
            label,
          ).toHaveLength(1);
          expect(linker.observed.haltedBy, label).toBeUndefined();
          await linker.stop();
        }
      }
    });

    it('halts a linker that has not the key in force, or brings back an earlier one, and nothing is written', async () => {
      const world = await signedByFirst();
      const before = start(world, { signingKey: first.publicKey });
      await untilDone(world);
      await before.stop();
      const image = await imageOf(world.store);
      expect(await haltOf(start(world, { signingKey: second.publicKey }))).toContain(
        'set KINLEDGER_PREVIOUS_SIGNING_KEY_FILE to it',
      );
      expect(await haltOf(start(world, { ...changing, previousKey: keyPair() }))).toContain(
        'neither is the configured previous key',
      );
      expect(await imageOf(world.store)).toEqual(image);
      const linker = start(world, changing);
      await until('it is changed', () => linker.observed.keyChanges.length === 1);
      await linker.stop();
      const after = await imageOf(world.store);
      expect(await haltOf(start(world, { signingKey: first.publicKey, previousKey: second }))).toContain(
        'does not come back',
      );
      expect(await imageOf(world.store)).toEqual(after);
    });

    it('names the new key in definitions of afterwards', async () => {
      const world = await signedByFirst();
      const before = start(world, { signingKey: first.publicKey });
      await untilDone(world);
      await before.stop();
      const { intake, chunks } = fileOf(2);
      await world.inbox.stageIntakes([intake]);
      await world.inbox.stageChunks(chunks);
      start(world, { ...changing, programme: smallProgramme({ name: 'Another name' }) });
      await untilDone(world);
      const keys = (await eventsOf(world.store)).flatMap((event) =>
        event.type === 'ProgrammeDefined' ? [event.data.signingKey] : [],
      );
      expect(keys).toEqual([first.publicKey, second.publicKey]);
    });
  });

  describe('an event that somebody else appends', () => {
    const noted = () => [{ id: randomUUID(), type: 'Noted', bytes: Buffer.from('hello') }];
    const sentence = (revision: number) =>
      `revision ${revision} of ${stream} was not written by Kinledger (type Noted)`;

    it('halts an idle linker, with a message that names the revision', async () => {
      const world = await freshWorld();
      await stageAll(world.inbox, eventfulYear().scenario);
      const linker = start(world);
      await untilDone(world);
      const { lastRevision } = await world.store.append(stream, noted(), { expectedRevision: 'exists' });
      await until('it has halted', () => linker.observed.haltedBy !== undefined);
      expect(linker.observed.haltedBy).toMatchObject({
        code: 'foreign-event',
        message: sentence(lastRevision),
        revision: lastRevision,
      });
      expect(await world.store.head(stream)).toBe(lastRevision);
    });

    it('halts a linker that starts, also where events of ours follow', async () => {
      const world = await freshWorld();
      const linker = start(world);
      await until('it has defined the programme', async () => (await world.store.head(stream)) === 1);
      await linker.stop();
      await world.store.append(stream, noted(), { expectedRevision: 1 });
      const ours = encodeLedgerEvent({
        type: 'SubmissionParked',
        data: { submission: eventfulYear().first.submission, intake: 1, reason: 'forged' },
        ...{ revision: 3, time: '2023-10-09T00:00:00Z', cause: 'forged', ordinal: 0 },
      });
      await world.store.append(stream, [ours], { expectedRevision: 2 });
      const next = start(world);
      await until('it has halted', () => next.observed.haltedBy !== undefined);
      expect(next.observed.haltedBy).toMatchObject({ code: 'foreign-event', message: sentence(2) });
    });
  });

  describe('a ledger that is not what its inputs give', () => {
    it('stops the linker at the difference, without overwriting anything', async () => {
      const world = await freshWorld();
      const { scenario } = eventfulYear();
      await stageAll(world.inbox, scenario);
      const dying = interruptedStore(world.store, 4, 'after');
      const first = startLinker({ ...world, store: dying.store }, { limits: fewAtATime });
      await dying.interrupted;
      first.kill();
      const head = await world.store.head(stream);
      const forged = encodeLedgerEvent({
        type: 'RecordsRetired',
        data: { reason: 'erased', records: [] },
        revision: head + 1,
        time: '2023-10-09T00:00:00Z',
        cause: 'forged',
        ordinal: 0,
      });
      // Not a closing event of the first submission: the event after the interrupted decision is somebody else's.
      await world.store.append(stream, [forged], { expectedRevision: head });
      const before = await imageOf(world.store);
      const linker = start(world, { limits: fewAtATime });
      await until('it has halted', () => linker.observed.haltedBy !== undefined);
      expect(linker.observed.haltedBy).toMatchObject({ code: 'ledger-differs', revision: head + 1 });
      expect(linker.observed.haltedBy?.message).toContain(stream);
      expect(await imageOf(world.store)).toEqual(before);
    });

    it('stops the linker if it ends before what the inbox has as decided', async () => {
      const world = await freshWorld();
      const { scenario } = eventfulYear();
      await stageAll(world.inbox, scenario);
      await world.inbox.settle(eventfulYear().first.submission, 'linked');
      const linker = start(world);
      await until('it has halted', () => linker.observed.haltedBy !== undefined);
      expect(linker.observed.haltedBy?.code).toBe('ledger-behind-inbox');
    });
  });

  describe('what is published', () => {
    it('is complete, in order and published once, if nothing fails', async () => {
      const world = await freshWorld();
      const publish = vi.spyOn(world.bus, 'publish');
      await stageAll(world.inbox, eventfulYear().scenario);
      start(world);
      await untilDone(world);
      const decided = publish.mock.calls
        .filter(([topic]) => topic === topics.submissionDecided.name)
        .flatMap(([, messages]) => messages.map(dataOf)) as DataOf<typeof SubmissionDecided>[];
      expect(decided.map(({ intake, outcome }) => `${intake} ${outcome}`)).toEqual([
        '1 linked',
        '2 linked',
        '3 linked',
        '3 withdrawn',
        '4 linked',
        '5 parked',
        '5 withdrawn',
        '5 withdrawn',
        '5 withdrawn',
        '6 linked',
        '7 linked',
        '7 withdrawn',
      ]);
      const answered = publish.mock.calls
        .filter(([topic]) => topic === topics.commandAnswered.name)
        .flatMap(([, messages]) => messages.map(dataOf)) as DataOf<typeof CommandAnswered>[];
      const closings = (await eventsOf(world.store)).filter(({ type }) =>
        ['SubmissionWithdrawn', 'QuarterClosed'].includes(type),
      );
      const [first, second, third, fourth, last, quarter] = closings.map(
        ({ revision }) => `accepted ${revision}`,
      );
      expect(
        answered.map(
          ({ command, outcome, position, reason }) => `${command} ${outcome} ${position ?? reason}`,
        ),
      ).toEqual([
        ...[
          `104 ${first}`,
          '105 refused submission-unknown',
          `108 ${second}`,
          `109 ${third}`,
          `110 ${fourth}`,
          '111 refused submission-withdrawn-already',
          '112 refused submission-withdrawn-already',
          `115 ${last}`,
        ].map((text) => `withdraw-submission-${text}`),
        `close-quarter-116 ${quarter}`,
        'close-quarter-117 refused quarter-closed-already',
      ]);
      expect(answered.map(({ detail }) => detail).filter((detail) => detail !== undefined)).toEqual([
        'The ledger has no such submission.',
        'The submission has been withdrawn already.',
        'The submission has been withdrawn already.',
        'The quarter is closed already in this edition, and its figures stay: what changed since needs the next edition.',
      ]);
      const all = publish.mock.calls.flatMap(([, messages]) => messages);
      expect(distinctMessages(publish.mock.calls).size).toBe(all.length);
    });

    it('holds every placement in an individual, and no token', async () => {
      const { image, messages } = await undisturbed();
      const events = image.events.map((text) => readLedgerEvent(Buffer.from(text, 'utf8')));
      const placed = placementsIn(events).filter(isLinked);
      expect(placed.length).toBeGreaterThan(10);
      const text = [...messages.values()].join('\n');
      for (const { record } of placed) expect(text).toContain(record);
      const tokens = image.bodies.flatMap((body) => [...body.matchAll(/"token":"([0-9a-f]{32})"/g)]);
      expect(tokens.length).toBeGreaterThan(20);
      for (const [, token = 'no token'] of tokens) expect(text).not.toContain(token);
    });

    it('is caught up after the bus was unavailable', async () => {
      const { messages } = await undisturbed();
      const world = await freshWorld();
      const publish = world.bus.publish.bind(world.bus);
      const calls: [string, readonly OutgoingMessage[]][] = [];
      let count = 0;
      vi.spyOn(world.bus, 'publish').mockImplementation(async (topic, out) => {
        count += 1;
        if ([1, 4, 16].includes(count)) throw new Error('the bus is away');
        calls.push([topic, out]);
        await publish(topic, out);
        if ([2, 8, 32].includes(count)) throw new Error('the answer was lost');
      });
      await stageAll(world.inbox, eventfulYear().scenario);
      start(world, { limits: fewAtATime, publicationPageSize: 4 });
      await untilDone(world);
      expect(distinctMessages(calls)).toEqual(messages);
    });
  });

  it('finishes the present decision when the linker is asked to stop, and begins no other', async () => {
    const world = await freshWorld();
    const files = [1, 2].map((intake) =>
      submit(intake, {
        dataset: 'baby-steps.user',
        period: `2023-24-Q${intake}`,
        rows: Array.from({ length: 9 }, (_, index) =>
          adult({ key: `k${index}`, email: `p${index}@example.org` }),
        ),
      }),
    );
    await world.inbox.stageIntakes(files.map(({ intake }) => intake));
    await world.inbox.stageChunks(files.flatMap(({ chunks }) => chunks));
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((done) => (letGo = done));
    let appends = 0;
    const slow = storeWith(world.store, async (...call) => {
      appends += 1;
      // The first append is the definition; the third is in the middle of the first file.
      if (appends === 3) await held;
      return world.store.append(...call);
    });
    const linker = start({ ...world, store: slow }, { limits: fewAtATime });
    await until('a decision is in progress', () => appends === 3);
    const stopped = linker.stop();
    letGo();
    await stopped;
    expect((await decisionsOf(world.store)).at(-1)?.at(-1)).toBe('SubmissionLinked');
    expect(linker.observed.decisions.map(({ intake }) => intake)).toEqual([1]);
    expect(await world.inbox.counts(programme)).toMatchObject({ waiting: 1 });
  });

  describe('an erasure', () => {
    const nobody = '00000000000000000000000000000000' as RecordId;

    /** The year without its withdrawals, so that many are linked. */
    const linkedYear = async () => {
      const world = await freshWorld();
      const { first, visits, health } = eventfulYear();
      await world.inbox.stageIntakes([first, visits, health].map(({ intake }) => intake));
      await world.inbox.stageChunks([first, visits, health].flatMap(({ chunks }) => chunks));
      return world;
    };
    const bodiesLeft = async ({ store }: LinkerWorld, records: readonly RecordId[]) =>
      (await recordsLeft(store)).filter((record) => records.includes(record));

    it('is decided between submissions, first the event, then the bodies, and a restart gives the same', async () => {
      const world = await linkedYear();
      const list = new GrowingList();
      const linker = start(world, { erasures: list });
      await untilDone(world);
      const records = recordsIn(await eventsOf(world.store));
      const erased = [records[0]!, records[10]!];
      list.add(...erased, nobody);
      await until('it is erased', () => linker.observed.erased?.lines === 1);
      await untilDone(world);
      expect(linker.observed.erased).toEqual({ lines: 1, unknown: 1 });
      expect((await eventsOf(world.store)).at(-1)).toMatchObject({
        type: 'RecordErased',
        time: '2024-04-02T10:00:00Z',
        cause: expect.stringMatching(/^erasure:[0-9a-f]{64}$/) as string,
        data: { basis: 'request', records: erased },
      });
      expect(await bodiesLeft(world, records)).toHaveLength(records.length - 2);
      expect(await bodiesLeft(world, erased)).toEqual([]);
      await linker.stop();
      const before = await imageOf(world.store);
      const again = start(world, { erasures: list });
      await until('it has looked', () => again.observed.erased !== undefined);
      expect(await imageOf(world.store)).toEqual(before);
      expect(again.observed.haltedBy).toBeUndefined();
    });

    it('is completed after a kill at any append, including bodies not yet deleted', async () => {
      const world = await linkedYear();
      const first = start(world);
      await untilDone(world);
      await first.stop();
      const records = recordsIn(await eventsOf(world.store));
      const list = new GrowingList().add(records[8]!, records[14]!, records[15]!);
      for (const moment of ['after', 'before', 'after'] as const) {
        const dying = interruptedStore(world.store, 1, moment);
        const limits = { events: 2, bytes: 1024 * 1024 };
        const linker = start({ ...world, store: dying.store }, { erasures: list, limits });
        await dying.interrupted;
        linker.kill();
        running.splice(running.indexOf(linker), 1);
      }
      const last = start(world, { erasures: list });
      await until('it is erased', () => last.observed.erased?.lines === 1);
      const events = await eventsOf(world.store);
      expect(events.filter(({ type }) => type === 'RecordErased')).toHaveLength(1);
      expect(await bodiesLeft(world, list.all)).toEqual([]);
    });

    it('deletes the bodies once the eraser is available again', async () => {
      const world = await linkedYear();
      const first = start(world);
      await untilDone(world);
      await first.stop();
      const [record] = recordsIn(await eventsOf(world.store));
      const away = vi.fn(world.eraseBodies).mockRejectedValueOnce(new Error('the eraser is away'));
      const linker = start({ ...world, eraseBodies: away }, { erasures: new GrowingList().add(record!) });
      await until('it is erased', () => linker.observed.erased?.lines === 1);
      expect(linker.observed.failures).toHaveLength(1);
      expect((await eventsOf(world.store)).filter(({ type }) => type === 'RecordErased')).toHaveLength(1);
      expect(await bodiesLeft(world, [record!])).toEqual([]);
    });

    it('waits until an interrupted submission is finished', async () => {
      const world = await linkedYear();
      const dying = interruptedStore(world.store, 8, 'after');
      const killed = start({ ...world, store: dying.store }, { limits: fewAtATime });
      await dying.interrupted;
      killed.kill();
      running.splice(running.indexOf(killed), 1);
      const left = (await decisionsOf(world.store)).at(-1);
      expect(left?.some((type) => type.startsWith('Submission') && type !== 'SubmissionReceived')).toBe(
        false,
      );
      const [record] = recordsIn(await eventsOf(world.store));
      const linker = start(world, { erasures: new GrowingList().add(record!) });
      await until('it is erased', () => linker.observed.erased?.lines === 1);
      await untilDone(world);
      expect(linker.observed.haltedBy).toBeUndefined();
      const closings = (await decisionsOf(world.store)).map((types) => types.at(-1));
      expect(closings.filter((type) => type === 'SubmissionLinked')).toHaveLength(3);
      expect(closings.indexOf('RecordErased')).toBeGreaterThan(closings.indexOf('SubmissionLinked'));
      expect(await bodiesLeft(world, [record!])).toEqual([]);
    });

    it('is the only valid reason for a missing body: without one the linker stops and says where', async () => {
      const world = await linkedYear();
      const first = start(world);
      await untilDone(world);
      await first.stop();
      const events = await eventsOf(world.store);
      const [record] = recordsIn(events);
      await world.eraseBodies?.(stream, [{ record: record!, revision: 3 }]);
      const linker = start(world, { erasures: new GrowingList().add(record!) });
      await until('it halts', () => linker.observed.haltedBy !== undefined);
      expect(linker.observed.haltedBy?.message).toMatch(
        /entered at revision 3 is missing, and no erasure names it/,
      );
      expect(await eventsOf(world.store)).toEqual(events);
    });

    it('also erases a record that arrives after it was listed', async () => {
      const other = await linkedYear();
      start(other);
      await untilDone(other);
      const [record] = recordsIn(await eventsOf(other.store));
      const world = await freshWorld();
      const list = new GrowingList().add(record!);
      const linker = start(world, { erasures: list });
      await until('it has looked', () => linker.observed.erased?.unknown === 1);
      const { first } = eventfulYear();
      await world.inbox.stageIntakes([first.intake]);
      await world.inbox.stageChunks(first.chunks);
      linker.wakeUp.call();
      await until('it is erased', () => linker.observed.erased?.unknown === 0);
      expect(await bodiesLeft(world, [record!])).toEqual([]);
    });
  });

  describe('an erasure of a person', () => {
    const nhsNumber = (value: string) => [occurrence('identity', 'nhs-number', value)];
    /** How the linker answered, once each. */
    const answersOf = (
      world: LinkerWorld,
      publish: { mock: { calls: [string, readonly OutgoingMessage[]][] } },
    ) =>
      publish.mock.calls
        .filter(([topic]) => topic === topics.commandAnswered.name)
        .flatMap(([, messages]) => messages.map(dataOf)) as DataOf<typeof CommandAnswered>[];
    const linkedYear = async () => {
      const world = await freshWorld();
      if (world.eraseBodies === undefined) throw new Error('this world cannot erase');
      await stageAll(world.inbox, eventfulYear().scenario);
      return world;
    };
    const bodiesWith = async (world: LinkerWorld, token: string) => {
      const { bodies } = await imageOf(world.store);
      return bodies.filter((body) => body.includes(token));
    };

    it('takes every body of the individual, and answers with its position', async () => {
      const world = await linkedYear();
      const publish = vi.spyOn(world.bus, 'publish');
      const list = new GrowingList();
      const linker = start(world, { erasures: list });
      await untilDone(world);
      const tokens = nhsNumber('9434765919');
      expect((await bodiesWith(world, tokens[0]!.token)).length).toBeGreaterThan(1);
      await world.inbox.stageCommands([personErasure(120, 7, { tokens })]);
      linker.wakeUp.call();
      await untilDone(world);
      const events = await eventsOf(world.store);
      const erased = events.flatMap((event) => (event.type === 'RecordErased' ? event.data.records : []));
      expect(answersOf(world, publish).at(-1)).toMatchObject({
        ...{ kind: 'erase-person', outcome: 'accepted', position: events.length - 1 },
      });
      // Live and retired ones, and those of rows without the number.
      expect(erased.length).toBeGreaterThan(2);
      expect(list.all).toEqual(erased);
      expect(await recordsLeft(world.store)).toEqual(
        recordsIn(events).filter((record) => !erased.includes(record)),
      );
      expect(await bodiesWith(world, tokens[0]!.token)).toEqual([]);
      expect(await bodiesWith(world, hexOf('email', 'amara@example.org'))).toEqual([]);
    });

    /** A mother and her partner, who share an email, their two children, and a child of the mother alone. */
    const household = async () => {
      const world = await freshWorld();
      const file = submit(1, {
        dataset: 'baby-steps.user',
        period: '2023-24-Q1',
        rows: [
          adult({ key: 'mother', nhs: '9434765919', email: 'both@example.org', mobile: '07700900001' }),
          adult({ key: 'partner', nhs: '9434765920', email: 'both@example.org' }),
          child({ key: 'one', carer: 'both@example.org', born: '2020-02-01' }),
          child({ key: 'two', carer: 'both@example.org', born: '2021-02-01', mobile: '07700900001' }),
          child({ key: 'three', carer: 'other@example.org', born: '2022-02-01', mobile: '07700900001' }),
        ],
      });
      await world.inbox.stageIntakes([file.intake]);
      await world.inbox.stageChunks(file.chunks);
      return world;
    };
    const [hers, theirs] = [hexOf('mobile', '07700900001'), hexOf('email', 'both@example.org')];
    const carersErasedIn = async (world: LinkerWorld) =>
      (await eventsOf(world.store)).flatMap((event) =>
        event.type === 'CarerTokensErased' ? [event.data] : [],
      );

    it('takes the carer tokens that were the adult’s alone, and leaves what another adult has too', async () => {
      const world = await household();
      const list = new GrowingList();
      const linker = start(world, { erasures: list });
      await untilDone(world);
      const before = (await imageOf(world.store)).bodies.length;
      await world.inbox.stageCommands([personErasure(120, 1, { tokens: nhsNumber('9434765919') })]);
      linker.wakeUp.call();
      await untilDone(world);
      expect(await bodiesWith(world, hers)).toEqual([]);
      expect((await bodiesWith(world, theirs)).length).toBe(3);
      expect((await imageOf(world.store)).bodies.length).toBe(before - 1);
      const [erased] = await carersErasedIn(world);
      expect(erased).toMatchObject({ basis: 'wrong-quarter', by: 'data-team' });
      const bodies = bodiesIn(await world.store.readSegments(stream, 0, 100));
      for (const { record, tokens } of erased!.records)
        expect(commitmentsOf(bodies.get(record)!).tokens).toBe(tokens);
      // The children’s family through the partner stands; the third child is related to nobody.
      const kin = (await eventsOf(world.store)).flatMap((event) =>
        event.type === 'RelationshipsIdentified' || event.type === 'RelationshipsEnded' ? [event.type] : [],
      );
      expect(kin).toContain('RelationshipsEnded');
      expect((await list.list()).erasures).toMatchObject([
        { records: [], carerTokens: [{ places: [2] }, { places: [2] }] },
        { records: [{}] },
      ]);
      expect(JSON.stringify(await list.list())).not.toContain(hers);
      // The last of the two takes the email with them.
      await world.inbox.stageCommands([personErasure(121, 1, { tokens: nhsNumber('9434765920') })]);
      linker.wakeUp.call();
      await untilDone(world);
      expect(await bodiesWith(world, theirs)).toEqual([]);
    });

    it('gives the same events from the list alone, and holds nothing of the adult once it starts again', async () => {
      const world = await household();
      const list = new GrowingList();
      const first = start(world, { erasures: list });
      await untilDone(world);
      for (const [number, value] of [
        [120, '9434765919'],
        [121, '9434765920'],
      ] as const) {
        await world.inbox.stageCommands([personErasure(number, 1, { tokens: nhsNumber(value) })]);
        first.wakeUp.call();
        await untilDone(world);
      }
      await first.stop();
      const image = await imageOf(world.store);
      const restored = await household();
      start(restored, { erasures: list });
      await until(
        'it is erased',
        async () => (await imageOf(restored.store)).events.length === image.events.length,
      );
      await untilDone(restored);
      expect(await imageOf(restored.store)).toEqual(image);
    });

    it('cuts the tokens out before anything else is decided, where the eraser was away or the linker was killed', async () => {
      const world = await household();
      const list = new GrowingList();
      const first = start(world, { erasures: list });
      await untilDone(world);
      await first.stop();
      await world.inbox.stageCommands([personErasure(120, 1, { tokens: nhsNumber('9434765919') })]);
      const hanging = start(
        {
          ...world,
          eraseTokens: (_, { length }) => (length === 0 ? Promise.resolve(0) : new Promise(() => undefined)),
        },
        { erasures: list },
      );
      await until('its event is durable', async () => (await carersErasedIn(world)).length === 1);
      hanging.kill();
      running.splice(running.indexOf(hanging), 1);
      expect((await bodiesWith(world, hers)).length).toBeGreaterThan(1);
      const away = vi.fn(world.eraseTokens).mockRejectedValueOnce(new Error('the eraser is away'));
      const next = start({ ...world, eraseTokens: away }, { erasures: list });
      await untilDone(world);
      expect(next.observed.failures).toHaveLength(1);
      expect(await bodiesWith(world, hers)).toEqual([]);
      const image = await imageOf(world.store);
      await next.stop();
      const undisturbed = await household();
      const only = start(undisturbed, { erasures: new GrowingList() });
      await untilDone(undisturbed);
      await undisturbed.inbox.stageCommands([personErasure(120, 1, { tokens: nhsNumber('9434765919') })]);
      only.wakeUp.call();
      await untilDone(undisturbed);
      expect(image).toEqual(await imageOf(undisturbed.store));
    });

    it('is refused where nobody is known, and where several are, with their number and unless all are asked for', async () => {
      const world = await linkedYear();
      const publish = vi.spyOn(world.bus, 'publish');
      const linker = start(world, { erasures: new GrowingList() });
      await untilDone(world);
      const image = await imageOf(world.store);
      const both = [...nhsNumber('9434765919'), ...nhsNumber('9434765922')];
      await world.inbox.stageCommands([
        personErasure(120, 7, { tokens: nhsNumber('9000000009') }),
        personErasure(121, 7, { tokens: both }),
      ]);
      linker.wakeUp.call();
      await untilDone(world);
      expect(answersOf(world, publish).slice(-2)).toMatchObject([
        { outcome: 'refused', reason: 'person-unknown' },
        {
          outcome: 'refused',
          reason: 'several-individuals',
          count: 2,
          detail: expect.stringContaining(' 2 ') as string,
        },
      ]);
      expect(await imageOf(world.store)).toEqual(image);
      await world.inbox.stageCommands([personErasure(122, 7, { tokens: both, all: true })]);
      linker.wakeUp.call();
      await untilDone(world);
      expect(answersOf(world, publish).at(-1)).toMatchObject({ outcome: 'accepted' });
      for (const { token } of both) expect(await bodiesWith(world, token)).toEqual([]);
    });

    it.each(['before', 'after'] as const)(
      'is carried out once after a kill %s any of its appends, and answered',
      async (moment) => {
        const world = await linkedYear();
        const first = start(world, { erasures: new GrowingList() });
        await untilDone(world);
        await first.stop();
        const list = new GrowingList();
        const tokens = nhsNumber('9434765919');
        await world.inbox.stageCommands([personErasure(120, 7, { tokens })]);
        for (let kill = 0; kill < 2; kill++) {
          const dying = interruptedStore(world.store, 1, moment);
          const linker = start(
            { ...world, store: dying.store },
            { erasures: list, limits: { events: 2, bytes: 1024 * 1024 } },
          );
          await dying.interrupted;
          linker.kill();
          running.splice(running.indexOf(linker), 1);
        }
        const publish = vi.spyOn(world.bus, 'publish');
        start(world, { erasures: list });
        await untilDone(world);
        const events = await eventsOf(world.store);
        expect(events.filter(({ type }) => type === 'RecordErased')).toHaveLength(1);
        expect(events.filter(({ type }) => type === 'CarerTokensErased')).toHaveLength(1);
        // One line for the records, and one for the carer tokens.
        expect((await list.list()).lines).toBe(2);
        expect(answersOf(world, publish)).toMatchObject([
          { outcome: 'accepted', position: events.length - 1 },
        ]);
        expect(await bodiesWith(world, tokens[0]!.token)).toEqual([]);
      },
    );
  });

  describe('a command', () => {
    const oneFile = async () => {
      const world = await freshWorld();
      const { first } = eventfulYear();
      await world.inbox.stageIntakes([first.intake]);
      await world.inbox.stageChunks(first.chunks);
      return { world, submission: first.submission };
    };

    it('that arrives before the submission which it names waits for it', async () => {
      const world = await freshWorld();
      const publish = vi.spyOn(world.bus, 'publish');
      const { first } = eventfulYear();
      await world.inbox.stageCommands([withdrawal(104, 1, first.submission)]);
      const linker = start(world);
      await until('it is at work', () => linker.observed.states.includes('deciding'));
      const looks = vi.spyOn(world.inbox, 'waitingCommands');
      await until('it has looked', () => looks.mock.calls.length > 3);
      expect(await world.inbox.counts(programme)).toMatchObject({ commands: 1 });
      await world.inbox.stageIntakes([first.intake]);
      await world.inbox.stageChunks(first.chunks);
      linker.wakeUp.call();
      await untilDone(world);
      expect(linker.observed.decisions.map(({ outcome }) => outcome)).toEqual(['linked', 'withdrawn']);
      expect(repliesOf(publish)).toMatchObject([{ outcome: 'accepted' }]);
    });

    it('that arrives twice is carried out once, and answered with one position', async () => {
      const { world, submission } = await oneFile();
      const publish = vi.spyOn(world.bus, 'publish');
      const command = withdrawal(104, 1, submission);
      const linker = start(world);
      expect(await world.inbox.stageCommands([command, command])).toMatchObject({
        staged: 1,
        conflicting: [],
      });
      await untilDone(world);
      const head = await world.store.head(stream);
      expect(await world.inbox.stageCommands([command])).toEqual({ staged: 0, conflicting: [] });
      linker.wakeUp.call();
      await untilDone(world);
      expect(await world.store.head(stream)).toBe(head);
      expect(repliesOf(publish)).toEqual([
        expect.objectContaining({ command: command.id, outcome: 'accepted', position: head }),
      ]);
    });

    it('that arrives again after the inbox has lost it is found in the ledger, and answered', async () => {
      const { world, submission } = await oneFile();
      const command = withdrawal(104, 1, submission);
      const first = start(world);
      await world.inbox.stageCommands([command]);
      await untilDone(world);
      await first.stop();
      const image = await imageOf(world.store);
      // The inbox was lost, and the bus delivers the command again.
      const inbox = new InMemoryInbox();
      await inbox.stageCommands([command]);
      const publish = vi.spyOn(world.bus, 'publish').mockClear();
      const again = start({ ...world, inbox });
      await until('it is answered', () => repliesOf(publish).length > 0);
      expect(repliesOf(publish)).toMatchObject([{ outcome: 'accepted', position: image.events.length - 1 }]);
      expect(await imageOf(world.store)).toEqual(image);
      expect(again.observed.haltedBy).toBeUndefined();
    });

    it('that is refused is answered with a sentence and leaves nothing in the ledger', async () => {
      const { world } = await oneFile();
      const publish = vi.spyOn(world.bus, 'publish');
      const linker = start(world);
      await untilDone(world);
      const image = await imageOf(world.store);
      await world.inbox.stageCommands([withdrawal(104, 1, submissionNamed('0'))]);
      linker.wakeUp.call();
      await untilDone(world);
      expect(repliesOf(publish)).toMatchObject([
        { outcome: 'refused', reason: 'submission-unknown', detail: 'The ledger has no such submission.' },
      ]);
      expect(await imageOf(world.store)).toEqual(image);
      await linker.stop();
      const again = start(elsewhere(world));
      await until('it is at work', () => again.observed.states.includes('deciding'));
      expect(await imageOf(world.store)).toEqual(image);
    });

    it('that was interrupted is finished before an earlier command and a ready file', async () => {
      const world = await freshWorld();
      const { first, visits } = eventfulYear();
      await world.inbox.stageIntakes([first.intake]);
      await world.inbox.stageChunks(first.chunks);
      const linker = start(world);
      await untilDone(world);
      await linker.stop();
      const records = recordsIn(await eventsOf(world.store));
      const list = new GrowingList();
      await world.inbox.stageCommands([erasure(90, 2, [records[1]!]), withdrawal(104, 1, first.submission)]);
      const dying = interruptedStore(world.store, 1, 'after');
      const killed = start({ ...world, store: dying.store }, { erasures: list, limits: fewAtATime });
      await dying.interrupted;
      killed.kill();
      running.splice(running.indexOf(killed), 1);
      list.add(records[0]!);
      await world.inbox.stageIntakes([visits.intake]);
      await world.inbox.stageChunks(visits.chunks);
      const next = start(elsewhere(world), { erasures: list });
      await untilDone(world);
      expect(next.observed.haltedBy).toBeUndefined();
      const closings = (await decisionsOf(world.store)).map((types) => types.at(-1));
      expect(closings.slice(2)).toEqual([
        'SubmissionLinked',
        'SubmissionWithdrawn',
        'RecordErased',
        'SubmissionLinked',
        'RecordErased',
      ]);
    });

    it('is answered by the next linker if the first one died between event and answer', async () => {
      const { world, submission } = await oneFile();
      const publish = vi.spyOn(world.bus, 'publish');
      const first = start(world);
      await untilDone(world);
      await first.stop();
      const inbox = withMethods(world.inbox, {
        answer: () => new Promise<void>(() => undefined),
      });
      await world.inbox.stageCommands([withdrawal(104, 1, submission)]);
      const dying = startLinker({ ...world, inbox });
      await until('its event is durable', async () =>
        (await eventsOf(world.store)).some(({ type }) => type === 'SubmissionWithdrawn'),
      );
      dying.kill();
      const image = await imageOf(world.store);
      start(elsewhere(world));
      await untilDone(world);
      expect(await imageOf(world.store)).toEqual(image);
      expect(repliesOf(publish)).toMatchObject([{ outcome: 'accepted', position: image.events.length - 1 }]);
    });

    it('that the inbox has as carried out but the ledger lacks stops the linker', async () => {
      const { world, submission } = await oneFile();
      const command = withdrawal(104, 1, submission);
      await world.inbox.stageCommands([command]);
      await world.inbox.answer(programme, command.id, { outcome: 'accepted', position: 99 });
      const linker = start(world);
      await until('it has halted', () => linker.observed.haltedBy !== undefined);
      expect(linker.observed.haltedBy).toMatchObject({
        code: 'ledger-behind-inbox',
        message: expect.stringContaining('a command at position 99') as string,
      });
    });

    it('with another command’s id is reported as conflicting, and the first one stays', async () => {
      const { world, submission } = await oneFile();
      await world.inbox.stageCommands([withdrawal(104, 1, submission)]);
      expect(await world.inbox.stageCommands([withdrawal(104, 1, submissionNamed('0'))])).toEqual({
        staged: 0,
        conflicting: ['command withdraw-submission-104'],
      });
    });
  });

  describe('a review', () => {
    const oneAtATime = { events: 1, bytes: 1024 * 1024 };
    /** Two adults of one e-mail address and two birth dates, who came since: the rules refer them. */
    const referred = async () => {
      const world = await freshWorld();
      const people = submit(1, {
        ...{ dataset: 'baby-steps.user', period: '2023-24-Q1' },
        rows: [
          adult({ key: 'one', email: 'shared@example.org', born: '1990-01-02' }),
          adult({ key: 'other', email: 'shared@example.org', born: '1991-03-04' }),
        ],
      });
      await world.inbox.stageIntakes([people.intake]);
      await world.inbox.stageChunks(people.chunks);
      const linker = start(world);
      await untilDone(world);
      await linker.stop();
      const events = await eventsOf(world.store);
      const doubt = events.find(({ type }) => type === 'LinkReferred');
      if (doubt?.type !== 'LinkReferred') throw new Error('nothing was referred');
      const { referral, subject, candidates } = doubt.data;
      const [candidate] = candidates;
      if (candidate === undefined) throw new Error('the referral has no candidate');
      return {
        world,
        asked: { referral, subject, candidate, answer: 'same' as const },
        head: events.length - 1,
      };
    };
    const typesAfter = async (world: LinkerWorld, head: number) =>
      (await eventsOf(world.store)).slice(head + 1).map(({ type }) => type);

    it('counts once, whichever of its appends a kill interrupts, before or after it is written', async () => {
      const plain = await referred();
      await plain.world.inbox.stageCommands([review(120, plain.asked)]);
      const linker = start(plain.world, { limits: oneAtATime });
      await untilDone(plain.world);
      await linker.stop();
      const image = await imageOf(plain.world.store);
      const appends = image.events.length - 1 - plain.head;
      expect(await typesAfter(plain.world, plain.head)).toContain('LinkReviewed');
      expect(appends).toBeGreaterThan(1);
      for (const moment of ['before', 'after'] as const) {
        for (let nth = 1; nth <= appends; nth += 1) {
          const { world, asked } = await referred();
          const publish = vi.spyOn(world.bus, 'publish');
          await world.inbox.stageCommands([review(120, asked)]);
          const dying = interruptedStore(world.store, nth, moment);
          const killed = startLinker({ ...world, store: dying.store }, { limits: oneAtATime });
          await dying.interrupted;
          killed.kill();
          start(elsewhere(world), { limits: oneAtATime });
          await untilDone(world);
          expect(await imageOf(world.store), `killed ${moment} append ${nth}`).toEqual(image);
          expect(repliesOf(publish).map(({ outcome, position }) => [outcome, position])).toEqual([
            ['accepted', image.events.length - 1],
          ]);
          await Promise.all(running.splice(0).map((linker) => linker.stop()));
          await Promise.all(opened.splice(0).map((one) => one.close()));
        }
      }
    }, 120_000);

    it('of a doubt that another definition takes away first is refused, once that is adopted', async () => {
      const { world, asked, head } = await referred();
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([review(120, asked)]);
      const linker = start(world, { programme: smallProgramme({ birthDates: 1 }) });
      await untilDone(world);
      expect(repliesOf(publish)).toMatchObject([{ outcome: 'refused', reason: 'referral-unknown' }]);
      expect(linker.observed.failures).toEqual([]);
      const types = await typesAfter(world, head);
      expect(types).toEqual(
        expect.arrayContaining(['ProgrammeDefined', 'LinkReferralLapsed', 'StrategyAdopted']),
      );
      expect(types).not.toContain('LinkReviewed');
      expect(types.at(-1)).toBe('StrategyAdopted');
    });

    it('by two people at the same time is taken from the first, and refused to the second', async () => {
      const { world, asked, head } = await referred();
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([
        review(120, asked, 'ada'),
        review(121, { ...asked, answer: 'different' }, 'ben'),
      ]);
      start(world);
      await untilDone(world);
      expect(repliesOf(publish)).toMatchObject([
        { command: 'review-referral-120', outcome: 'accepted' },
        { command: 'review-referral-121', outcome: 'refused', reason: 'referral-unknown' },
      ]);
      expect(
        (await typesAfter(world, head)).filter((type) => /^Link(Reviewed|Forbidden)$/.test(type)),
      ).toEqual(['LinkReviewed']);
    });

    it('that waits behind an undoing is decided after it, by the doubt that comes back', async () => {
      const { world, asked, head } = await referred();
      const { subject, candidate } = asked;
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([
        review(120, asked, 'ada'),
        undoing(121, { subject, candidate }),
        review(122, { ...asked, answer: 'different' }, 'ben'),
        undoing(123, { subject, candidate }),
        undoing(124, { subject, candidate }),
      ]);
      start(world);
      await untilDone(world);
      expect(repliesOf(publish).map(({ outcome, reason }) => reason ?? outcome)).toEqual([
        ...['accepted', 'accepted', 'accepted', 'accepted', 'not-decided'],
      ]);
      expect(
        (await typesAfter(world, head)).filter((type) => /^Link(Reviewed|Forbidden|Allowed)$/.test(type)),
      ).toEqual(['LinkReviewed', 'LinkAllowed', 'LinkForbidden', 'LinkAllowed']);
    });

    it('whose file was withdrawn, or one of whose records was erased, meanwhile is refused', async () => {
      const { world, asked, head } = await referred();
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([erasure(119, 0, [asked.candidate]), review(120, asked)]);
      const list = new GrowingList();
      const linker = start(world, { erasures: list });
      await untilDone(world);
      await linker.stop();
      const withdrawn = await referred();
      const file = submit(1, { dataset: 'baby-steps.user', period: '2023-24-Q1', rows: [] });
      await withdrawn.world.inbox.stageCommands([
        withdrawal(119, 1, file.submission),
        review(120, withdrawn.asked),
      ]);
      const publishElsewhere = vi.spyOn(withdrawn.world.bus, 'publish');
      start(withdrawn.world);
      await untilDone(withdrawn.world);
      for (const replies of [repliesOf(publish), repliesOf(publishElsewhere)])
        expect(replies.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
          'accepted',
          'referral-unknown',
        ]);
      expect(await typesAfter(world, head)).not.toContain('LinkReviewed');
    });

    it('of which a later file merged the candidate with others joins them all, or is refused where the doubt has gone', async () => {
      const { world, asked } = await referred();
      const later = submit(2, {
        ...{ dataset: 'maternity.user', period: '2023-24-Q1', extractKind: 'snapshot' },
        rows: [
          adult({ key: 'third', email: 'shared@example.org', born: '1990-01-02', mobile: '07700900001' }),
          adult({ key: 'fourth', mobile: '07700900001', born: '1990-01-02' }),
        ],
      });
      await world.inbox.stageIntakes([later.intake]);
      await world.inbox.stageChunks(later.chunks);
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([review(120, asked)]);
      start(world);
      await untilDone(world);
      const [reply] = repliesOf(publish);
      const types = (await eventsOf(world.store)).map(({ type }) => type);
      // Whichever it is, the reply and the ledger say the same.
      expect(reply?.outcome === 'accepted').toBe(types.includes('LinkReviewed'));
      if (reply?.outcome === 'refused') expect(reply.reason).toBe('referral-unknown');
    });
  });

  describe('a command to close a quarter', () => {
    /** Everything that was answered, in order, once the linker has nothing more to do. */
    const answered = async (world: LinkerWorld, ...commands: readonly ReturnType<typeof closing>[]) => {
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands(commands);
      start(world);
      await untilDone(world);
      return repliesOf(publish);
    };
    const closedOf = async ({ store }: LinkerWorld) =>
      (await eventsOf(store)).flatMap((event) => (event.type === 'QuarterClosed' ? [event] : []));

    it('names the position, who asked, and all that the figures depend on', async () => {
      const world = await freshWorld();
      const [reply] = await answered(world, closing(100, 0, '2023-24-Q2'));
      const [closed] = await closedOf(world);
      expect(reply).toMatchObject({ outcome: 'accepted', position: closed?.revision });
      const { definition, digest } = smallProgramme();
      expect(closed?.data).toMatchObject({ period: '2023-24-Q2', by: 'data-team', reason: 'wrong-quarter' });
      expect(closed?.data.versions).toEqual({
        ...{ definition: digest, strategy: adoptedStrategyOf(definition).digest, ...figuresInForce },
        authority: sha256Hex(canonicalJson(definition.authority)),
        area: { boundaryYear: 2011, digest: sha256Hex(canonicalJson(definition.area)) },
      });
    });

    it('is carried out after all submissions that had been accepted when it was asked for', async () => {
      const world = await freshWorld();
      const { first, visits } = eventfulYear();
      await world.inbox.stageCommands([closing(100, 2, '2023-24-Q2')]);
      start(world);
      await world.inbox.stageIntakes([first.intake, visits.intake]);
      await world.inbox.stageChunks(first.chunks);
      await until('the first is decided', async () =>
        (await eventsOf(world.store)).some(({ type }) => type === 'SubmissionLinked'),
      );
      expect(await closedOf(world)).toEqual([]);
      await world.inbox.stageChunks(visits.chunks);
      await untilDone(world);
      const closings = (await decisionsOf(world.store)).map((types) => types.at(-1));
      expect(closings.slice(2)).toEqual(['SubmissionLinked', 'SubmissionLinked', 'QuarterClosed']);
    });

    it('is refused a second time, and before the quarter is over', async () => {
      const world = await freshWorld();
      const replies = await answered(
        world,
        ...[closing(100, 0, '2023-24-Q1'), closing(101, 0, '2023-24-Q1'), closing(102, 0, '2023-24-Q3')],
      );
      expect(replies.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
        ...['accepted', 'quarter-closed-already', 'quarter-not-over'],
      ]);
    });

    it('is refused while a submission is parked, and carried out when that is withdrawn', async () => {
      const world = await freshWorld();
      const broken = submit(1, { dataset: 'baby-steps.engagement', period: '2023-24-Q2', rows: [] });
      await world.inbox.stageIntakes([broken.intake]);
      await world.inbox.stageUnprocessable([
        { submission: broken.submission, intake: 1, reason: 'landing-unreadable' },
      ]);
      const replies = await answered(
        world,
        ...[
          closing(100, 1, '2023-24-Q2'),
          withdrawal(101, 1, broken.submission),
          closing(102, 1, '2023-24-Q2'),
        ],
      );
      expect(replies.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
        ...['submission-parked', 'accepted', 'accepted'],
      ]);
    });
  });

  describe('the figures of a closed quarter', () => {
    const closed = async () => {
      const world = await freshWorld();
      await world.inbox.stageCommands([closing(100, 0, '2023-24-Q2')]);
      const linker = start(world);
      await untilDone(world);
      await linker.stop();
      running.splice(running.indexOf(linker), 1);
      return { world, at: (await eventsOf(world.store)).length - 1 };
    };

    it('are recorded once: their published form beside the ledger, of the full ones a commitment', async () => {
      const { world, at } = await closed();
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([figuresOf(101, '2023-24-Q2', at), figuresOf(102, '2023-24-Q2', at)]);
      start(world);
      await untilDone(world);
      const { published, commitment } = FiguresComputed.schema.parse(FiguresComputed.example);
      const events = await eventsOf(world.store);
      const [event, ...more] = events.filter(({ type }) => type === 'FiguresPublished');
      expect(more).toEqual([]);
      const bytes = canonicalBytes(published);
      expect(event?.data).toMatchObject({ closing: at, published: sha256Hex(bytes), commitment });
      const payload = await world.store.readPayload(sha256Hex(bytes));
      expect(Buffer.from(payload ?? []).equals(bytes)).toBe(true);
      expect(repliesOf(publish).map(({ outcome, reason }) => reason ?? outcome)).toEqual([
        ...['accepted', 'figures-published-already'],
      ]);
    });

    it('are refused for a position at which that quarter is not closed', async () => {
      const { world, at } = await closed();
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([
        figuresOf(101, '2023-24-Q2', at + 1),
        figuresOf(102, '2023-24-Q1', at),
      ]);
      start(world);
      await untilDone(world);
      expect(repliesOf(publish).map(({ reason }) => reason)).toEqual([
        'quarter-not-closed',
        'quarter-not-closed',
      ]);
      expect((await eventsOf(world.store)).length - 1).toBe(at);
    });

    for (const moment of ['before', 'after'] as const) {
      it(`are recorded once if the linker is killed ${moment} they are written`, async () => {
        const { world, at } = await closed();
        await world.inbox.stageCommands([figuresOf(101, '2023-24-Q2', at)]);
        const dying = interruptedStore(world.store, 1, moment);
        const killed = startLinker({ ...world, store: dying.store });
        await dying.interrupted;
        killed.kill();
        start(elsewhere(world));
        await untilDone(world);
        const types = (await decisionsOf(world.store)).map((each) => each.at(-1));
        expect(types.slice(-2)).toEqual(['QuarterClosed', 'FiguresPublished']);
      });
    }
  });

  describe('the release of a closed quarter', () => {
    const period = '2023-24-Q2';
    const safe = { remedy: { suppressed: [], withheld: [], audited: 12, narrowed: [] } };
    const { published: form } = FiguresComputed.schema.parse(FiguresComputed.example);
    const digest = sha256Hex(canonicalBytes({ ...form, ...safe }));
    const computed = async () => {
      const world = await freshWorld();
      await world.inbox.stageCommands([closing(100, 0, period, 1)]);
      const linker = start(world);
      await untilDone(world);
      const at = (await eventsOf(world.store)).length - 1;
      await world.inbox.stageCommands([figuresOf(101, period, at, safe)]);
      await untilDone(world);
      await linker.stop();
      running.splice(running.indexOf(linker), 1);
      return { world, at };
    };

    it('is recorded once with who asked and what the audit found, and withdrawn once', async () => {
      const { world, at } = await computed();
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([
        publication(102, period, { edition: 1, digest: '0'.repeat(64) }),
        publication(103, period, { edition: 1, digest }),
        publication(104, period, { edition: 1, digest }),
        releaseWithdrawal(105, period, 1),
        releaseWithdrawal(106, period, 1),
      ]);
      start(world);
      await untilDone(world);
      expect(repliesOf(publish).map(({ outcome, reason }) => reason ?? outcome)).toEqual([
        ...['release-differs', 'accepted', 'release-published-already', 'accepted', 'release-not-standing'],
      ]);
      const [act, end] = (await eventsOf(world.store)).slice(-2);
      expect(act).toMatchObject({
        type: 'ReleasePublished',
        data: {
          ...{ period, edition: 1, closing: at, figures: at + 1, published: digest },
          ...{ audit: { fewest: 3, audited: 12, narrowed: 0 }, by: expect.any(String) as string },
        },
      });
      expect(end).toMatchObject({ type: 'ReleaseWithdrawn', data: { period, edition: 1, closing: at } });
    });

    for (const moment of ['before', 'after'] as const) {
      it(`is recorded once if the linker is killed ${moment} it is written`, async () => {
        const { world } = await computed();
        await world.inbox.stageCommands([publication(102, period, { edition: 1, digest })]);
        const dying = interruptedStore(world.store, 1, moment);
        const killed = startLinker({ ...world, store: dying.store });
        await dying.interrupted;
        killed.kill();
        start(elsewhere(world));
        await untilDone(world);
        const types = (await decisionsOf(world.store)).map((each) => each.at(-1));
        expect(types.slice(-3)).toEqual(['QuarterClosed', 'FiguresPublished', 'ReleasePublished']);
      });
    }
  });

  describe('a command to erase', () => {
    const linked = async () => {
      const world = await freshWorld();
      const { first } = eventfulYear();
      await world.inbox.stageIntakes([first.intake]);
      await world.inbox.stageChunks(first.chunks);
      const list = new GrowingList();
      const linker = start(world, { erasures: list });
      await untilDone(world);
      return { world, list, linker, records: recordsIn(await eventsOf(world.store)) };
    };
    const answersIn = async (world: LinkerWorld, command: ReturnType<typeof erasure>) => {
      const publish = vi.spyOn(world.bus, 'publish');
      await world.inbox.stageCommands([command]);
      await untilDone(world);
      return publish.mock.calls
        .filter(([topic]) => topic === topics.commandAnswered.name)
        .flatMap(([, messages]) => messages.map(dataOf)) as DataOf<typeof CommandAnswered>[];
    };

    it('is put on the list, recorded with the account that asked, and carried out on the bodies', async () => {
      const { world, list, records } = await linked();
      const [one, other] = [records[0]!, records[3]!];
      const command = erasure(104, 1, [one, other]);
      const [answer] = await answersIn(world, command);
      const event = (await eventsOf(world.store)).at(-1);
      expect(event).toMatchObject({
        type: 'RecordErased',
        version: 3,
        cause: `command:${command.id}`,
        data: { basis: 'wrong-quarter', by: 'data-team', records: [one, other] },
      });
      expect(answer).toMatchObject({ outcome: 'accepted', position: event?.revision });
      const left = await recordsLeft(world.store);
      expect(left.length).toBeGreaterThan(0);
      expect(left.filter((record) => record === one || record === other)).toEqual([]);
      expect((await list.list()).erasures).toEqual([
        expect.objectContaining({ command: command.id, by: 'data-team', records: [one, other] }),
      ]);
      for (const record of [one, other]) expect(JSON.stringify(answer)).not.toContain(record);
    });

    it('gives the same event from the list alone', async () => {
      const { world, list, linker, records } = await linked();
      await answersIn(world, erasure(104, 1, [records[0]!]));
      await linker.stop();
      const image = await imageOf(world.store);
      // A ledger restored from an older backup, to which the command is not delivered again.
      const restored = await freshWorld();
      const { first } = eventfulYear();
      await restored.inbox.stageIntakes([first.intake]);
      await restored.inbox.stageChunks(first.chunks);
      start(restored, { erasures: list });
      await until(
        'it is erased',
        async () => (await restored.store.head(stream)) === image.events.length - 1,
      );
      expect((await imageOf(restored.store)).events).toEqual(image.events);
    });

    it('is refused if a record is unknown, all are erased, or the linker cannot erase', async () => {
      const { world, linker, records } = await linked();
      const nobody = '00000000000000000000000000000000' as RecordId;
      const before = await imageOf(world.store);
      expect(await answersIn(world, erasure(104, 1, [records[0]!, nobody]))).toMatchObject([
        { outcome: 'refused', reason: 'record-unknown' },
      ]);
      expect(await imageOf(world.store)).toEqual(before);
      vi.restoreAllMocks();
      await answersIn(world, erasure(105, 1, [records[0]!]));
      vi.restoreAllMocks();
      expect(await answersIn(world, erasure(106, 1, [records[0]!]))).toMatchObject([
        { outcome: 'refused', reason: 'records-erased-already' },
      ]);
      await linker.stop();
      vi.restoreAllMocks();
      start(world);
      expect(await answersIn(world, erasure(107, 1, [records[1]!]))).toMatchObject([
        { outcome: 'refused', reason: 'erasures-not-configured' },
      ]);
    });

    it('is finished after a kill at any append, once', async () => {
      const { world, list, linker, records } = await linked();
      await linker.stop();
      await world.inbox.stageCommands([erasure(104, 1, [records[0]!, records[2]!])]);
      for (const moment of ['after', 'before', 'after'] as const) {
        const dying = interruptedStore(world.store, 1, moment);
        const limits = { events: 1, bytes: 1024 * 1024 };
        const killed = start({ ...world, store: dying.store }, { erasures: list, limits });
        await dying.interrupted;
        killed.kill();
        running.splice(running.indexOf(killed), 1);
      }
      start(elsewhere(world), { erasures: list });
      await untilDone(world);
      const events = await eventsOf(world.store);
      expect(events.filter(({ type }) => type === 'RecordErased')).toHaveLength(1);
      expect((await list.list()).lines).toBe(1);
      const left = await recordsLeft(world.store);
      expect(left).toContain(records[1]);
      expect(left.filter((record) => record === records[0] || record === records[2])).toEqual([]);
    });
  });

  it('parks a submission that cannot be processed, keeps its chunks, and continues', async () => {
    const world = await freshWorld();
    const broken = submit(1, {
      dataset: 'baby-steps.user',
      period: '2023-24-Q1',
      rows: Array.from({ length: 7 }, (_, index) => adult({ key: `k${index}` })),
    });
    const next = submit(2, {
      dataset: 'baby-steps.user',
      period: '2023-24-Q2',
      rows: [adult({ key: 'k1', email: 'amara@example.org' })],
    });
    await world.inbox.stageIntakes([broken.intake, next.intake]);
    await world.inbox.stageChunks([...broken.chunks.slice(0, 2), ...next.chunks]);
    await world.inbox.stageUnprocessable([
      { submission: broken.submission, intake: 1, reason: 'landing-unreadable' },
    ]);
    const linker = start(world);
    await untilDone(world);
    expect(linker.observed.decisions.map(({ outcome }) => outcome)).toEqual(['parked', 'linked']);
    expect((await eventsOf(world.store))[2]).toMatchObject({
      type: 'SubmissionParked',
      cause: 'file-1',
      data: { submission: broken.submission, intake: 1, reason: 'landing-unreadable' },
    });
    expect(await world.inbox.counts(programme)).toMatchObject({ parked: 1, chunks: 2 });
    await world.inbox.stageCommands([withdrawal(3, 2, broken.submission)]);
    linker.wakeUp.call();
    await untilDone(world);
    expect(await world.inbox.counts(programme)).toMatchObject({ parked: 0, chunks: 0 });
  });

  describe('a parked submission that is retried', () => {
    const users = { dataset: 'baby-steps.user', period: '2023-24-Q1' } as const;
    const broken = submit(1, {
      ...users,
      rows: [
        adult({ key: 'k1', email: 'amara@example.org' }),
        adult({ key: 'k2', email: 'bea@example.org' }),
      ],
    });
    const between = submit(2, {
      dataset: 'baby-steps.user',
      period: '2023-24-Q2',
      rows: [adult({ key: 'k3', email: 'amara@example.org' })],
    });
    const replacement = submit(2, {
      ...users,
      sequence: 2,
      supersedes: [broken.submission],
      rows: [adult({ key: 'k1', email: 'amara@example.org' })],
    });
    const about = users as Parameters<typeof unparking>[2];

    /** A world with a file parked at intake number 1 and `next` linked at number 2. */
    const parkedWorld = async (next: Submitted) => {
      const world = await freshWorld();
      await world.inbox.stageIntakes([broken.intake, next.intake]);
      await world.inbox.stageChunks(next.chunks);
      await world.inbox.stageUnprocessable([
        { submission: broken.submission, intake: 1, reason: 'landing-incomplete' },
      ]);
      const linker = start(world);
      await untilDone(world);
      return { world, linker };
    };

    it('waits for its rows under its new intake number, after later decisions, and is linked there', async () => {
      const { world, linker } = await parkedWorld(between);
      await world.inbox.stageCommands([unparking(3, broken.submission, about)]);
      linker.wakeUp.call();
      expect(await world.inbox.counts(programme)).toMatchObject({ commands: 1, parked: 1 });
      await world.inbox.stageChunks(broken.chunks);
      linker.wakeUp.call();
      await untilDone(world);
      expect(linker.observed.decisions.map(({ outcome }) => outcome)).toEqual(['parked', 'linked', 'linked']);
      const events = await eventsOf(world.store);
      const cause = 'command:unpark-submission-3';
      const received = events.findLast(({ type }) => type === 'SubmissionReceived');
      expect(received).toMatchObject({ cause, data: { submission: broken.submission, intake: 3 } });
      expect(events.find(({ type }) => type === 'SubmissionUnparked')).toMatchObject({
        revision: (received?.revision ?? 0) - 1,
        cause,
        data: { submission: broken.submission, intake: 3, reason: 'wrong-quarter', by: 'data-team' },
      });
      // The row of the other file's person joins her, as if this file had come third.
      const placed = placementsIn(events).filter(isLinked);
      const founder = placed.find(({ registered }) => registered);
      expect(placed.findLast(({ registered }) => !registered)?.individual).toBe(founder?.individual);
      expect(await world.inbox.counts(programme)).toMatchObject({ commands: 0, parked: 0, chunks: 0 });
    });

    it('is parked again if it still cannot be processed, and can still be withdrawn', async () => {
      const { world, linker } = await parkedWorld(between);
      await world.inbox.stageCommands([unparking(3, broken.submission, about)]);
      await world.inbox.stageUnprocessable([
        { submission: broken.submission, intake: 3, reason: 'landing-file-gone' },
      ]);
      linker.wakeUp.call();
      await untilDone(world);
      expect((await eventsOf(world.store)).at(-1)).toMatchObject({
        type: 'SubmissionParked',
        cause: 'command:unpark-submission-3',
        data: { intake: 3, reason: 'landing-file-gone' },
      });
      await world.inbox.stageCommands([withdrawal(4, 3, broken.submission)]);
      linker.wakeUp.call();
      await untilDone(world);
      expect(await world.inbox.counts(programme)).toMatchObject({ commands: 0, parked: 0, refused: 0 });
    });

    it('stays replaced by the submission that replaced it while it was parked', async () => {
      const { world, linker } = await parkedWorld(replacement);
      await world.inbox.stageChunks(broken.chunks);
      await world.inbox.stageCommands([unparking(3, broken.submission, about)]);
      linker.wakeUp.call();
      await untilDone(world);
      const linked = (await eventsOf(world.store)).findLast(({ type }) => type === 'SubmissionLinked');
      expect(linked?.data).toMatchObject({ outcomes: { registered: 0, matched: 0 } });
    });

    it('is not retried if it is not parked: the command is refused and answered, and a restart agrees', async () => {
      const { world, linker } = await parkedWorld(between);
      await world.inbox.stageCommands([
        unparking(3, between.submission),
        unparking(4, submissionNamed('0')),
        unparking(5, broken.submission, about),
      ]);
      await world.inbox.stageChunks(broken.chunks);
      linker.wakeUp.call();
      await untilDone(world);
      expect(linker.observed.decisions.slice(2).map(({ outcome }) => outcome)).toEqual([
        'refused',
        'refused',
        'linked',
      ]);
      await linker.stop();
      const before = await imageOf(world.store);
      start(world);
      await world.inbox.stageCommands([unparking(6, broken.submission, about)]);
      await untilDone(world);
      expect(await imageOf(world.store)).toEqual(before);
      expect(await world.inbox.counts(programme)).toMatchObject({ commands: 0, parked: 0, refused: 3 });
    });
  });
}

const dataOf = (message: OutgoingMessage): unknown => JSON.parse(Buffer.from(message.value).toString('utf8'));

/** The position in a message must be in the ledger, at the end of a closed decision. */
async function neverAhead(
  store: EventStore,
  topic: string,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  const head = await store.head(stream);
  for (const message of messages) {
    const { position } = dataOf(message) as { position?: number };
    if (position !== undefined && position > head)
      throw new Error(`position ${position} was published while the ledger was at ${head}`);
  }
}
