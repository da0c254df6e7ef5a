import {
  adoptedStrategyOf,
  adoptionOf,
  adoptStrategy,
  DEFINITION_CAUSE,
  isAdopted,
  definitionBeside,
  ledgerUnreadable,
  type Cause,
  type ConfiguredProgramme,
  type ProgrammeLedger,
} from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import type { DefinitionDocument } from '@kinledger/programme';
import type { DecisionObserver } from './decision-observer.js';
import type { OpenLedger } from './open-ledger.js';

export type Definition = DefinitionDocument['definition'];

export interface DefinitionsOptions extends ConfiguredProgramme {
  readonly store: EventStore;
  readonly observer: Pick<DecisionObserver, 'appended'>;
}

/** Records the configured definition of a programme in the ledger, and adopts its strategy. */
export class Definitions {
  readonly #options: DefinitionsOptions;
  /** By digest, those that were read beside the ledger. */
  readonly #known = new Map<string, Definition>();

  constructor(options: DefinitionsOptions) {
    this.#options = options;
  }

  /** The last definition in the ledger: the configured one, or the one that is stored beside the ledger. */
  async inForce({ definition }: ProgrammeLedger): Promise<Definition> {
    if (definition === undefined) throw ledgerUnreadable('it begins without a definition');
    return this.#definition(definition.digest);
  }

  /** Every definition that was ever in force. */
  async ever({ definitions }: ProgrammeLedger): Promise<readonly Definition[]> {
    const all: Definition[] = [];
    for (const digest of definitions) all.push(await this.#definition(digest));
    return all;
  }

  async #definition(digest: string): Promise<Definition> {
    const { store, programme } = this.#options;
    if (digest === programme.digest) return programme.definition;
    const known = this.#known.get(digest);
    if (known !== undefined) return known;
    const { definition } = await definitionBeside(store, digest);
    this.#known.set(digest, definition);
    return definition;
  }

  /** Records the configured definition if it is not in force, and adopts its strategy. */
  async define(open: OpenLedger, time: string, signal: AbortSignal): Promise<void> {
    const { store, observer, programme } = this.#options;
    const { ledger } = open;
    const head = ledger.nextRevision - 1;
    const adoption = adoptionOf(ledger, this.#options, time);
    if (adoption !== undefined) {
      await store.append(open.stream, adoption.events, {
        expectedRevision: head === -1 ? 'no-stream' : head,
        payloads: adoption.payloads,
      });
      for (const event of adoption.applied) ledger.apply(event);
      observer.appended(adoption.events.length);
    }
    if (!isAdopted(ledger, programme.definition)) await this.adopt(open, programme.definition, time, signal);
  }

  /** Like `define`, unless a decision was interrupted: that is finished under the definition under which it began. */
  async defineFirst(open: OpenLedger, time: string, signal: AbortSignal): Promise<void> {
    if (!open.isInterrupted) await this.define(open, time, signal);
  }

  /** Adopts the configured strategy if necessary: no strategy decides before it is adopted. */
  async adoptFirst(open: OpenLedger, time: string, signal: AbortSignal): Promise<void> {
    if (!isAdopted(open.ledger, this.#options.programme.definition))
      await this.defineFirst(open, time, signal);
  }

  /** Decides everything again under the strategy of the definition. */
  async adopt(open: OpenLedger, definition: Definition, time: string, signal: AbortSignal): Promise<void> {
    await adoptStrategy({ ledger: open.ledger, writer: open.writer(), signal }, definition, time);
    open.requireWhole();
    open.announce();
  }
}

/** Whether a decision records a definition. */
export const isOfDefinition = ({ cause }: Cause): boolean => cause.startsWith(DEFINITION_CAUSE);

/** Whether two definitions have the same strategy of linkage. */
export const isAdoptedAlike = (one: Definition, other: Definition): boolean =>
  adoptedStrategyOf(one).digest === adoptedStrategyOf(other).digest;
