import type { z } from 'zod';
import { contract, type Contract, type ContractDefinition } from '../contract.js';

/** Readers that fold the ledger, beside the read models: each of those answers for every type of event itself. */
export type LedgerReader = 'linkage' | 'programme-ledger';

/** The linker's topics that carry decisions, in the order in which the messages of one decision go out. */
export const publicationTopics = ['individualMatched', 'familyLinked', 'submissionDecided'] as const;
export type PublicationTopic = (typeof publicationTopics)[number];

/** What an event means to those who read the ledger. Every list of event types elsewhere follows from this. */
export interface EventRoles {
  /** Whether it closes a decision: readers apply what came since the last closing event as a whole. */
  readonly closes: boolean;
  /** Topics on which the linker publishes what it says. */
  readonly publishedOn: readonly PublicationTopic[];
  /** Readers to whom it says nothing. All others handle it, or do not compile. */
  readonly ignoredBy: readonly LedgerReader[];
  /** What it does to the bodies beside the ledger: brings those of its records, or has them erased. */
  readonly bodies: 'brings' | 'erases' | 'none';
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
 * Declares an event of the ledger: a contract, and its roles.
 * @throws Error when the versions leave a gap.
 */
export const ledgerContract = <
  const Name extends string,
  Schema extends z.ZodType,
  const Roles extends EventRoles,
>(
  definition: ContractDefinition<Name, Schema> & { readonly roles: Roles },
): LedgerContract<Name, Schema, Roles> => ({ ...contract(definition), roles: definition.roles });
