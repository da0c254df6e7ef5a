import type { ForeignEvent } from '@kinledger/contracts';

/** What is in the ledger is not what the same inputs give now. Nothing is overwritten: a person has to look. */
export interface LedgerDiffers extends Error {
  readonly code: 'ledger-differs';
  readonly stream: string;
  readonly revision: number;
}

/** The inbox says that a file or a command is decided, and the ledger ends before it. */
export interface LedgerBehindInbox extends Error {
  readonly code: 'ledger-behind-inbox';
}

/** The key at hand is not the one that the ledger names. */
export interface SigningKeyDiffers extends Error {
  readonly code: 'signing-key-differs';
}

/** A definition asks for other family scopes than those of the families in the ledger. */
export interface FamilyScopesDiffer extends Error {
  readonly code: 'family-scopes-differ';
}

/** The ledger at hand belongs to no programme that this linker can write. */
export interface LedgerUnreadable extends Error {
  readonly code: 'ledger-unreadable';
}

/** Rows that were staged are no longer those that are read: the inbox was changed under the decision. */
export interface StagedRowsDiffer extends Error {
  readonly code: 'staged-rows-differ';
  readonly submission: string;
}

/** Errors that no repetition can cure: the linker stops deciding until a person has looked. */
export type Halt =
  | LedgerDiffers
  | LedgerBehindInbox
  | SigningKeyDiffers
  | FamilyScopesDiffer
  | LedgerUnreadable
  | ForeignEvent
  | StagedRowsDiffer;

const halts: ReadonlySet<string> = new Set<Halt['code']>([
  'ledger-differs',
  'ledger-behind-inbox',
  'signing-key-differs',
  'family-scopes-differ',
  'ledger-unreadable',
  'foreign-event',
  'staged-rows-differ',
]);

export const isHalt = (error: unknown): error is Halt =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && halts.has(error.code);

export const ledgerDiffers = (stream: string, revision: number): LedgerDiffers =>
  Object.assign(
    new Error(
      `${stream} has another event at revision ${revision} than the one that its inputs give; nothing was written`,
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

export const signingKeyDiffers = (): SigningKeyDiffers =>
  Object.assign(
    new Error('the signing key at hand is not the one that the ledger names: bring that one back'),
    {
      code: 'signing-key-differs' as const,
    },
  );

export const familyScopesDiffer = (): FamilyScopesDiffer =>
  Object.assign(
    new Error(
      'the definition changes the family scopes, and this version cannot: give the scopes that the ledger has, or begin another ledger',
    ),
    { code: 'family-scopes-differ' as const },
  );

export const ledgerUnreadable = (why: string): LedgerUnreadable =>
  Object.assign(new Error(`the ledger cannot be taken up: ${why}`), { code: 'ledger-unreadable' as const });

export const stagedRowsDiffer = (submission: string): StagedRowsDiffer =>
  Object.assign(new Error(`the staged rows of submission ${submission} changed while it was decided`), {
    code: 'staged-rows-differ' as const,
    submission,
  });
