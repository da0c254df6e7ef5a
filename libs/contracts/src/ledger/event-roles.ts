import type { z } from 'zod';
import { contract, type Contract, type ContractDefinition } from '../contract.js';

/** Readers that fold the ledger, besides the read models, each of which handles or ignores every event type itself. */
export type LedgerReader = 'linkage' | 'programme-ledger';

/** The linker's topics for decisions, in the order in which the messages of one decision are sent. */
export const publicationTopics = ['individualMatched', 'familyLinked', 'submissionDecided'] as const;
export type PublicationTopic = (typeof publicationTopics)[number];

/** The roles of an event type. All other lists of event types are derived from these. */
export interface EventRoles {
  /** Whether it closes a decision: readers apply all events since the last closing event as a whole. */
  readonly closes: boolean;
  /** Topics on which the linker publishes its content. */
  readonly publishedOn: readonly PublicationTopic[];
  /** Readers that ignore it. All others must handle it to compile. */
  readonly ignoredBy: readonly LedgerReader[];
  /**
   * Its effect on the bodies beside the ledger: adds those of its records, has them erased, has tokens taken out of them
   * and states a new commitment to the rest, or has their tokens wrapped and states new commitments to all.
   */
  readonly bodies: 'brings' | 'erases' | 'restates' | 'rekeys' | 'none';
}

/** A contract of the ledger. */
export interface LedgerContract<
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Roles extends EventRoles = EventRoles,
> extends Contract<Name, Schema> {
  readonly roles: Roles;
}

/**
 * Declares an event of the ledger: a contract with roles.
 * @throws Error if a version is missing.
 */
export const ledgerContract = <
  const Name extends string,
  Schema extends z.ZodType,
  const Roles extends EventRoles,
>(
  definition: ContractDefinition<Name, Schema> & { readonly roles: Roles },
): LedgerContract<Name, Schema, Roles> => ({ ...contract(definition), roles: definition.roles });
