import { closesDecision, readLedgerEvent, type LedgerEvent } from '@kinledger/contracts';
import { LinkageEngine } from '@kinledger/domain';
import {
  bodiesIn,
  InMemoryBodiesToRekey,
  InMemoryEventStore,
  InMemoryLedger,
  InMemoryNameTables,
  type BodiesToRekey,
  type EventStore,
  type NameTables,
} from '@kinledger/event-store';
import {
  createInMemoryMessageBus,
  topicSettings,
  type MessageBus,
  type OutgoingMessage,
} from '@kinledger/message-bus';
import { topics } from '@kinledger/contracts';
import type { Programme } from '@kinledger/programme';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AppendLimits,
  type Halt,
  type PreviousSigningKey,
  type ProgrammeLedger,
  type TokenWrapping,
  adoptedStrategyOf,
  streamOf,
} from '@kinledger/decisions';
import { WakeUp } from '@kinledger/waiting';
import { DecisionLoop } from '../decision/decision-loop.js';
import type { Decided, DecisionObserver, LoopState } from '../decision/decision-observer.js';
import type { ErasureStanding } from '../decision/pending-erasures.js';
import type { Erasures } from '../erasures/erasures.js';
import { InMemoryInbox } from '../inbox/in-memory-inbox.js';
import type { Inbox } from '../inbox/inbox.js';
import type { Lease, Leases } from '../lease/lease.js';
import { Rekeying, type RekeyingProgress } from '../rekeying/rekeying.js';
import { LedgerSnapshots, type SnapshotNews } from '../snapshot/ledger-snapshots.js';
import type { Snapshots } from '../snapshot/snapshots.js';
import { InMemoryPublicationCursor, type PublicationCursor } from '../publication/publication-cursor.js';
import { Publisher } from '../publication/publisher.js';
import { figuresInForce } from './figures.js';
import { WrappingByKeys } from '@kinledger/decisions/testing';
import { smallProgramme } from './programme.js';
import { programme as programmeId } from './messages.js';

/** Base64 of 32 bytes, in the form of an Ed25519 public key. */
export const signingKey = Buffer.alloc(32, 7).toString('base64');

/** Everything that outlives a linker: its stores, and the bus. */
export interface LinkerWorld {
  readonly store: EventStore;
  readonly inbox: Inbox;
  /** The same inbox as in another process: with empty caches. */
  readonly inboxElsewhere: () => Inbox;
  readonly cursor: PublicationCursor;
  readonly bus: MessageBus;
  /** Deletes bodies as the eraser does. */
  readonly eraseBodies?: Erasures['eraseBodies'];
  readonly eraseTokens?: Erasures['eraseTokens'];
  /** Changes bodies as the eraser does. */
  readonly bodiesToRekey?: BodiesToRekey;
  /** Keeps tables of name frequencies as the linker does. */
  readonly nameTables?: NameTables;
  /** The linkers' snapshots, if they use any; they then write one after every event that leaves them idle. */
  readonly snapshots?: Snapshots;
}

export async function inMemoryWorld(): Promise<LinkerWorld> {
  const bus = createInMemoryMessageBus();
  await bus.ensureTopics(Object.values(topics).map(topicSettings));
  const ledger = new InMemoryLedger();
  const store = new InMemoryEventStore(ledger);
  const inbox = new InMemoryInbox();
  return {
    store,
    inbox,
    inboxElsewhere: () => inbox,
    cursor: new InMemoryPublicationCursor(),
    bus,
    eraseBodies: (stream, records) => Promise.resolve(void ledger.eraseBodies(stream, records)),
    eraseTokens: (stream, records) => Promise.resolve(ledger.eraseTokens(stream, records)),
    bodiesToRekey: new InMemoryBodiesToRekey(ledger),
    nameTables: new InMemoryNameTables(ledger),
  };
}

const noNameTables: NameTables = {
  all: () => Promise.resolve([]),
  keep: () => Promise.reject(new Error('this world keeps no tables of name frequencies')),
  erase: () => Promise.resolve(false),
};

/** Grants the lease to everybody, so that two linkers both believe that they are the writer. */
export class LeaseForAll implements Leases {
  acquire(): Promise<Lease> {
    return Promise.resolve({
      epoch: 1,
      lost: new AbortController().signal,
      release: () => Promise.resolve(),
    });
  }
}

/** Records what a linker reports. */
export class Observed implements DecisionObserver {
  readonly states: LoopState[] = [];
  readonly decisions: Decided[] = [];
  readonly failures: unknown[] = [];
  haltedBy: Halt | undefined;
  refusedAppends = 0;
  readonly keyChanges: number[] = [];
  events = 0;
  readonly snapshots: SnapshotNews[] = [];
  readonly rekeyings: RekeyingProgress[] = [];
  position = -1;
  erased: ErasureStanding | undefined;

  state(state: LoopState, halt?: Halt): void {
    this.states.push(state);
    this.haltedBy = halt;
  }
  ledger(ledger: ProgrammeLedger): void {
    this.position = ledger.closedAt;
  }
  decided(decided: Decided): void {
    this.decisions.push(decided);
  }
  erasures(standing: ErasureStanding): void {
    this.erased = standing;
  }
  appended(events: number): void {
    this.events += events;
  }
  keyChanged(position: number): void {
    this.keyChanges.push(position);
  }
  refused(): void {
    this.refusedAppends += 1;
  }
  failed(error: unknown): void {
    this.failures.push(error);
  }
}

export interface LinkerOptions {
  readonly leases?: Leases;
  readonly limits?: AppendLimits;
  readonly programme?: Programme;
  readonly signingKey?: string;
  readonly previousKey?: PreviousSigningKey;
  readonly pace?: (signal: AbortSignal) => Promise<void>;
  readonly publicationPageSize?: number;
  readonly recoveryPageSize?: number;
  /** The list of erasures, which a test may replace. */
  readonly erasures?: Pick<Erasures, 'list' | 'append'>;
  /** Whoever holds the token keys. */
  readonly wrapping?: TokenWrapping;
  /** Digest of the program that it claims to be. */
  readonly code?: string;
}

export interface RunningLinker {
  readonly observed: Observed;
  readonly wakeUp: WakeUp;
  /** Stops it in order. */
  stop(): Promise<void>;
  /** Ends it as a kill does: hanging calls are left hanging. */
  kill(): void;
}

const erasuresOf = (
  { eraseBodies, eraseTokens }: LinkerWorld,
  { erasures }: LinkerOptions,
): Erasures | undefined =>
  erasures === undefined || eraseBodies === undefined || eraseTokens === undefined
    ? undefined
    : {
        list: () => erasures.list(),
        append: (erasure) => erasures.append(erasure),
        eraseBodies,
        eraseTokens,
      };

const snapshotsOf = (
  { snapshots, store }: LinkerWorld,
  used: Programme,
  { code = 'this program' }: LinkerOptions,
  observed: Observed,
): LedgerSnapshots | undefined =>
  snapshots &&
  new LedgerSnapshots({
    programme: programmeId,
    stream: streamOf(programmeId),
    store,
    snapshots,
    ground: { strategy: adoptedStrategyOf(used.definition).digest, definition: used.digest, code },
    everyEvents: 1,
    onNews: (news) => observed.snapshots.push(news),
  });

export function startLinker(world: LinkerWorld, options: LinkerOptions = {}): RunningLinker {
  const { store, inbox, cursor, bus } = world;
  const observed = new Observed();
  const used = options.programme ?? smallProgramme();
  const wakeUp = new WakeUp();
  const publication = new Publisher({
    programme: programmeId,
    store,
    stream: streamOf(programmeId),
    bus,
    cursor,
    inbox,
    onError: (error) => observed.failed(error),
    retryMs: 1,
    ...(options.publicationPageSize === undefined ? {} : { pageSize: options.publicationPageSize }),
  });
  const snapshots = snapshotsOf(world, used, options, observed);
  const loop = new DecisionLoop({
    programme: used,
    signingKey: options.signingKey ?? signingKey,
    previousKey: options.previousKey,
    store,
    inbox,
    leases: options.leases ?? new LeaseForAll(),
    publication,
    erasures: erasuresOf(world, options),
    snapshots,
    rekeying: new Rekeying({
      stream: streamOf(programmeId),
      ...{ store, inbox, snapshots },
      bodies: world.bodiesToRekey,
      nameTables: world.nameTables ?? noNameTables,
      wrapping: options.wrapping ?? new WrappingByKeys(1),
      onProgress: (progress) => observed.rekeyings.push(progress),
    }),
    engine: (engineOptions) => new LinkageEngine(engineOptions),
    figures: figuresInForce,
    observer: observed,
    wakeUp,
    pace: options.pace ?? (() => Promise.resolve()),
    pollMs: 20,
    retryMs: 1,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.recoveryPageSize === undefined ? {} : { recoveryPageSize: options.recoveryPageSize }),
  });
  const stopping = new AbortController();
  const hurry = new AbortController();
  const running = loop.run(stopping.signal, hurry.signal);
  return {
    observed,
    wakeUp,
    stop: () => {
      stopping.abort();
      return running;
    },
    kill: () => {
      stopping.abort();
      hurry.abort();
    },
  };
}

/** Waits until a condition holds. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  ms = 20_000,
): Promise<void> {
  for (const start = performance.now(); performance.now() - start < ms;) {
    if (await holds()) return;
    await pause(2);
  }
  throw new Error(`timed out waiting until ${what}`);
}

/** Waits until everything staged is decided, answered and published. */
export async function untilDone(world: LinkerWorld): Promise<void> {
  const { store, inbox, cursor } = world;
  await until('everything is decided and published', async () => {
    const { waiting, commands } = await inbox.counts(programmeId);
    if (waiting + commands > 0 || (await inbox.unanswered(programmeId)).length > 0) return false;
    const head = await store.head(streamOf(programmeId));
    return head >= 0 && (await cursor.position(programmeId)) === head;
  });
}

/** A ledger in comparable form: the bytes of its events, and its bodies. */
export interface LedgerImage {
  readonly events: readonly string[];
  readonly bodies: readonly string[];
}

export async function imageOf(store: EventStore): Promise<LedgerImage> {
  const stream = streamOf(programmeId);
  const head = await store.head(stream);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  const events = head < 0 ? [] : await store.readPage(stream, 0, head + 1);
  const segments = head < 0 ? [] : await store.readSegments(stream, 0, head);
  return {
    events: events.map(({ bytes }) => text(bytes)),
    bodies: segments.flatMap((segment) =>
      [...bodiesIn([segment]).values()].map((row) => `${segment.revision} ${JSON.stringify(row)}`),
    ),
  };
}

export async function eventsOf(store: EventStore): Promise<LedgerEvent[]> {
  const { events } = await imageOf(store);
  return events.map((text) => readLedgerEvent(Buffer.from(text, 'utf8')));
}

/** The types of a ledger's events, one list per decision. */
export async function decisionsOf(store: EventStore): Promise<string[][]> {
  const decisions: string[][] = [[]];
  for (const { type } of await eventsOf(store)) {
    decisions.at(-1)?.push(type);
    if (closesDecision(type)) decisions.push([]);
  }
  return decisions.filter((types) => types.length > 0);
}

/** Everything that was published, once each: repeats are recognised by their ids, and must be identical. */
export function distinctMessages(
  calls: readonly (readonly [topic: string, messages: readonly OutgoingMessage[]])[],
): ReadonlyMap<string, string> {
  const distinct = new Map<string, string>();
  for (const [topic, messages] of calls) {
    for (const { key, headers, value } of messages) {
      const text = JSON.stringify([topic, key, headers, Buffer.from(value).toString('utf8')]);
      const id = headers['ce_id'] ?? '';
      const before = distinct.get(id);
      if (before !== undefined && before !== text) throw new Error(`${id} was published with two meanings`);
      distinct.set(id, text);
    }
  }
  return distinct;
}
