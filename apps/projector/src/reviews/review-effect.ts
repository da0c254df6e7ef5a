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
 * Writes decisions into the live read models as the projection would, counts what changes in the figures of every quarter in
 * which anybody concerned was reached, and takes it all back. The checkpoint stays locked meanwhile, so that the projection waits.
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
      const { full } = await computeQuarter(client, question);
      return new Cells(full);
    };
    /** Counts without what is hidden, and leaves nothing behind. */
    const counting = async (periods: readonly Period[], prepare: () => Promise<void>) => {
      await client.query('SAVEPOINT counting');
      await client.query(
        'DELETE FROM dataset WHERE service IN (SELECT service FROM dataset WHERE dataset = ANY ($1))',
        [hidden],
      );
      await prepare();
      const counted = new Map<string, Cells>();
      for (const period of periods) counted.set(period.code, await count(period));
      await client.query('ROLLBACK TO SAVEPOINT counting; RELEASE SAVEPOINT counting');
      return counted;
    };
    const whole = new Map<string, Cells>();
    return await ask(async (decisions) => {
      if (decisions.every(changesNoFigure)) return [];
      const named = idsIn(decisions);
      const recordsBefore = await recordsConcerned(client, named);
      await client.query('SAVEPOINT undecided');
      const writer = readModelWriter({ store, stream, client, schema: LIVE_SCHEMA, from: asAt + 1 });
      await writer.begin();
      for (const event of asEvents(decisions, asAt)) await writer.take(event, new Map());
      await writer.settle(asAt + decisions.length);
      const records = [...new Set([...recordsBefore, ...(await recordsConcerned(client, named))])];
      const periods = await quartersOf(client, records);
      const after = await counting(periods, () => restrictTo(client, records));
      await client.query('ROLLBACK TO SAVEPOINT undecided; RELEASE SAVEPOINT undecided');
      const before = await counting(periods, () => restrictTo(client, records));
      const changed = periods.filter(
        ({ code }) => changesIn(nothing, before.get(code), after.get(code)).length > 0,
      );
      const unknown = changed.filter(({ code }) => !whole.has(code));
      for (const [code, cells] of await counting(unknown, () => Promise.resolve())) whole.set(code, cells);
      return changed.map(({ code }): QuarterEffect => ({
        period: code,
        isClosed: closedQuarters.has(code),
        changes: changesIn(whole.get(code), before.get(code), after.get(code)),
      }));
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

/** Every id that decisions name. */
const idsIn = (decisions: readonly LedgerDecision[]): readonly string[] => [
  ...new Set(JSON.stringify(decisions).match(/\b[0-9a-f]{32}\b/g)),
];

/**
 * The records by which the named can change figures: their own, those of everybody in their families, and those of their
 * children and of the children’s other carers, because a child may be reached through any of them. A figure is a sum over
 * rows, individuals, families and children. Whatever changes in it is counted by these records alone; what else they count,
 * they count before and after.
 */
async function recordsConcerned(client: pg.ClientBase, named: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ record: string }>(
    `WITH named AS (
       SELECT number AS individual FROM numbered_individual WHERE individual_id = ANY ($1::uuid[])
       UNION SELECT individual FROM numbered_record WHERE record_id = ANY ($1::uuid[]) AND individual IS NOT NULL
     ), families AS (
       SELECT number AS family FROM numbered_family WHERE family_id = ANY ($1::uuid[])
       UNION SELECT m.family FROM numbered_member m JOIN named USING (individual)
     ), children AS (
       SELECT individual FROM named
       UNION SELECT k.child FROM numbered_relationship k JOIN named ON named.individual = k.other
     ), concerned AS (
       SELECT individual FROM children
       UNION SELECT k.other FROM numbered_relationship k JOIN children ON children.individual = k.child
       UNION SELECT m.individual FROM numbered_member m JOIN families USING (family)
     )
     SELECT r.record_id AS record FROM numbered_record r JOIN concerned USING (individual)
     UNION SELECT record_id FROM numbered_record WHERE record_id = ANY ($1::uuid[])`,
    [named],
  );
  return rows.map(({ record }) => record);
}

/** Every quarter that these records count in. The figures of no other quarter can change. */
async function quartersOf(client: pg.ClientBase, records: readonly string[]): Promise<readonly Period[]> {
  const { rows } = await client.query<{ day: string }>(
    `SELECT DISTINCT to_char(date_trunc('quarter', as_of), 'YYYY-MM-DD') AS day FROM numbered_record
     WHERE record_id = ANY ($1::uuid[]) AND qualifying AND state <> 'retired' AND as_of IS NOT NULL ORDER BY day`,
    [records],
  );
  return rows.flatMap(({ day }) => periodOfDate(day) ?? []);
}

/** Has the queries of figures see these records alone, until the savepoint is taken back. */
async function restrictTo(client: pg.ClientBase, records: readonly string[]): Promise<void> {
  await client.query(
    `CREATE TEMP TABLE numbered_record (LIKE ${LIVE_SCHEMA}.numbered_record) ON COMMIT DROP`,
  );
  await client.query(
    `INSERT INTO pg_temp.numbered_record SELECT * FROM ${LIVE_SCHEMA}.numbered_record WHERE record_id = ANY ($1::uuid[])`,
    [records],
  );
  await client.query(`SET LOCAL search_path TO pg_temp, ${LIVE_SCHEMA}`);
}

const nothing = new Cells({ figures: [] });

/**
 * What changes in the counts of a quarter, from what changes among the records concerned.
 * @param whole the counts of all records, as they are.
 */
const changesIn = (whole = nothing, before = nothing, after = nothing): readonly CellDifference[] =>
  differencesOf(before, after).map((one) => {
    const was = whole.valueOf(one);
    return { ...one, before: was, after: was + one.after - one.before };
  });
