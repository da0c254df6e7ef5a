import type { LedgerEvent, LedgerEventType } from '@kinledger/contracts';
import type { Bodies } from '@kinledger/domain';
import type pg from 'pg';
import type { ReadTable } from './read-table.js';
import type { Batch } from './writing/batch.js';
import type { DatasetRules } from './writing/dataset-rules.js';

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
  /** Bytes of a payload beside the ledger. */
  readonly readPayload: (digest: string) => Promise<Uint8Array | undefined>;
  /** Whether a later event of the ledger erases the record: only then may its body be missing. */
  readonly isErased: (record: string) => Promise<boolean>;
  /** Empty read models are filled: what depends on everything is written once, in the end. */
  readonly filling: boolean;
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

interface ReadModelDefinition<Writer> {
  readonly name: string;
  /** Raised when other rows are written for the same events: read models of another version are rebuilt. */
  readonly version: number;
  readonly tables: readonly ReadTable[];
  /** SQL of functions and aggregates that writing or reading needs; made after all tables. */
  readonly functions?: string;
  /** SQL of what readers need and writing does without; made over rows that are there, it costs least. */
  readonly indexes?: string;
  readonly open: (writing: Writing) => Writer;
  /** Begins to write in a transaction. */
  readonly begin?: (writer: Writer) => Promise<void>;
  readonly handles: Handlers<Writer>;
  /** Completes the transaction, once every batch of every read model is written. */
  readonly settle?: (writer: Writer) => Promise<void>;
}

/** A read model that is being written. */
export interface OpenReadModel {
  begin(): Promise<void>;
  /** What it does with the events of a type; absent where it ignores them. */
  handlerOf(
    type: HandledEventType,
  ): ((event: LedgerEvent, bodies: Bodies) => Promise<void> | undefined) | undefined;
  settle(): Promise<void>;
}

/** A part of the golden dataset: tables, and what each event of the ledger does to them. */
export interface ReadModel {
  readonly name: string;
  readonly version: number;
  readonly tables: readonly ReadTable[];
  readonly functions: string;
  readonly indexes: string;
  /** Types of the events that it writes. */
  readonly handledEvents: readonly HandledEventType[];
  open(writing: Writing): OpenReadModel;
}

export function defineReadModel<Writer>(definition: ReadModelDefinition<Writer>): ReadModel {
  const { name, version, tables, functions = '', indexes = '', handles, begin, settle } = definition;
  const types = Object.keys(handles) as HandledEventType[]; // the keys of an object that is exact by its type
  return {
    ...{ name, version, tables, functions, indexes },
    handledEvents: types.filter((type) => handles[type] !== 'ignored'),
    open: (writing) => {
      const writer = definition.open(writing);
      return {
        begin: async () => begin?.(writer),
        handlerOf: (type) => {
          // A handler is only ever given the events of its own type.
          const handler = handles[type] as Handler<Writer, HandledEventType> | 'ignored';
          return handler === 'ignored'
            ? undefined
            : (event, bodies) => handler(writer, event as EventOf<HandledEventType>, bodies);
        },
        settle: async () => settle?.(writer),
      };
    },
  };
}
