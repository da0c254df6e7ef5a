import { instantSql } from '@kinledger/database';
import { standingOfPair, type Opinion, type PairStanding } from '@kinledger/decisions';
import { periodOfCode } from '@kinledger/domain';
import type { PeriodCode } from '@kinledger/contracts';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import { agreementOf, type Agreement, type ReviewOfPair } from './agreement.js';
import type { SensitiveDatasets } from './sensitive-datasets.js';

/** Where a row comes from: all that a list shows of it. */
export interface RowSource {
  readonly record: string;
  readonly dataset: string;
  readonly provider: string | null;
  readonly period: string | null;
  readonly role: string;
}

/** The subject of a referral and one of its candidates, about which nobody has decided. */
export interface QueuedPair {
  readonly referral: string;
  readonly reason: string;
  readonly rule: string;
  readonly subject: RowSource;
  readonly candidate: RowSource;
  readonly referredAt: string;
  readonly standing: Exclude<PairStanding, 'unsure'>;
  /** Whether the person who asks has answered for good: another one decides next. */
  readonly isAnswered: boolean;
  /** Counts of people, each of one service and one quarter, that would change if these two alone were one individual. */
  readonly estimate: { readonly all: number; readonly closed: number };
}

export interface Queue {
  /** Pairs that wait and may be shown. */
  readonly waiting: number;
  /** Pairs that are never shown, because a dataset is sensitive. */
  readonly hidden: number;
  /** When the oldest pair that may be shown was referred. */
  readonly oldest: string | null;
  readonly agreement: Agreement;
  readonly pairs: readonly QueuedPair[];
}

/** A decision, or an answer of one's own that settled nothing. */
export interface ReviewDecision {
  readonly position: number;
  readonly kind: 'decision' | 'undone';
  readonly answer: 'same' | 'different' | null;
  readonly subject: string;
  readonly candidate: string;
  readonly referral: string | null;
  readonly reason: string;
  readonly by: string;
  readonly organisation: string | null;
  readonly at: string;
  /** Whether it is in force, so that it can be undone. */
  readonly stands: boolean;
}

export interface ReviewQueueOptions {
  readonly pool: pg.Pool;
  readonly sensitive: Pick<SensitiveDatasets, 'all'>;
}

const hex = (column: string) => `replace(${column}::text, '-', '')`;
const tables = (text: string) => text.replaceAll(/\bgolden\./g, `${LIVE_SCHEMA}.`);

/** Every pair that waits, with both rows. $1: datasets that are sensitive. */
const waitingPairs = `pair AS MATERIALIZED (
    SELECT r.referral_id, r.reason, r.rule, r.referred, r.referred_at, s.record_id AS subject,
           c.record_id AS candidate, s.individual AS subject_individual, c.individual AS candidate_individual,
           s.row_key AS subject_key, c.row_key AS candidate_key, s.number AS subject_number, c.number AS candidate_number,
           ds.dataset = ANY ($1::text[]) OR dc.dataset = ANY ($1::text[]) AS is_hidden
    FROM golden.referral r CROSS JOIN LATERAL unnest(r.candidates) AS named (candidate)
    JOIN golden.numbered_record s ON s.record_id = r.subject
    JOIN golden.numbered_record c ON c.record_id = named.candidate
    JOIN golden.numbered_dataset ds ON ds.number = s.dataset
    JOIN golden.numbered_dataset dc ON dc.number = c.dataset
    -- A person keeps those of reason forbidden apart already.
    WHERE r.reason <> 'forbidden' AND NOT EXISTS (
      SELECT FROM golden.review v
      WHERE v.one = least(s.row_key, c.row_key) AND v.other = greatest(s.row_key, c.row_key) AND v.kind = 'decision'
        AND NOT EXISTS (
          SELECT FROM golden.review later WHERE later.one = v.one AND later.other = v.other AND later.position > v.position
        )
    )
  )`;

/** What waits for a review, and what was reviewed. Nothing of it is what a row says. */
export class ReviewQueue {
  readonly #options: ReviewQueueOptions;

  constructor(options: ReviewQueueOptions) {
    this.#options = options;
  }

  /** The pairs with the greatest estimated effect on figures of closed quarters first, then on any, then the oldest. */
  async page(
    person: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<Queue> {
    const { pool, sensitive } = this.#options;
    const hidden = await sensitive.all();
    const { rows } = await pool.query<WaitingRow>(
      tables(`WITH ${waitingPairs}, shown AS MATERIALIZED (
         SELECT * FROM pair WHERE NOT is_hidden
       ), side AS (
         SELECT subject_individual AS individual FROM shown WHERE subject_individual IS NOT NULL
         UNION SELECT candidate_individual FROM shown WHERE candidate_individual IS NOT NULL
       ), reached AS MATERIALIZED (
         SELECT DISTINCT r.individual, date_trunc('quarter', r.as_of)::date AS quarter, d.service
         FROM golden.numbered_record r JOIN side ON side.individual = r.individual
         JOIN golden.numbered_dataset n ON n.number = r.dataset JOIN golden.dataset d ON d.dataset = n.dataset
         -- That somebody goes to a sensitive service must not show in the order of the list either.
         WHERE r.qualifying AND r.state <> 'retired' AND n.dataset <> ALL ($1::text[])
       ), shared AS (
         SELECT p.referral_id, p.candidate, a.quarter FROM shown p
         JOIN reached a ON a.individual = p.subject_individual
         JOIN reached b ON b.individual = p.candidate_individual AND b.quarter = a.quarter AND b.service = a.service
         -- A row that belongs to nobody yet would add somebody, unless the candidate is counted there.
         UNION ALL SELECT p.referral_id, p.candidate, date_trunc('quarter', r.as_of)::date FROM shown p
         JOIN golden.numbered_record r ON r.record_id = p.subject AND r.qualifying AND r.state <> 'retired'
         JOIN golden.numbered_dataset n ON n.number = r.dataset JOIN golden.dataset d ON d.dataset = n.dataset
         WHERE p.subject_individual IS NULL AND NOT EXISTS (
           SELECT FROM reached b WHERE b.individual = p.candidate_individual AND b.service = d.service
             AND b.quarter = date_trunc('quarter', r.as_of)::date)
       ), estimate AS (
         SELECT referral_id, candidate, count(*)::int AS every, (count(*) FILTER (WHERE quarter = ANY ($2::date[])))::int AS closed
         FROM shared GROUP BY referral_id, candidate
       )
       SELECT ${hex('p.referral_id')} AS referral, p.reason, p.rule,
              ${instantSql('p.referred_at')} AS "referredAt", least(p.subject_key, p.candidate_key) AS one,
              greatest(p.subject_key, p.candidate_key) AS other,
              ${rowSource('p.subject', 's', 'ss')} AS subject, ${rowSource('p.candidate', 'c', 'cs')} AS candidate,
              jsonb_build_object('all', coalesce(e.every, 0), 'closed', coalesce(e.closed, 0)) AS estimate
       FROM shown p
       JOIN golden.numbered_record s ON s.record_id = p.subject
       JOIN golden.numbered_record c ON c.record_id = p.candidate
       LEFT JOIN golden.submission ss ON ss.number = s.submission
       LEFT JOIN golden.submission cs ON cs.number = c.submission
       LEFT JOIN estimate e ON e.referral_id = p.referral_id AND e.candidate = p.candidate
       ORDER BY coalesce(e.closed, 0) DESC, coalesce(e.every, 0) DESC, p.referred, p.referral_id, p.candidate
       LIMIT $3 OFFSET $4`),
      [hidden, await this.#closedQuarters(), limit, offset],
    );
    const opinions = await this.#opinions();
    return {
      ...(await this.standing()),
      agreement: await this.agreement(),
      pairs: rows.map(({ one, other, ...row }) => {
        const given = opinions.get(`${one} ${other}`) ?? [];
        const standing = standingOfPair(given);
        const own = given.filter(({ by }) => by === person).at(-1);
        return {
          ...row,
          standing: standing === 'unsure' ? 'waiting' : standing,
          isAnswered: own !== undefined && own.answer !== 'unsure',
        };
      }),
    };
  }

  /** How many pairs wait, how many of them may not be shown, and since when the oldest waits. */
  async standing(): Promise<Pick<Queue, 'waiting' | 'hidden' | 'oldest'>> {
    const { pool, sensitive } = this.#options;
    const { rows } = await pool.query<Pick<Queue, 'waiting' | 'hidden' | 'oldest'>>(
      tables(`WITH ${waitingPairs}
       SELECT (count(*) FILTER (WHERE NOT is_hidden))::int AS waiting, (count(*) FILTER (WHERE is_hidden))::int AS hidden,
              ${instantSql('min(referred_at) FILTER (WHERE NOT is_hidden)')} AS oldest
       FROM pair`),
      [await sensitive.all()],
    );
    return rows[0] ?? { waiting: 0, hidden: 0, oldest: null };
  }

  /** The records of a referral that waits and may be shown; undefined for any other. */
  async recordsOf(referral: string): Promise<readonly [string, ...string[]] | undefined> {
    const { pool, sensitive } = this.#options;
    const { rows } = await pool.query<{ subject: string; candidate: string }>(
      tables(`WITH ${waitingPairs}
       SELECT ${hex('subject')} AS subject, ${hex('candidate')} AS candidate FROM pair
       WHERE referral_id = $2 AND NOT is_hidden ORDER BY candidate`),
      [await sensitive.all(), referral],
    );
    const [first] = rows;
    return first && [first.subject, ...rows.map(({ candidate }) => candidate)];
  }

  /** Where records come from. */
  async sourcesOf(records: readonly string[]): Promise<ReadonlyMap<string, RowSource>> {
    const { rows } = await this.#options.pool.query<{ source: RowSource }>(
      tables(`SELECT ${rowSource('r.record_id', 'r', 's')} AS source FROM golden.numbered_record r
       LEFT JOIN golden.submission s ON s.number = r.submission WHERE r.record_id = ANY ($1::uuid[])`),
      [records],
    );
    return new Map(rows.map(({ source }) => [source.record, source]));
  }

  /** What was decided and undone, the latest first, without what concerns records of sensitive datasets. */
  async decisions(limit: number): Promise<readonly ReviewDecision[]> {
    const { pool, sensitive } = this.#options;
    const { rows } = await pool.query<ReviewDecision>(
      tables(`WITH latest AS MATERIALIZED (
         SELECT DISTINCT ON (row_key) row_key, record_id, dataset FROM golden.numbered_record
         WHERE row_key IN (SELECT one FROM golden.review UNION SELECT other FROM golden.review)
         ORDER BY row_key, number DESC
       )
       SELECT v.position::float8 AS position, v.kind, v.answer, ${hex('s.record_id')} AS subject,
              ${hex('c.record_id')} AS candidate, ${hex('v.referral_id')} AS referral, v.reason, v.decided_by AS by,
              v.organisation, ${instantSql('v.decided_at')} AS at,
              v.kind = 'decision' AND NOT EXISTS (
                SELECT FROM golden.review later
                WHERE later.one = v.one AND later.other = v.other AND later.position > v.position) AS stands
       FROM golden.review v
       JOIN latest s ON s.row_key = v.one
       JOIN latest c ON c.row_key = v.other
       JOIN golden.numbered_dataset ds ON ds.number = s.dataset
       JOIN golden.numbered_dataset dc ON dc.number = c.dataset
       WHERE v.kind <> 'opinion' AND NOT (ds.dataset = ANY ($1::text[]) OR dc.dataset = ANY ($1::text[]))
       ORDER BY v.position DESC LIMIT $2`),
      [await sensitive.all(), limit],
    );
    return rows;
  }

  async agreement(): Promise<Agreement> {
    const { rows } = await this.#options.pool.query<ReviewOfPair>(
      tables(
        `SELECT one || ' ' || other AS pair, kind, answer, decided_by AS by FROM golden.review ORDER BY position`,
      ),
    );
    return agreementOf(rows);
  }

  /** What reviewers said of pairs that nobody has decided since, by both row keys. */
  async #opinions(): Promise<ReadonlyMap<string, readonly Opinion[]>> {
    const { rows } = await this.#options.pool.query<Opinion & { readonly pair: string }>(
      tables(`SELECT one || ' ' || other AS pair, decided_by AS by, answer FROM golden.review v
       WHERE kind = 'opinion' AND NOT EXISTS (
         SELECT FROM golden.review later
         WHERE later.one = v.one AND later.other = v.other AND later.kind <> 'opinion' AND later.position > v.position)
       ORDER BY position`),
    );
    return Map.groupBy(rows, ({ pair }) => pair);
  }

  async #closedQuarters(): Promise<readonly string[]> {
    const { rows } = await this.#options.pool.query<{ period: PeriodCode }>(
      tables('SELECT period FROM golden.closed_quarter'),
    );
    return rows.map(({ period }) => periodOfCode(period).start);
  }
}

interface WaitingRow extends Omit<QueuedPair, 'standing' | 'isAnswered'> {
  readonly one: string;
  readonly other: string;
}

/** SQL of a `RowSource`. */
function rowSource(record: string, row: string, submission: string): string {
  return `jsonb_build_object('record', ${hex(record)}, 'role', ${row}.role, 'provider', ${submission}.provider,
            'period', ${submission}.period,
            'dataset', (SELECT dataset FROM golden.numbered_dataset n WHERE n.number = ${row}.dataset))`;
}
