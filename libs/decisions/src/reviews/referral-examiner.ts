import { changesBodies, type ReferralId } from '@kinledger/contracts';
import { LinkageEngine, sha256Hex } from '@kinledger/domain';
import { lastClosedAt, type EventStore } from '@kinledger/event-store';
import { engineOptionsBeside, requireNameTableUnder, type EngineOptionsBeside } from '../adoption.js';
import { definitionsIn, type DefinitionsInLedger } from '../history/definitions-in.js';
import type { ProgrammeLedger } from '../programme-ledger.js';
import { applyPage, ledgerPages, recover } from '../recovery.js';
import { examineReferral, type ExaminedReferral } from './examine-referral.js';

export interface ReferralExaminerOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** Events read at a time. */
  readonly pageSize?: number;
}

/** A ledger up to a closing event, with what is read beside it. */
interface ReadLedger {
  readonly ledger: ProgrammeLedger;
  readonly definitions: DefinitionsInLedger;
  /** The table of name frequencies with which its rows were read, if the model names one. */
  readonly nameTable: EngineOptionsBeside['nameTable'];
  /** Digest of the last event that was applied: another one there means another ledger. */
  readonly last: string;
}

/**
 * Examines referrals as the ledger stands. The first one reads the whole ledger; each further one reads only what was decided
 * since, because a linker’s state is a fold over the ledger. Where that would be another state than a fresh reading gives (another
 * definition or strategy, an erasure, a rotation of keys, a ledger from a backup), all is read anew; so it is, and is
 * refused, once the model’s table of name frequencies is erased.
 */
export class ReferralExaminer {
  readonly #options: ReferralExaminerOptions;
  #read: ReadLedger | undefined;

  constructor(options: ReferralExaminerOptions) {
    this.#options = options;
  }

  /** Bytes of the index that is kept; 0 before the first reading. */
  get bytes(): number {
    const { bytes = {} } = this.#read?.ledger.engine.size ?? {};
    return Object.values<number>(bytes).reduce((sum, each) => sum + each, 0);
  }

  /**
   * Call it for one referral after another.
   * @returns undefined unless the referral waits and its records may be shown; candidates of sensitive datasets are left out.
   * @throws what `recover` throws; what was read is then forgotten.
   */
  async examine(referral: ReferralId, signal: AbortSignal): Promise<ExaminedReferral | undefined> {
    const known = this.#read;
    // Whatever fails in the middle leaves nothing half applied.
    this.#read = undefined;
    this.#read = (known && (await this.#follow(known, signal))) ?? (await this.#readAll(signal));
    if (this.#read === undefined) return undefined;
    const { ledger, definitions } = this.#read;
    return examineReferral(ledger, referral, definitions.isSensitive);
  }

  /** Applies what was decided since; undefined where all has to be read anew. */
  async #follow(known: ReadLedger, signal: AbortSignal): Promise<ReadLedger | undefined> {
    const { store, stream, pageSize } = this.#options;
    const { ledger, definitions, nameTable } = known;
    // Rows that were read with an erased table are forgotten.
    if (nameTable !== undefined && (await store.keyVersionOfNameTable(stream, nameTable.id)) === undefined)
      return undefined;
    const at = ledger.closedAt;
    const end = await lastClosedAt(store, stream);
    if (end < at || (await this.#digestAt(at)) !== known.last) return undefined;
    if (end === at) return known;
    const range = { store, stream, signal, from: at + 1, to: end };
    for await (const page of ledgerPages(pageSize === undefined ? range : { ...range, pageSize })) {
      if (page.events.some(({ type }) => changesReading(type))) return undefined;
      applyPage(ledger, stream, page);
    }
    ledger.requireBodies();
    return { ledger, definitions, nameTable, last: await this.#digestAt(end) };
  }

  async #readAll(signal: AbortSignal): Promise<ReadLedger | undefined> {
    const { store, stream, pageSize } = this.#options;
    const definitions = await definitionsIn(store, stream, signal);
    const { inForce } = definitions;
    if (inForce === undefined) return undefined;
    const engineOptions = await engineOptionsBeside(this.#options, inForce);
    const engine = () => new LinkageEngine(engineOptions);
    const options = { store, stream, engine, snapshots: undefined, signal };
    const { ledger } = await recover(pageSize === undefined ? options : { ...options, pageSize });
    // Another definition came into force between the two readings.
    if (ledger.definition?.digest !== definitions.digest) return this.#readAll(signal);
    await requireNameTableUnder(ledger.keyVersion, this.#options, engineOptions);
    const { nameTable } = engineOptions;
    return { ledger, definitions, nameTable, last: await this.#digestAt(ledger.closedAt) };
  }

  async #digestAt(revision: number): Promise<string> {
    const { store, stream } = this.#options;
    const [event] = await store.readPage(stream, Math.max(0, revision), 1);
    return event === undefined ? '' : sha256Hex(event.bytes);
  }
}

/** Events after which a ledger that is read anew may be another than one that is read on. */
const changesReading = (type: string): boolean =>
  type === 'ProgrammeDefined' || type === 'StrategyAdopted' || changesBodies(type);
