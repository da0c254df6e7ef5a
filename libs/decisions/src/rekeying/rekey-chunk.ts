import { RowChunk, type Token, type TokenOccurrence } from '@kinledger/contracts';
import { ledgerUnreadable } from '../errors.js';
import type { TokenWrapping } from './token-wrapping.js';

/**
 * A row chunk with all its tokens wrapped to a key version, in the same places. Returns the chunk itself if its rows have
 * that version already, or if it has none. @throws LedgerUnreadable if its rows have several versions, or a later one.
 */
export async function rekeyedChunk(
  bytes: Uint8Array,
  to: number,
  wrapping: TokenWrapping,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunk = new RowChunk(bytes);
  const from = keyVersionOf(chunk);
  if (from === undefined || from === to) return bytes;
  if (from > to) throw ledgerUnreadable(`rows have token key ${from}, and the ledger has ${to}`);
  const domains = [...chunk.tokensByDomain()].map(([domain, tokens]) => ({ domain, tokens }));
  const wrapped = domains.length === 0 ? [] : await wrapping.wrap({ from, to }, domains, signal);
  const byDomain = new Map(
    domains.map(({ domain, tokens }, index) => [domain, pairsOf(tokens, wrapped[index] ?? [])]),
  );
  return chunk.rekeyed(to, (domain, token) => {
    const found = byDomain.get(domain)?.get(token);
    if (found === undefined) throw new Error('a token was not wrapped');
    return found;
  });
}

/** Tokens that name a person, wrapped like those of rows. */
export async function rekeyedOccurrences(
  occurrences: readonly TokenOccurrence[],
  change: { readonly from: number; readonly to: number },
  wrapping: TokenWrapping,
  signal: AbortSignal,
): Promise<TokenOccurrence[]> {
  if (occurrences.length === 0) return [];
  const domains = occurrences.map(({ domain, token }) => ({ domain, tokens: [token] }));
  const wrapped = await wrapping.wrap(change, domains, signal);
  return occurrences.map((one, index) => {
    const token = wrapped[index]?.[0];
    if (token === undefined) throw new Error('a token was not wrapped');
    return { ...one, token };
  });
}

/** Version of the keys of a chunk's rows; undefined if it has none. @throws LedgerUnreadable if they are several. */
export function keyVersionOf(chunk: RowChunk): number | undefined {
  let version: number | undefined;
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    const its = chunk.keyVersionOf(ordinal);
    if (its === undefined) continue;
    version ??= its;
    if (its !== version) throw ledgerUnreadable('the rows of one chunk have several token keys');
  }
  return version;
}

const pairsOf = (tokens: readonly Token[], wrapped: readonly Token[]): Map<Token, Token> =>
  new Map(tokens.flatMap((token, index) => (wrapped[index] === undefined ? [] : [[token, wrapped[index]]])));
