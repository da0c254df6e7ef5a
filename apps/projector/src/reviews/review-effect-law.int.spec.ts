import type { LedgerDecision, PeriodCode, ProgrammeId, Role, RowKey } from '@kinledger/contracts';
import { periodOfCode, type ConstraintDecision } from '@kinledger/domain';
import {
  Cells,
  computeQuarter,
  differencesOf,
  figuresInForce,
  reachByDeprivation,
  type CellDifference,
} from '@kinledger/figures';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { rowKeyOf, type DecidedLedger, type DecidedRow } from '../projection/decided-ledger.testing.js';
import { ReadModelsUnderTest, tries } from '../projection/read-models-under-test.testing.js';
import { STREAM } from '../projection/small-ledger.testing.js';
import { withEffects } from './review-effect.js';

const programme = 'leap' as ProgrammeId;
const quarters = ['2022-23-Q1', '2022-23-Q3'] as const;
const nothing = { all: () => Promise.resolve([]) };
const none = new Cells({ figures: [] });

const datasets = [
  ...['natural-thinkers.user', 'pairs-together-time.user'],
  ...['natural-thinkers.engagement', 'pairs-together-time.engagement'],
];
const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
/** Children and adults of few families, who came in two quarters. */
const row: fc.Arbitrary<DecidedRow> = fc
  .record({
    id: oneOf('r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'),
    who: fc.nat(3),
    role: oneOf<Role>('child', 'child', 'adult', 'adult', 'volunteer'),
    born: oneOf('b0', 'b1', undefined),
    known: oneOf(true, true, false),
    hasCase: fc.boolean(),
    asOf: oneOf('2022-05-01', '2022-11-01', '2022-12-01'),
    attended: oneOf(true, true, true, false),
  })
  .map(({ id, who, role, born, known, hasCase, asOf, attended }) => ({
    ...{ id, role, asOf, attended, attributes: {} },
    ...(known && role !== 'child' ? { email: `e${who}` } : {}),
    ...(role === 'child' ? { carerEmail: `e${who}` } : {}),
    ...(known && role === 'child' ? { childKey: `k${who} ${born ?? ''}` } : {}),
    ...(born === undefined ? {} : { born }),
    ...(hasCase ? { caseNumber: `c${who}` } : {}),
  }));
const rows = fc.uniqueArray(row, { minLength: 4, maxLength: 8, selector: ({ id }) => id, size: 'max' });

/** A person’s decision about two rows of the history. */
const decision = fc.record({
  type: fc.constantFrom<ConstraintDecision['type']>(
    'LinkReviewed',
    'LinkReviewed',
    'LinkForbidden',
    'LinkAllowed',
  ),
  picks: fc.tuple(fc.nat(1000), fc.nat(1000)),
});

type Decision = typeof decision extends fc.Arbitrary<infer Value> ? Value : never;

describe('what an answer would change', () => {
  const readModels = new ReadModelsUnderTest();
  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());

  /** The figures of each quarter, counted over all records. */
  async function counted(): Promise<readonly Cells[]> {
    const { client } = readModels;
    await client.query(`BEGIN; SET LOCAL search_path TO ${LIVE_SCHEMA}, pg_temp`);
    const { figures: all, disclosure } = figuresInForce();
    const figures = all
      .map(({ figure }) => figure)
      .filter((name) => !name.startsWith(`${reachByDeprivation.id}@`));
    const cells: Cells[] = [];
    for (const period of quarters) {
      const question = {
        programme,
        period: periodOfCode(period as PeriodCode),
        position: 0,
        figures,
        disclosure,
      };
      cells.push(new Cells((await computeQuarter(client, question)).full));
    }
    await client.query('ROLLBACK');
    return cells;
  }

  /** What deciding about two rows would change, as a look foretells it; then decides it. @returns what really changed, too. */
  async function decide(ledger: DecidedLedger, { type, picks }: Decision) {
    // Rows of people: facts never join two.
    const keys = [...ledger.files.values()]
      .filter(({ dataset }) => dataset.endsWith('.user'))
      .flatMap(({ dataset, rows: people }) => people.map((person) => rowKeyOf(dataset, person)));
    const [one, other] = picks.map((pick) => keys[pick % keys.length]);
    if (one === undefined || other === undefined || one === other) return { foretold: [], really: [] };
    const asAt = await ledger.store.head(STREAM);
    const data = { rows: [one, other] as [RowKey, RowKey], reason: 'examined', by: 'nobody' };
    const drafted: readonly LedgerDecision[] = [...ledger.engine.constrain({ type, data }).decide(asAt + 1)]
      .map((draft) => draft.decision)
      .filter((draft) => draft.type !== type);
    const options = {
      store: ledger.store,
      stream: STREAM,
      programme,
      pool: readModels.pool,
      sensitive: nothing,
    };
    const foretold = await withEffects(options, asAt, (effectOf) => effectOf(drafted));
    if (typeof foretold === 'string') throw new Error(`the read models are ${foretold}`);
    const before = await counted();
    await ledger.constrain(type, [one, other] as [RowKey, RowKey]);
    await readModels.project(ledger);
    const after = await counted();
    const really = quarters.flatMap((period, index) => {
      const changes = differencesOf(before[index] ?? none, after[index] ?? none);
      return changes.length === 0 ? [] : [{ period, isClosed: false, changes: sorted(changes) }];
    });
    return { foretold: foretold.map((one) => ({ ...one, changes: sorted(one.changes) })), really };
  }

  it('is what changes once it is given, for any history with families and any two rows', async () => {
    const changed = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...datasets.map(() => rows)),
        fc.array(decision, { minLength: 8, maxLength: 8 }),
        async (files, decisions) => {
          const ledger = await readModels.open();
          for (const [index, dataset] of datasets.entries()) {
            const file = { dataset, period: '2022-23-Q3', sequence: 1, supersedes: [] };
            await ledger.submit({ ...file, rows: files[index] ?? [] });
          }
          await readModels.project(ledger);
          for (const one of decisions) {
            const { foretold, really } = await decide(ledger, one);
            expect(foretold).toEqual(really);
            for (const { changes } of really) for (const { column } of changes) changed.add(column);
          }
        },
      ),
      { numRuns: tries(8), seed: 20_261_129 },
    );
    // Else the law was put to little.
    expect([...changed]).toEqual(expect.arrayContaining(['adults', 'individuals', 'families']));
  }, 600_000);
});

const sorted = (changes: readonly CellDifference[]): readonly CellDifference[] =>
  [...changes].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
