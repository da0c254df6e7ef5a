import type { PeriodCode, ProgrammeId, QuarterFigures } from '@kinledger/contracts';
import { periodOfCode } from '@kinledger/domain';
import {
  Cells,
  cellsOfAll,
  computeQuarter,
  figuresInForce,
  shownChanges,
  type Cell,
  type RestatementCause,
} from '@kinledger/figures';
import type pg from 'pg';
import { keptFigures } from '../closing/closed-figures.js';
import { recount, type RecountOptions } from '../closing/recount.js';
import { ledgerPages } from '../projection/ledger-pages.js';
import { readModelWriter } from '../projection/read-model-writer.js';
import { causesOf, DecisionReader, type DecisionAtHand } from './causes.js';
import { erasedAfter, type ClosedQuarter } from './closed-quarter.js';

/** Which figures are compared, and between which positions; both close a decision. */
export interface RestatementQuestion {
  readonly programme: ProgrammeId;
  readonly period: PeriodCode;
  readonly then: number;
  readonly now: number;
  /** The quarter, where `then` is its closing: its figures of then are those that were computed when it closed. */
  readonly closed: ClosedQuarter | undefined;
}

export type Changes = Partial<Readonly<Record<RestatementCause, number>>>;

/** A count with what changed it; the changes add up to the difference. */
export interface RestatedCell extends Cell {
  readonly then: number;
  readonly now: number;
  readonly changes: Changes;
}

/** The same after disclosure control: each number by itself, null where it is suppressed. */
export interface ShownCell extends Cell {
  readonly then: number | null;
  readonly now: number | null;
  readonly changes: Partial<Readonly<Record<RestatementCause, number | null>>>;
}

export interface Restatement {
  readonly period: string;
  /** The edition of which then is the closing; null where it is none. */
  readonly edition: number | null;
  readonly then: number;
  readonly now: number;
  /** Whether the figures of then are those of the closing, published or not, or counted again. */
  readonly basis: 'published' | 'recounted';
  /** Every count that differs, or that causes changed there and back. */
  readonly cells: readonly RestatedCell[];
  /** The same after disclosure control, each count by itself. Nobody audits it: it is not for publication. */
  readonly shown: readonly ShownCell[];
  /** How often the figures were counted. */
  readonly counts: number;
}

/** The figures of the closing do not follow from the ledger, and nothing was erased: their changes have no causes. */
interface NotReproducible extends Error {
  readonly code: 'not-reproducible';
}

const notReproducible = (): NotReproducible =>
  Object.assign(
    new Error('the figures of the closing do not follow from the ledger: reproduce the quarter first'),
    {
      code: 'not-reproducible' as const,
    },
  );

/**
 * Walks the events from then to now in read models of their own, and counts whenever what causes them changes: each
 * difference goes to the cause of the events since the last count, so that the causes add up exactly. The effect of what was
 * erased since and that of other definitions are the last steps.
 * @throws NotReproducible; DefinitionMissing.
 */
export async function compareQuarter(
  options: Omit<RecountOptions, 'upTo'>,
  question: RestatementQuestion,
): Promise<Restatement> {
  const { store, stream, signal } = options;
  const { period, then, now, closed } = question;
  const inForce = figuresInForce();
  const versions = closed?.closing.data.versions ?? inForce;
  const decisions = await decisionsBetween(options, then, now);
  return recount({ ...options, upTo: then }, async (client, schema) => {
    let counts = 0;
    const count = async (position: number, by: Pick<typeof inForce, 'figures' | 'disclosure'> = versions) => {
      counts += 1;
      return computeQuarter(client, {
        ...{ programme: question.programme, period: periodOfCode(period), position },
        ...{ figures: by.figures.map(({ figure }) => figure), disclosure: by.disclosure },
      });
    };
    const ledger = new Attribution();
    const { full: recounted, published: recountedForm } = await count(then);
    const kept = closed && (await keptFigures(client, stream, closed.closing.revision));
    const before = kept?.full ?? recounted;
    ledger.add('erasure', before, recounted);
    if (ledger.isMoved && (await erasedAfter(store, stream, then)).length === 0) {
      throw notReproducible();
    }
    const walked = await walk({ ...options, client, schema, signal }, decisions, then, now, {
      from: recounted,
      count: async (position) => (await count(position)).full,
      add: (cause, one, other) => ledger.add(cause, one, other),
    });
    const final = await count(now, inForce);
    ledger.add('definitions', walked, final.full);
    const cells = ledger.cellsOf(before, final.full);
    const shown = await shownOf(client, cells, kept?.published ?? recountedForm, final.published);
    return {
      ...{ period, edition: closed?.edition ?? null, then, now, counts, cells, shown },
      basis: kept === undefined ? 'recounted' : 'published',
    };
  });
}

/** What every decision between two positions is, in order. */
async function decisionsBetween(
  { store, stream }: Pick<RecountOptions, 'store' | 'stream'>,
  then: number,
  now: number,
): Promise<readonly DecisionAtHand[]> {
  const decisions: DecisionAtHand[] = [];
  const reader = new DecisionReader();
  for await (const page of ledgerPages({ store, stream, from: then + 1, upTo: now, withBodies: false })) {
    for (const { event } of page) {
      const decision = reader.take(event);
      if (decision !== undefined) decisions.push(decision);
    }
  }
  return decisions;
}

interface Walking extends Omit<RecountOptions, 'upTo'> {
  readonly client: pg.ClientBase;
  readonly schema: string;
}

interface Counting {
  readonly from: QuarterFigures;
  readonly count: (position: number) => Promise<QuarterFigures>;
  readonly add: (cause: RestatementCause, before: QuarterFigures, after: QuarterFigures) => void;
}

/** Applies the events one cause after the other. @returns the figures at the end. */
async function walk(
  { store, stream, client, schema, signal, onProgress }: Walking,
  decisions: readonly DecisionAtHand[],
  then: number,
  now: number,
  { from, count, add }: Counting,
): Promise<QuarterFigures> {
  const writer = readModelWriter({ ...{ store, stream, client, schema }, from: then + 1 });
  await writer.begin();
  let figures = from;
  let cause: RestatementCause | undefined;
  let position = then;
  const settle = async () => {
    await writer.settle(position);
    await writer.begin();
  };
  const countCause = async () => {
    if (cause === undefined) return;
    await settle();
    const next = await count(position);
    add(cause, figures, next);
    figures = next;
    cause = undefined;
  };
  let index = 0;
  let keys: ReadonlySet<string> | undefined;
  for await (const page of ledgerPages({ store, stream, from: then + 1, upTo: now })) {
    for (const { event, bodies } of page) {
      signal.throwIfAborted();
      const decision = decisions[index];
      if (decision === undefined) throw new Error('the ledger grew where it was compared');
      if (keys === undefined) {
        if (decision.replaced.length > 0) await settle();
        keys = await rowKeysOf(client, decision.replaced);
      }
      for (const part of causesOf(event, decision, keys)) {
        if (part.cause !== undefined && part.cause !== cause) await countCause();
        cause = part.cause ?? cause;
        await writer.take(part.event, bodies);
      }
      position = event.revision;
      if (event.type === decision.closing) {
        index += 1;
        keys = undefined;
      }
    }
    onProgress?.(position, 0);
  }
  await countCause();
  return figures;
}

async function rowKeysOf(client: pg.ClientBase, records: readonly string[]): Promise<ReadonlySet<string>> {
  if (records.length === 0) return new Set();
  const { rows } = await client.query<{ key: string }>(
    `SELECT replace(row_key::text, '-', '') AS key FROM numbered_record WHERE record_id = ANY ($1::uuid[])`,
    [records],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Differences by cell and cause. */
class Attribution {
  readonly #steps: { readonly cause: RestatementCause; readonly before: Cells; readonly after: Cells }[] = [];

  add(cause: RestatementCause, before: QuarterFigures, after: QuarterFigures): void {
    this.#steps.push({ cause, before: new Cells(before), after: new Cells(after) });
  }

  get isMoved(): boolean {
    return this.#steps.some(({ before, after }) =>
      cellsOfAll(before, after).some((cell) => before.valueOf(cell) !== after.valueOf(cell)),
    );
  }

  /** Cells that differ, or that causes changed there and back. */
  cellsOf(then: QuarterFigures, now: QuarterFigures): readonly RestatedCell[] {
    const [first, last] = [new Cells(then), new Cells(now)];
    const all = cellsOfAll(first, ...this.#steps.flatMap(({ before, after }) => [before, after]), last);
    return all.flatMap((cell): RestatedCell[] => {
      const changes: Partial<Record<RestatementCause, number>> = {};
      for (const { cause, before, after } of this.#steps) {
        const change = after.valueOf(cell) - before.valueOf(cell);
        if (change !== 0) changes[cause] = (changes[cause] ?? 0) + change;
      }
      if (Object.keys(changes).length === 0) return [];
      return [{ ...cell, then: first.valueOf(cell), now: last.valueOf(cell), changes }];
    });
  }
}

/**
 * A restatement after disclosure control, each count by itself: both published forms, and of each change what the profile
 * shows of its size. Nobody audits these together with what is published.
 */
async function shownOf(
  client: pg.ClientBase,
  cells: readonly RestatedCell[],
  then: QuarterFigures,
  now: QuarterFigures,
): Promise<readonly ShownCell[]> {
  const [first, last] = [new Cells(then), new Cells(now)];
  const numbers = cells.flatMap(({ changes }) => Object.values(changes));
  const shown = await shownChanges(client, numbers, now.disclosure);
  let at = 0;
  return cells.map(({ changes, ...cell }) => {
    const before = first.shownOf(cell);
    // What was suppressed beside small counts must not be read from what it is since.
    const of = (number: number | null): number | null => (before === null ? null : number);
    return {
      ...cell,
      ...{ then: before, now: of(last.shownOf(cell)) },
      changes: Object.fromEntries(Object.keys(changes).map((cause) => [cause, of(shown[at++] ?? null)])),
    };
  });
}
