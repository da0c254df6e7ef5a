import { instantSql } from '@kinledger/database';
import type { LedgerEvent, NilReturnStated, ReleaseAudit } from '@kinledger/contracts';
import { ledgerEventOf } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import type { QuarterClosedEvent } from '../closing/closed-figures.js';

export type FiguresPublishedEvent = Extract<LedgerEvent, { readonly type: 'FiguresPublished' }>;

/** A closed quarter as the ledger has it. */
export interface ClosedQuarter {
  readonly edition: number;
  readonly closing: QuarterClosedEvent;
  /** Absent until its figures are computed. */
  readonly publication: FiguresPublishedEvent | undefined;
}

/** A closed quarter whose figures are computed. */
export interface PublishedQuarter extends ClosedQuarter {
  readonly publication: FiguresPublishedEvent;
}

/** Which closing of a quarter: one by its number, the latest, or the one that is published, else the latest. */
type EditionAsked = number | 'latest' | 'published';

/** Finds a closed quarter: the read models say where, the ledger says what. */
export async function closedQuarter(
  { store, stream, pool }: { readonly store: EventStore; readonly stream: string; readonly pool: pg.Pool },
  period: string,
  asked: EditionAsked = 'latest',
): Promise<ClosedQuarter | undefined> {
  const { rows } = await pool.query<{ edition: number; closing: number; published: number | null }>(
    `SELECT edition, closing::float8 AS closing, published_at::float8 AS published FROM ${LIVE_SCHEMA}.closed_quarter
     WHERE period = $1 AND ($2::int IS NULL OR edition = $2)
     ORDER BY ($3 AND standing = 'published') DESC, edition DESC LIMIT 1`,
    [period, typeof asked === 'number' ? asked : null, asked === 'published'],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const at = async (revision: number) => {
    const [stored] = await store.readPage(stream, revision, 1);
    return stored && ledgerEventOf(stored, stream);
  };
  const closing = await at(row.closing);
  const publication = row.published === null ? undefined : await at(row.published);
  if (closing?.type !== 'QuarterClosed') throw new Error(`no quarter is closed at revision ${row.closing}`);
  if (publication !== undefined && publication.type !== 'FiguresPublished')
    throw new Error(`no figures are published at revision ${row.published ?? -1}`);
  return { edition: row.edition, closing, publication };
}

export type ReleaseStanding = 'unpublished' | 'published' | 'superseded' | 'withdrawn';

/** A closed quarter as the read models list it. */
export interface ListedQuarter {
  readonly period: string;
  /** Which closing of the quarter, from 1. */
  readonly edition: number;
  readonly closing: number;
  readonly closedAt: string;
  readonly closedBy: string;
  readonly reason: string;
  /** Absent until its figures are computed. */
  readonly published: number | null;
  readonly standing: ReleaseStanding;
  readonly audit: ReleaseAudit | null;
  /** The act of publishing, where there is one. */
  readonly released: number | null;
  readonly releasedAt: string | null;
  readonly releasedBy: string | null;
  /** The act that ended it, where there is one. */
  readonly ended: number | null;
  readonly endedBy: string | null;
  readonly digest: string | null;
  /** Null where the closing does not say it. */
  readonly nilReturns: readonly NilReturnStated[] | null;
}

/** The closed quarters, the latest first and of each the latest edition first; or the editions of one of them. */
export async function listedQuarters(pool: pg.Pool, period?: string): Promise<readonly ListedQuarter[]> {
  const { rows } = await pool.query<ListedQuarter>(
    `SELECT period, edition, closing::float8 AS closing, ${instantSql('closed_at')} AS "closedAt",
       closed_by AS "closedBy", reason, published_at::float8 AS published, digest, nil_returns AS "nilReturns",
       standing, audit, released::float8 AS released, ${instantSql('released_at')} AS "releasedAt", released_by AS "releasedBy",
       ended::float8 AS ended, ended_by AS "endedBy"
     FROM ${LIVE_SCHEMA}.closed_quarter WHERE $1::text IS NULL OR period = $1 ORDER BY period DESC, edition DESC`,
    [period ?? null],
  );
  return rows;
}

const PAGE_EVENTS = 1_000;

/** The records that the ledger erases behind a position. */
export async function erasedAfter(store: EventStore, stream: string, position: number): Promise<string[]> {
  const erased: string[] = [];
  for (let from = position + 1; ;) {
    const page = await store.readPage(stream, from, PAGE_EVENTS);
    const last = page.at(-1);
    if (last === undefined) return erased;
    for (const stored of page) {
      if (stored.type !== 'RecordErased') continue;
      const event = ledgerEventOf(stored, stream);
      if (event.type === 'RecordErased') erased.push(...event.data.records);
    }
    from = last.revision + 1;
  }
}
