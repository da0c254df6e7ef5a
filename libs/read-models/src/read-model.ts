import type { LedgerEvent, LedgerEventType, PseudonymisedRow } from '@kinledger/contracts';
import type { Bodies, IdTable } from '@kinledger/domain';
import type pg from 'pg';
import type { ReadTable } from './read-table.js';
import type { Batch } from './writing/batch.js';
import type { DatasetRules } from './writing/dataset-rules.js';
import type { FilledTable } from './writing/filled-table.js';
import type { Numbers } from './writing/numbers.js';

export type EventOf<Type extends LedgerEventType> = Extract<LedgerEvent, { readonly type: Type }>;

/** Erasure follows from the tables of all read models (see `ReadTable.erasure`): no read model writes it itself. */
export type HandledEventType = Exclude<LedgerEventType, 'RecordErased'>;

/** What a read model may use while it writes, in the transaction that the client is in, on the schema's search path. */
export interface Writing {
  readonly client: pg.ClientBase;
  /**
   * Changes of this read model that wait to be written in one statement. A batched statement may read and write the
   * read model's own tables, and read what others write at once.
   */
  readonly batch: Batch;
  /** Writes the waiting batches of all read models: what comes before is in the tables then. */
  readonly flush: () => Promise<void>;
  /** Rules of the programme definition in force. */
  readonly rules: DatasetRules;
  /** The numbers that stand for ids in the tables. */
  readonly numbers: Numbers;
  /** Bytes of a payload beside the ledger. */
  readonly readPayload: (digest: string) => Promise<Uint8Array | undefined>;
  /** Whether a later event of the ledger erases the record: only then may its body be missing. */
  readonly isErased: (record: string) => Promise<boolean>;
}

/**
 * Writes one event, at once or into the batch. `bodies` has those of the records that the event brings into the ledger.
 * Returns nothing to wait for where the event only joins a batch.
 */
export type Handler<Writer, Type extends HandledEventType> = (
  writer: Writer,
  event: EventOf<Type>,
  bodies: Bodies,
) => Promise<void> | undefined;

/** One answer for every type of event: a new type does not compile until every read model has answered for it. */
type Handlers<Writer> = {
  readonly [Type in HandledEventType]: Handler<Writer, Type> | 'ignored';
};

/** What a read model may use while it is filled from the beginning of the ledger, in one transaction. */
export interface Filling extends Omit<Writing, 'batch' | 'flush' | 'readPayload'> {
  /** The individuals that were registered, in their order: an individual’s number is its slot and one. */
  readonly individuals: IdTable;
  /** One of its tables, to be written whole in the order of its key. */
  readonly table: (name: string, columns: readonly string[]) => FilledTable;
}

/**
 * Fills the tables of a read model. It is given all events, without the bodies, and says where everything ends up once it
 * has seen the last; then the bodies; and writes each row once.
 */
export interface Filler {
  erase?(records: readonly string[]): void;
  readyForBodies?(): Promise<void>;
  /** Bodies of the records that entered next, in any order among themselves. */
  takeBodies?(rows: readonly PseudonymisedRow[]): Promise<void>;
  finish(): Promise<void>;
}

interface Settling {
  /** Completes the transaction, once every batch of every read model is written. */
  settle?(): Promise<void>;
}

interface ReadModelDefinition<Writer> {
  readonly name: string;
  /** Raised when other rows are written for the same events: read models of another version are rebuilt. */
  readonly version: number;
  readonly tables: readonly ReadTable[];
  /** SQL of views that show people the tables by ids and words; made after all tables. */
  readonly views?: string;
  /** SQL of what readers need, and writing but for filling; made over rows that are there, it costs least. */
  readonly indexes?: string;
  readonly open: (writing: Writing) => Writer & Settling;
  /** Where it has many rows: they are written at the end of a filling, not step by step. */
  readonly fill?: (filling: Filling) => Writer & Filler;
  readonly handles: Handlers<Writer>;
}

export type HandlerOf = (event: LedgerEvent, bodies: Bodies) => Promise<void> | undefined;

/** A read model that is being written. */
export interface OpenReadModel extends Settling {
  /** What it does with the events of a type; absent where it ignores them. */
  handlerOf(type: HandledEventType): HandlerOf | undefined;
}

/** A read model that is being filled: by a filler of its own, else step by step. */
export interface FillingReadModel extends OpenReadModel {
  readonly filler: Filler | undefined;
}

/** A part of the golden dataset: tables, and what each event of the ledger does to them. */
export interface ReadModel {
  readonly name: string;
  readonly version: number;
  readonly tables: readonly ReadTable[];
  readonly views: string;
  readonly indexes: string;
  /** Types of the events that it writes. */
  readonly handledEvents: readonly HandledEventType[];
  open(writing: Writing): OpenReadModel;
  fill(writing: Writing, filling: Filling): FillingReadModel;
}

export function defineReadModel<Writer>(definition: ReadModelDefinition<Writer>): ReadModel {
  const { name, version, tables, views = '', indexes = '', handles } = definition;
  const types = Object.keys(handles) as HandledEventType[]; // the keys of an object that is exact by its type
  const handlersOf = (writer: Writer) => (type: HandledEventType) => {
    // A handler is only ever given the events of its own type.
    const handler = handles[type] as Handler<Writer, HandledEventType> | 'ignored';
    return handler === 'ignored'
      ? undefined
      : (event: LedgerEvent, bodies: Bodies) => handler(writer, event as EventOf<HandledEventType>, bodies);
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
