import {
  MAX_CARER_RECORDS_PER_EVENT,
  tokensWithout,
  type CarerTokensErased,
  type DataOf,
  type Erasure,
  type PseudonymisedRow,
  type RecordId,
} from '@kinledger/contracts';
import { commitmentsOf, type Bodies, type CarerTokensOfRecord } from '@kinledger/domain';
import type { TokenCuts } from '@kinledger/event-store';
import type { DecisionContext } from './decision-context.js';
import type { DecidableErasure } from './erase-records.js';
import { ledgerUnreadable } from './errors.js';
import { Scribe } from './scribe.js';
import { writeDecisions } from './write-decisions.js';

/** Tokens on a record that stays, by their places. */
export type CarerTokens = NonNullable<Erasure['carerTokens']>[number];

export interface DecidableCarerErasure extends Omit<DecidableErasure, 'records'> {
  /** Records in the ledger that are not erased; each at most once. */
  readonly carerTokens: readonly CarerTokens[];
  /** Their rows as they are. */
  readonly rows: Bodies;
}

/** Lists carer tokens by their places, so that no list has to name a token. */
export function placesOf(found: readonly CarerTokensOfRecord[], rows: Bodies): CarerTokens[] {
  return found.flatMap(({ record, tokens }) => {
    const own = rowOf(rows, record).tokens;
    const places = own.flatMap(({ domain, use, token }, place) =>
      use === 'carer' && tokens.some((one) => one.domain === domain && one.token === token) ? [place] : [],
    );
    return places.length === 0 ? [] : [{ record, places }];
  });
}

/** At most as many as an event has room for. */
export const inEvents = (carerTokens: readonly CarerTokens[]): CarerTokens[][] =>
  Array.from({ length: Math.ceil(carerTokens.length / MAX_CARER_RECORDS_PER_EVENT) }, (_, part) =>
    carerTokens.slice(part * MAX_CARER_RECORDS_PER_EVENT, (part + 1) * MAX_CARER_RECORDS_PER_EVENT),
  );

/**
 * Records in the ledger that carer tokens are erased, as one decision. The caller cuts them out of the bodies once the
 * event is durable.
 * @returns the cuts. @throws LedgerUnreadable if a record has no carer token at one of the places.
 */
export async function eraseCarerTokens(
  context: Omit<DecisionContext, 'staged'>,
  { cause, time, basis, by, organisation, carerTokens, rows }: DecidableCarerErasure,
): Promise<TokenCuts[]> {
  const { ledger } = context;
  const remaining = new Map<RecordId, PseudonymisedRow>();
  const records = ledger.entered(carerTokens.map(({ record }) => record)).map(({ revision }, index) => {
    const { record, places } = carerTokens[index] as CarerTokens;
    const row = withoutTokens(rowOf(rows, record), places);
    remaining.set(record, row);
    return { record, entered: revision, erased: places, tokens: commitmentsOf(row).tokens };
  });
  await writeCarerErasure(
    context,
    { cause, time },
    {
      basis,
      ...(by === undefined ? {} : { by }),
      ...(organisation === undefined ? {} : { organisation }),
      records,
    },
    remaining,
  );
  return records.map(({ record, entered, erased, tokens }) => ({
    ...{ record, revision: entered },
    cuts: [{ places: erased, tokens, keyVersion: ledger.keyVersion }],
  }));
}

/** Writes an erasure of carer tokens. @param remaining the records' rows as they will be, where they are not so yet. */
export async function writeCarerErasure(
  context: Omit<DecisionContext, 'staged'>,
  cause: { readonly cause: string; readonly time: string },
  data: DataOf<typeof CarerTokensErased>,
  remaining: Bodies,
): Promise<void> {
  const { ledger, writer } = context;
  const scribe = new Scribe(ledger, writer, cause, ledger.eventsCausedBy(cause.cause));
  await writeDecisions(ledger.engine.eraseCarerTokens(data, remaining), scribe, context);
  await writer.finish();
}

function withoutTokens(row: PseudonymisedRow, places: readonly number[]): PseudonymisedRow {
  for (const place of places)
    if (row.tokens[place]?.use !== 'carer')
      throw ledgerUnreadable(`record ${row.record} has no carer token at place ${place}`);
  return { ...row, ...tokensWithout(row, places) };
}

function rowOf(rows: Bodies, record: RecordId): PseudonymisedRow {
  const row = rows.get(record);
  if (row === undefined) throw ledgerUnreadable(`the body of record ${record} is missing`);
  return row;
}
