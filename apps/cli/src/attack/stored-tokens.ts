import type { PseudonymisedRow } from '@kinledger/contracts';
import { ledgerPages } from '@kinledger/decisions';
import { bodiesIn } from '@kinledger/event-store';
import type { LedgerReading } from '../ledger/read-ledger.js';

/** How often each token of a field occurs. */
export type TokenCounts = Map<string, number>;

/** Tokens that rows hold, by field: a value domain and its use, or a derivation. */
export class TokensByField {
  readonly #fields = new Map<string, TokenCounts>();
  /** Rows that were added. */
  rows = 0;

  add({ tokens, derived }: Pick<PseudonymisedRow, 'tokens' | 'derived'>): void {
    this.rows += 1;
    for (const { domain, token } of tokens) this.#count(fieldOfDomain(domain), token);
    for (const entry of derived)
      for (const token of entry.tokens) this.#count(`${DERIVED}${entry.derivation}`, token);
  }

  /** In alphabetical order, derived ones last. */
  get fields(): readonly string[] {
    const isDerived = (field: string) => (field.startsWith(DERIVED) ? 1 : 0);
    return [...this.#fields.keys()].sort(
      (one, other) => isDerived(one) - isDerived(other) || (one < other ? -1 : 1),
    );
  }

  of(field: string): TokenCounts {
    return this.#fields.get(field) ?? new Map<string, number>();
  }

  #count(field: string, token: string): void {
    const counts = this.#fields.get(field) ?? new Map<string, number>();
    this.#fields.set(field, counts);
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
}

/** Stands before the name of a derivation. */
export const DERIVED = 'derived: ';

/** Case numbers of all providers are one field. */
const fieldOfDomain = (domain: string): string => domain.split(':')[0] ?? domain;

/** Record ids are keyed hashes: their first 32 bits are random. */
const ID_DIGITS = 8;
const IDS = 2 ** 32;

/**
 * The tokens of the bodies beside a ledger, of all its records or of about `most` of them, drawn by their ids: so memory is
 * bounded, whatever the size of the ledger. Retired records are among them, for they are stored too.
 */
export async function storedTokens(
  { store, stream, progress, signal }: Pick<LedgerReading, 'store' | 'stream' | 'progress' | 'signal'>,
  most: number,
): Promise<TokensByField> {
  const to = await store.head(stream);
  const all = await store.countBodies(stream, to);
  const below = Math.min(1, most / Math.max(all, 1)) * IDS;
  const bar = progress.bar('events', to + 1);
  const found = new TokensByField();
  for await (const page of ledgerPages({ store, stream, from: 0, to, signal })) {
    for (const [record, row] of bodiesIn(page.segments))
      if (Number.parseInt(record.slice(0, ID_DIGITS), 16) < below) found.add(row);
    bar.update((page.events.at(-1)?.revision ?? to) + 1);
  }
  return found;
}
