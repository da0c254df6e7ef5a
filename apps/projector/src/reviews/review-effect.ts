import type { LedgerDecision, LedgerEvent, ProgrammeId } from '@kinledger/contracts';
import { periodOfDate, type Period } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';
import {
  Cells,
  computeQuarter,
  differencesOf,
  figuresInForce,
  reachByDeprivation,
  type CellDifference,
} from '@kinledger/figures';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import { readModelWriter } from '../projection/read-model-writer.js';
import type { SensitiveDatasets } from './sensitive-datasets.js';

export interface ReviewEffectOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly programme: ProgrammeId;
  readonly pool: pg.Pool;
  readonly sensitive: Pick<SensitiveDatasets, 'all'>;
}

/** What an answer would change in the figures of one quarter. */
export interface QuarterEffect {
  readonly period: string;
  /** Whether its figures are closed: those stand, and a comparison would show this change. */
  readonly isClosed: boolean;
  readonly changes: readonly CellDifference[];
}

/** The read models are not where the decisions were made: they are behind, or have gone on. */
export type ReadModelsElsewhere = 'behind' | 'ahead';

/** Asks, within one transaction that leaves nothing behind, what decisions would change. */
export type AskEffect = (decisions: readonly LedgerDecision[]) => Promise<readonly QuarterEffect[]>;

/** PostgreSQL's lock_not_available: somebody held a lock for longer than `lock_timeout`. */
const LOCK_NOT_AVAILABLE = '55P03';
const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;

/**
 * Writes decisions into the live read models as the projection would, counts the figures of every quarter in which anybody
 * concerned was reached, and takes it all back. The checkpoint stays locked meanwhile, so that the projection waits.
 *
 * Services with sensitive datasets are not counted, neither by themselves nor in a strand or the programme: that a count
 * changes could tell that somebody goes there. Deprivation is left out too, because it tells where somebody lives.
 * @param asAt the position after which the decisions were made.
 */
export async function withEffects<Answer>(
  { store, stream, programme, pool, sensitive }: ReviewEffectOptions,
  asAt: number,
  ask: (effectOf: AskEffect) => Promise<Answer>,
): Promise<Answer | ReadModelsElsewhere> {
  const hidden = await sensitive.all();
  const client = await pool.connect();
  try {
    await client.query(
      `BEGIN; SET LOCAL lock_timeout TO '20s'; SET LOCAL statement_timeout TO '60s';
       SET LOCAL search_path TO ${LIVE_SCHEMA}, pg_temp`,
    );
    const { rows } = await client.query<{ position: number }>(
      'SELECT position::float8 AS position FROM checkpoint FOR UPDATE',
    );
    const at = rows[0]?.position ?? -1;
    if (at !== asAt) return at < asAt ? 'behind' : 'ahead';
    const { rows: closed } = await client.query<{ period: string }>('SELECT period FROM closed_quarter');
    const closedQuarters = new Set(closed.map(({ period }) => period));
    const { figures: all, disclosure } = figuresInForce();
    const figures = all
      .map(({ figure }) => figure)
      .filter((name) => !name.startsWith(`${reachByDeprivation.id}@`));
    const count = async (period: Period) => {
      const question = { programme, period, position: asAt, disclosure, figures };
      await client.query('SAVEPOINT counting');
      await client.query(
        'DELETE FROM dataset WHERE service IN (SELECT service FROM dataset WHERE dataset = ANY ($1))',
        [hidden],
      );
      const { full } = await computeQuarter(client, question);
      await client.query('ROLLBACK TO SAVEPOINT counting; RELEASE SAVEPOINT counting');
      return new Cells(full);
    };
    const before = new Map<string, Cells>();
    const countBefore = async (period: Period) => {
      const known = before.get(period.code) ?? (await count(period));
      before.set(period.code, known);
      return known;
    };
    return await ask(async (decisions) => {
      if (decisions.every(changesNoFigure)) return [];
      const periods = await quartersConcerned(client, decisions);
      const then = new Map<Period, Cells>();
      for (const period of periods) then.set(period, await countBefore(period));
      await client.query('SAVEPOINT undecided');
      const writer = readModelWriter({ store, stream, client, schema: LIVE_SCHEMA, from: asAt + 1 });
      await writer.begin();
      for (const event of asEvents(decisions, asAt)) await writer.take(event, new Map());
      await writer.settle(asAt + decisions.length);
      const effects: QuarterEffect[] = [];
      for (const [period, counted] of then) {
        const changes = differencesOf(counted, await count(period));
        const { code } = period;
        if (changes.length > 0) effects.push({ period: code, isClosed: closedQuarters.has(code), changes });
      }
      await client.query('ROLLBACK TO SAVEPOINT undecided');
      return effects;
    });
  } catch (error) {
    if (isLockTimeout(error)) return 'behind';
    throw error;
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release();
  }
}

/** Doubts are in no figure: a referral that lapses moves nobody by itself. */
const changesNoFigure = ({ type }: LedgerDecision): boolean =>
  type === 'LinkReferred' || type === 'LinkReferralLapsed';

/** Decisions as events of a ledger that goes on. Read models look at nothing else of an event. */
const asEvents = (decisions: readonly LedgerDecision[], asAt: number): LedgerEvent[] =>
  decisions.map((decision, index) => ({
    ...decision,
    ...{
      id: '',
      version: 1,
      revision: asAt + 1 + index,
      time: new Date(0).toISOString(),
      cause: 'examination',
    },
  }));

/**
 * Every quarter with a qualifying engagement of anybody whom the decisions name, or of whose family they name. The figures of
 * no other quarter can change.
 */
async function quartersConcerned(
  client: pg.ClientBase,
  decisions: readonly LedgerDecision[],
): Promise<readonly Period[]> {
  const ids = [...new Set(JSON.stringify(decisions).match(/\b[0-9a-f]{32}\b/g))];
  const { rows } = await client.query<{ day: string }>(
    `WITH named AS (
       SELECT number AS individual FROM numbered_individual WHERE individual_id = ANY ($1::uuid[])
       UNION SELECT individual FROM numbered_record WHERE record_id = ANY ($1::uuid[]) AND individual IS NOT NULL
     ), families AS (
       SELECT number AS family FROM numbered_family WHERE family_id = ANY ($1::uuid[])
       UNION SELECT m.family FROM numbered_member m JOIN named USING (individual)
     ), concerned AS (
       SELECT individual FROM named
       UNION SELECT m.individual FROM numbered_member m JOIN families USING (family)
     ), days AS (
       SELECT as_of FROM numbered_record r JOIN concerned c ON c.individual = r.individual
       WHERE r.qualifying AND r.state <> 'retired'
       UNION ALL SELECT as_of FROM numbered_record WHERE record_id = ANY ($1::uuid[]) AND qualifying AND state <> 'retired'
     )
     SELECT DISTINCT to_char(date_trunc('quarter', as_of), 'YYYY-MM-DD') AS day FROM days WHERE as_of IS NOT NULL ORDER BY day`,
    [ids],
  );
  return rows.flatMap(({ day }) => periodOfDate(day) ?? []);
}
