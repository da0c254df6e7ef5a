import {
  isErasing,
  type LedgerDecision,
  type LedgerEvent,
  type QuarterFigures,
  type RecordId,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { periodOfCode, periodOfDate, type Period } from '@kinledger/domain';
import type { EventStore, Segment } from '@kinledger/event-store';
import {
  Cells,
  cellsOfAll,
  computeQuarter,
  figuresInForce,
  shownChanges,
  type Cell,
} from '@kinledger/figures';
import {
  analyseReadModels,
  createTemporaryReadModels,
  indexReadModels,
  markedBodiesIn,
  ReadModelFiller,
  ReadModelWriter,
  TEMPORARY_SCHEMA,
} from '@kinledger/read-models';
import type { ProgrammeDefinition } from '@kinledger/programme';
import type pg from 'pg';

/** A count of a quarter as it is, and as it would be. After disclosure control, null where it is suppressed. */
export interface PreviewedCell extends Cell {
  readonly before: number | null;
  readonly after: number | null;
  readonly change: number | null;
}

/** The figures of one quarter that would change. */
export interface PreviewedQuarter {
  readonly period: string;
  /** Whether its figures are closed: those stand, and a comparison would show these changes. */
  readonly isClosed: boolean;
  /** How many counts there are, of all figures and scopes. */
  readonly counts: number;
  /** The counts that change. */
  readonly cells: readonly PreviewedCell[];
}

/** The figures of one quarter in both forms. */
interface Counted {
  readonly full: QuarterFigures;
  readonly published: QuarterFigures;
}

/** How much of the server's memory may hold the tables, which nobody else shares. */
const TABLE_MEMORY = '256MB';

/**
 * Counts figures in read models that only this session sees: filled from the ledger, counted, changed by what nobody has decided, and
 * counted again. They are the tables and the queries by which figures are published, so that the counts are those that would be
 * published. Nothing of them remains.
 */
export class PreviewedFigures {
  readonly #client: pg.ClientBase;
  readonly #store: Pick<EventStore, 'readPayload'>;
  readonly #erased = new Set<RecordId>();
  readonly #filler: ReadModelFiller;

  private constructor(client: pg.ClientBase, store: Pick<EventStore, 'readPayload'>) {
    this.#client = client;
    this.#store = store;
    this.#filler = new ReadModelFiller(this.#options());
  }

  /**
   * @param platformUrl of a role that may make temporary tables.
   * @returns what `use` returns, once the tables are gone.
   */
  static async within<Result>(
    platformUrl: string,
    store: EventStore,
    use: (figures: PreviewedFigures) => Promise<Result>,
  ): Promise<Result> {
    const pool = createPool({ url: platformUrl, applicationName: 'kinledger-preview', max: 1 });
    try {
      const client = await pool.connect();
      try {
        await client.query(`SET temp_buffers TO '${TABLE_MEMORY}'`);
        await client.query('BEGIN');
        await createTemporaryReadModels(client);
        const figures = new PreviewedFigures(client, store);
        await figures.#filler.begin();
        return await use(figures);
      } finally {
        // Its tables go with the connection.
        client.release(true);
      }
    } finally {
      await pool.end();
    }
  }

  /** Takes an event of the ledger, in order. */
  takeEvent(event: LedgerEvent): Promise<void> | undefined {
    if (isErasing(event)) for (const record of event.data.records) this.#erased.add(record);
    return this.#filler.take(event);
  }

  /** Called between the last event and the first bodies. */
  async endOfEvents(): Promise<void> {
    await this.#filler.readyForBodies();
  }

  /** Takes the bodies that entered next. */
  async takeBodies(segments: readonly Segment[]): Promise<void> {
    for (const { bytes } of segments) await this.#filler.takeBodies(markedBodiesIn(bytes));
  }

  /** Called after the last bodies, at the position of the last event. */
  async fill(asAt: number): Promise<void> {
    await this.#filler.finish(asAt);
    await indexReadModels(this.#client, TEMPORARY_SCHEMA);
    await analyseReadModels(this.#client, TEMPORARY_SCHEMA);
  }

  /**
   * What decisions after that position would change in every quarter with figures.
   * @param decide gives each decision to its argument, in order.
   * @param isShown whether counts are given after disclosure control, each by itself.
   */
  async compare(
    programme: ProgrammeDefinition['id'],
    asAt: number,
    decide: (take: (decision: LedgerDecision) => Promise<void>) => Promise<void>,
    {
      isShown,
      onCounted,
    }: { readonly isShown: boolean; readonly onCounted: (done: number, total: number) => void },
  ): Promise<readonly PreviewedQuarter[]> {
    const { periods, closed } = await this.#quarters();
    const inForce = figuresInForce();
    let done = 0;
    const count = async (period: Period, position: number) => {
      const counted = await computeQuarter(this.#client, {
        ...{ programme, period, position, disclosure: inForce.disclosure },
        figures: inForce.figures.map(({ figure }) => figure),
      });
      done += 1;
      onCounted(done, periods.length * 2);
      return counted;
    };
    const before: Counted[] = [];
    for (const period of periods) before.push(await count(period, asAt));
    const end = await this.#write(asAt, decide);
    const quarters: PreviewedQuarter[] = [];
    for (const [index, period] of periods.entries()) {
      const after = await count(period, end);
      const changed = await this.#changed(before[index] ?? after, after, isShown);
      quarters.push({ period: period.code, isClosed: closed.has(period.code), ...changed });
    }
    return quarters;
  }

  /** Every quarter in which anything counts, and every quarter that is closed. */
  async #quarters() {
    const { rows: days } = await this.#client.query<{ day: string }>(
      `SELECT DISTINCT to_char(date_trunc('quarter', as_of), 'YYYY-MM-DD') AS day FROM numbered_record
       WHERE qualifying AND state <> 'retired' AND as_of IS NOT NULL`,
    );
    const { rows: closings } = await this.#client.query<{ period: string }>(
      'SELECT period FROM closed_quarter',
    );
    const closed = new Set(closings.map(({ period }) => period));
    const periods = new Map<string, Period>();
    for (const { day } of days) {
      const period = periodOfDate(day);
      if (period !== undefined) periods.set(period.code, period);
    }
    for (const code of closed) periods.set(code, periodOfCode(code as Period['code'])); // the ledger's
    return {
      closed,
      periods: [...periods.values()].sort((one, other) => (one.start < other.start ? -1 : 1)),
    };
  }

  /** Writes decisions as the projection would. @returns the position after them. */
  async #write(
    asAt: number,
    decide: (take: (decision: LedgerDecision) => Promise<void>) => Promise<void>,
  ): Promise<number> {
    const writer = new ReadModelWriter(this.#options());
    await writer.begin();
    const time = new Date(0).toISOString();
    let position = asAt;
    await decide(async (decision) => {
      position += 1;
      const event = { ...decision, id: '', version: 1, revision: position, time, cause: 'preview' };
      await writer.take(event, new Map()); // read models look at nothing else of an event
    });
    await writer.settle(position);
    return position;
  }

  async #changed(
    before: Counted,
    after: Counted,
    isShown: boolean,
  ): Promise<Pick<PreviewedQuarter, 'counts' | 'cells'>> {
    const [one, other] = [new Cells(before.full), new Cells(after.full)];
    const all = cellsOfAll(one, other);
    const cells = all
      .map((cell) => ({ ...cell, before: one.valueOf(cell), after: other.valueOf(cell) }))
      .filter(({ before: was, after: is }) => was !== is)
      .map((cell) => ({ ...cell, change: cell.after - cell.before }));
    if (!isShown) return { counts: all.length, cells };
    const [shownBefore, shownAfter] = [new Cells(before.published), new Cells(after.published)];
    const changes = await shownChanges(
      this.#client,
      cells.map(({ change }) => change),
      after.published.disclosure,
    );
    return {
      counts: all.length,
      cells: cells.map((cell, index) => ({
        ...cell,
        before: shownBefore.shownOf(cell),
        after: shownAfter.shownOf(cell),
        change: changes[index] ?? null,
      })),
    };
  }

  #options() {
    return {
      client: this.#client,
      schema: TEMPORARY_SCHEMA,
      readPayload: (digest: string) => this.#store.readPayload(digest),
      isErased: (record: string) => Promise.resolve(this.#erased.has(record as RecordId)), // ids of records
    };
  }
}
