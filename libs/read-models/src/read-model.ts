import type { ErasingEvent, LedgerEvent, LedgerEventType, RestatingEvent } from '@kinledger/contracts';
import type { IdTable } from '@kinledger/domain';
import type pg from 'pg';
import type { ReadTable } from './read-table.js';
import type { MarkedBodies, MarkedBody } from './records/marked-bodies.js';
import type { Batch } from './writing/batch.js';
import type { DatasetRules } from './writing/dataset-rules.js';
import type { FilledTable } from './writing/filled-table.js';
import type { Numbers } from './writing/numbers.js';

export type EventOf<Type extends LedgerEventType> = Extract<LedgerEvent, { readonly type: Type }>;

/**
 * Erasure is derived from the tables of all read models (see `ReadTable.erasure`): no read model handles it itself. Nor
 * does one handle what changes tokens, since none has any.
 */
export type HandledEventType = Exclude<LedgerEventType, ErasingEvent['type'] | RestatingEvent['type']>;

/** What a read model may use while it writes, in the client's current transaction, on the schema's search path. */
export interface Writing {
  readonly client: pg.ClientBase;
  /**
   * Changes of this read model that wait to be written in one statement. A batched statement may read and write the
   * read model's own tables, and may read tables that other read models write without batching.
   */
  readonly batch: Batch;
  /** Writes the waiting batches of all read models, so that the tables contain all earlier changes. */
  readonly flush: () => Promise<void>;
  /** Rules of the programme definition in force. */
  readonly rules: DatasetRules;
  /** The numbers that replace ids in the tables. */
  readonly numbers: Numbers;
  /** Bytes of a payload beside the ledger. */
  readonly readPayload: (digest: string) => Promise<Uint8Array | undefined>;
  /** Whether a later event of the ledger erases the record; only then may its body be missing. */
  readonly isErased: (record: string) => Promise<boolean>;
}

/**
 * Writes one event, immediately or into the batch. `bodies` contains the bodies of the records that the event adds to
 * the ledger. Returns undefined if the event only joins a batch.
 */
export type Handler<Writer, Type extends HandledEventType> = (
  writer: Writer,
  event: EventOf<Type>,
  bodies: MarkedBodies,
) => Promise<void> | undefined;

/**
 * One handler, or 'ignored', for every type of event: a new type does not compile until every read model has an entry
 * for it.
 */
type Handlers<Writer> = {
  readonly [Type in HandledEventType]: Handler<Writer, Type> | 'ignored';
};

/** What a read model may use while it is filled from the start of the ledger, in one transaction. */
export interface Filling extends Omit<Writing, 'batch' | 'flush' | 'readPayload'> {
  /** The registered individuals in order of registration: an individual’s number is its slot plus one. */
  readonly individuals: IdTable;
  /** Opens one of its tables, to be written completely in key order. */
  readonly table: (name: string, columns: readonly string[]) => FilledTable;
}

/**
 * Fills the tables of a read model. It receives all events without bodies, determines the final state after the last
 * event, then receives the bodies and writes each row once.
 */
export interface Filler {
  erase?(records: readonly string[]): void;
  readyForBodies?(): Promise<void>;
  /** Receives the bodies of the records that entered next; their order within one call does not matter. */
  takeBodies?(rows: readonly MarkedBody[]): Promise<void>;
  finish(): Promise<void>;
}

interface Settling {
  /** Completes the transaction, after all batches of all read models are written. */
  settle?(): Promise<void>;
}

interface ReadModelDefinition<Writer> {
  readonly name: string;
  /** Increased whenever the same events give other rows: read models of another version are rebuilt. */
  readonly version: number;
  readonly tables: readonly ReadTable[];
  /** SQL of views that show the tables with ids and words; created after all tables. */
  readonly views?: string;
  /**
   * SQL of the indexes that readers and incremental writing need but filling does not. Creating them after filling is
   * cheapest.
   */
  readonly indexes?: string;
  readonly open: (writing: Writing) => Writer & Settling;
  /** For read models with many rows, which are then written at the end of filling instead of step by step. */
  readonly fill?: (filling: Filling) => Writer & Filler;
  readonly handles: Handlers<Writer>;
}

export type HandlerOf = (event: LedgerEvent, bodies: MarkedBodies) => Promise<void> | undefined;

/** A read model that is being written. */
export interface OpenReadModel extends Settling {
  /** Its handler for a type of event; undefined if it ignores the type. */
  handlerOf(type: HandledEventType): HandlerOf | undefined;
}

/** A read model that is being filled: by its own filler, or step by step if it has none. */
export interface FillingReadModel extends OpenReadModel {
  readonly filler: Filler | undefined;
}

/** A part of the golden dataset: its tables, and the effect of each event of the ledger on them. */
export interface ReadModel {
  readonly name: string;
  readonly version: number;
  readonly tables: readonly ReadTable[];
  readonly views: string;
  readonly indexes: string;
  /** Types of the events that it handles. */
  readonly handledEvents: readonly HandledEventType[];
  open(writing: Writing): OpenReadModel;
  fill(writing: Writing, filling: Filling): FillingReadModel;
}

export function defineReadModel<Writer>(definition: ReadModelDefinition<Writer>): ReadModel {
  const { name, version, tables, views = '', indexes = '', handles } = definition;
  const types = Object.keys(handles) as HandledEventType[]; // the keys of an object that is exact by its type
  const handlersOf = (writer: Writer) => (type: HandledEventType) => {
    // A handler only receives events of its own type.
    const handler = handles[type] as Handler<Writer, HandledEventType> | 'ignored';
    return handler === 'ignored'
      ? undefined
      : (event: LedgerEvent, bodies: MarkedBodies) =>
          handler(writer, event as EventOf<HandledEventType>, bodies);
  };
  const open = (writing: Writing) => {
    const writer = definition.open(writing);
    return { handlerOf: handlersOf(writer), settle: async () => writer.settle?.() };
  };
  return {
    ...{ name, version, tables, views, indexes, open },
    handledEvents: types.filter((type) => handles[type] !== 'ignored'),
    fill: (writing, filling) => {
      const filler = definition.fill?.(filling);
      return filler === undefined ? { ...open(writing), filler } : { handlerOf: handlersOf(filler), filler };
    },
  };
}
