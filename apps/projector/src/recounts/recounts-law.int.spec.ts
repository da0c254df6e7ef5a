import { FiguresComputed, type PeriodCode, type SubmissionId } from '@kinledger/contracts';
import { lastClosedAt } from '@kinledger/event-store';
import { Cells } from '@kinledger/figures';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { closeFigures, keptFigures } from '../closing/closed-figures.js';
import { remedyHere } from '../closing/remedy-here.testing.js';
import type { DecidedLedger } from '../projection/decided-ledger.testing.js';
import {
  operation,
  playOperation,
  playStep,
  step,
  type Operation,
  type Step,
} from '../projection/testing/random-history.js';
import { ReadModelsUnderTest, tries } from '../projection/read-models-under-test.testing.js';
import { quarterClosed, STREAM } from '../projection/small-ledger.testing.js';
import { closedQuarter, type PublishedQuarter } from './closed-quarter.js';
import { compareQuarter, type Restatement } from './compare-quarter.js';
import { reproduceQuarter } from './reproduce-quarter.js';

const PERIOD = '2022-23-Q3' as PeriodCode;
const OPERATIONS = 50;

/** Long histories, on a machine that may be busy. */
const PATIENT_MS = 600_000;

describe('a closed quarter, whatever happens afterwards,', { timeout: PATIENT_MS }, () => {
  const readModels = new ReadModelsUnderTest();
  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());

  const optionsFor = (ledger: DecidedLedger) => ({
    ...{ store: ledger.store, stream: STREAM, pool: readModels.pool },
    signal: new AbortController().signal,
  });

  interface ClosedLedger {
    readonly ledger: DecidedLedger;
    readonly quarter: PublishedQuarter;
    /** Files whose rows may stand in the figures of the closed quarter. */
    readonly counted: readonly SubmissionId[];
  }

  /** Plays steps, closes the quarter as projector and linker do, and plays on. */
  async function closedAfter(before: readonly Step[], after: readonly Operation[]): Promise<ClosedLedger> {
    const ledger = await readModels.open();
    for (const one of before) await playStep(ledger, one);
    const counted = filesThatCount(ledger);
    await ledger.note(quarterClosed(PERIOD));
    await readModels.project(ledger, (client, event) => closeFigures(client, STREAM, event, remedyHere));
    const { rows } = await readModels.pool.query<{ value: Buffer }>('SELECT value FROM projector.outbox');
    await ledger.publishFigures(
      FiguresComputed.schema.parse(JSON.parse(rows[0]?.value.toString('utf8') ?? '')),
    );
    for (const one of after) await playOperation(ledger, one);
    await readModels.project(ledger);
    return { ledger, quarter: await publishedOf(ledger), counted };
  }

  async function publishedOf(ledger: DecidedLedger): Promise<PublishedQuarter> {
    const found = await closedQuarter(optionsFor(ledger), PERIOD);
    if (found?.publication === undefined) throw new Error('the quarter is not published');
    return { ...found, publication: found.publication };
  }

  /** Files of attendance that stand; all files, if there are none. */
  function filesThatCount(ledger: DecidedLedger): readonly SubmissionId[] {
    const standing = [...ledger.files].filter(([id, { dataset }]) => {
      return dataset.endsWith('.engagement') && ledger.engine.standingOf(id) === 'standing';
    });
    return [...(standing.length > 0 ? new Map(standing) : ledger.files).keys()];
  }

  const history = (length: number) => fc.array(step, { minLength: length, maxLength: length, size: 'max' });

  const operations = (length: number) =>
    fc.array(operation, { minLength: length, maxLength: length, size: 'max' });

  it('is reproduced identically after fifty random operations, reviews among them', async () => {
    await fc.assert(
      fc.asyncProperty(history(6), operations(OPERATIONS), async (before, after) => {
        const { ledger, quarter } = await closedAfter(before, after);
        const reproduction = await reproduceQuarter(optionsFor(ledger), quarter, remedyHere);
        expect(reproduction).toMatchObject({ outcome: 'identical', kept: 'stand', differences: [] });
        expect(reproduction.recountedDigest).toBe(quarter.publication.data.published);
      }),
      { numRuns: tries(4), seed: 20_230_101 },
    );
  });

  it('differs after erasures by no more than is claimed, while what was published stands', async () => {
    const found = { different: 0, identical: 0 };
    await fc.assert(
      fc.asyncProperty(
        history(8),
        history(6),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }),
        async (before, after, erased) => {
          const { ledger, quarter, counted } = await closedAfter(before, after);
          const kept = await keptFigures(readModels.client, STREAM, quarter.closing.revision);
          const forgotten = [...new Set(erased.map((pick) => counted[pick % counted.length]!))];
          await ledger.eraseRowsOf(...forgotten);
          await readModels.project(ledger);
          const reproduction = await reproduceQuarter(optionsFor(ledger), quarter, remedyHere);
          expect(reproduction.kept).toBe('stand');
          expect(await keptFigures(readModels.client, STREAM, quarter.closing.revision)).toEqual(kept);
          expect(['identical', 'erased']).toContain(reproduction.outcome);
          for (const { before: stood, after: recounted, bound, column } of reproduction.differences) {
            expect(Math.abs(recounted - stood), column).toBeLessThanOrEqual(bound);
          }
          found[reproduction.differences.length > 0 ? 'different' : 'identical'] += 1;
        },
      ),
      { numRuns: tries(15), seed: 20_230_102 },
    );
    expect(found.different).toBeGreaterThan(2);
  });

  it('has a restatement whose causes add up to every difference, erasures included', async () => {
    const causes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        history(6),
        history(14),
        fc.option(fc.nat(1000), { freq: 3 }),
        async (before, after, erased) => {
          const { ledger, quarter, counted } = await closedAfter(before, after);
          if (erased !== null) await ledger.eraseRowsOf(counted[erased % counted.length]!);
          await readModels.project(ledger);
          const now = await lastClosedAt(ledger.store, STREAM);
          const restatement = await compareQuarter(optionsFor(ledger), {
            ...{ programme: quarter.closing.data.programme, period: PERIOD },
            ...{ then: quarter.closing.revision, now, closed: quarter },
          });
          const kept = await keptFigures(readModels.client, STREAM, quarter.closing.revision);
          expectExact(restatement, new Cells(kept!.full));
          expect(await childrenNow()).toBe(childrenIn(restatement, new Cells(kept!.full)));
          for (const { changes } of restatement.cells)
            for (const cause of Object.keys(changes)) causes.add(cause);
        },
      ),
      { numRuns: tries(12), seed: 20_230_103 },
    );
    expect([...causes].sort()).toEqual(
      expect.arrayContaining(['correction', 'erasure', 'late-data', 'withdrawal']),
    );
  });

  /** The children of the whole programme by the live read models. */
  async function childrenNow(): Promise<number> {
    const { rows } = await readModels.pool.query<{ children: number }>(
      `SELECT children FROM published.reach_1(NULL, '2022-10-01', '2023-01-01', 'period', 'programme')`,
    );
    return rows[0]?.children ?? 0;
  }

  function childrenIn({ cells }: Restatement, then: Cells): number {
    const cell = { figure: 'reach', scope: 'programme', dimensions: [], column: 'children' };
    const restated = cells.find(
      ({ figure, scope, column }) => figure === 'reach' && scope === 'programme' && column === 'children',
    );
    return restated?.now ?? then.valueOf(cell);
  }

  function expectExact({ cells }: Restatement, then: Cells): void {
    for (const cell of cells) {
      expect(cell.then).toBe(then.valueOf(cell));
      const sum = Object.values(cell.changes).reduce((total, change) => total + change, 0);
      expect(sum, `${cell.scope} ${cell.column}`).toBe(cell.now - cell.then);
    }
  }
});
