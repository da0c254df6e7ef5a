import type { ForeignEvent } from '@kinledger/contracts';
import type { TokensDiffer } from '@kinledger/event-store';

/** The ledger differs from what the same inputs produce now. Nothing is overwritten: a person must investigate. */
export interface LedgerDiffers extends Error {
  readonly code: 'ledger-differs';
  readonly stream: string;
  readonly revision: number;
}

/** The inbox has a file or command as decided, but the ledger ends before it. */
export interface LedgerBehindInbox extends Error {
  readonly code: 'ledger-behind-inbox';
}

/** The configured key is not the one that the ledger names. */
export interface SigningKeyDiffers extends Error {
  readonly code: 'signing-key-differs';
}

/** A definition has other family scopes than the families in the ledger. */
export interface FamilyScopesDiffer extends Error {
  readonly code: 'family-scopes-differ';
}

/** The ledger is invalid, or does not belong to a programme that this linker can write. */
export interface LedgerUnreadable extends Error {
  readonly code: 'ledger-unreadable';
}

/** The staged rows changed during the decision: somebody modified the inbox. */
export interface StagedRowsDiffer extends Error {
  readonly code: 'staged-rows-differ';
  readonly submission: string;
}

/** Errors that a retry cannot cure: the linker stops deciding until a person has investigated. */
export type Halt =
  | LedgerDiffers
  | LedgerBehindInbox
  | SigningKeyDiffers
  | FamilyScopesDiffer
  | LedgerUnreadable
  | ForeignEvent
  | StagedRowsDiffer
  | TokensDiffer;

const halts: ReadonlySet<string> = new Set<Halt['code']>([
  'ledger-differs',
  'ledger-behind-inbox',
  'signing-key-differs',
  'family-scopes-differ',
  'ledger-unreadable',
  'foreign-event',
  'staged-rows-differ',
  'tokens-differ',
]);

export const isHalt = (error: unknown): error is Halt =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && halts.has(error.code);

export const ledgerDiffers = (stream: string, revision: number): LedgerDiffers =>
  Object.assign(
    new Error(
      `${stream} has a different event at revision ${revision} than its inputs produce; nothing was written`,
    ),
    { code: 'ledger-differs' as const, stream, revision },
  );

export const ledgerBehindInbox = (what: string): LedgerBehindInbox =>
  Object.assign(
    new Error(
      `the inbox says that ${what} is decided, but the ledger ends before it: were they restored from different backups?`,
    ),
    { code: 'ledger-behind-inbox' as const },
  );

export const signingKeyDiffers = (why: string): SigningKeyDiffers =>
  Object.assign(new Error(why), { code: 'signing-key-differs' as const });

export const familyScopesDiffer = (): FamilyScopesDiffer =>
  Object.assign(
    new Error(
      'the definition changes the family scopes, which this version does not support: restore the scopes that the ledger has, or begin a new ledger',
    ),
    { code: 'family-scopes-differ' as const },
  );

export const ledgerUnreadable = (why: string): LedgerUnreadable =>
  Object.assign(new Error(`the ledger cannot be read: ${why}`), { code: 'ledger-unreadable' as const });

export const isLedgerUnreadable = (error: unknown): error is LedgerUnreadable =>
  error instanceof Error && 'code' in error && error.code === 'ledger-unreadable';

export const stagedRowsDiffer = (submission: string): StagedRowsDiffer =>
  Object.assign(new Error(`the staged rows of submission ${submission} changed while it was decided`), {
    code: 'staged-rows-differ' as const,
    submission,
  });
