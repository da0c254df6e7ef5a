import type { PseudonymisedRow } from '@kinledger/contracts';
import { LIVE_SCHEMA, readTables, tableNames } from '@kinledger/read-models';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { knownLedger } from './known-ledger.testing.js';
import type { DecidedRow } from './decided-ledger.testing.js';
import { ReadModelsUnderTest } from './read-models-under-test.testing.js';
import { erasureOf, STREAM } from './small-ledger.testing.js';

const readModels = new ReadModelsUnderTest();
beforeAll(() => readModels.start(inject('postgresUrl')));
afterAll(() => readModels.stop());

/** The definition of the programme may hold the same words as a row, such as a question. */
const DEFINITION = 'programme';

/** Every row of every table of the read models but the definition, as PostgreSQL prints it. */
async function everything(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const table of tableNames.filter((name) => name !== DEFINITION)) {
    const { rows } = await readModels.client.query<{ line: string }>(
      `SELECT '${table} ' || t::text AS line FROM ${LIVE_SCHEMA}.${table} t`,
    );
    lines.push(...rows.map(({ line }) => line));
  }
  return lines;
}

/** Words and numbers that only rows of the known ledger contain: at least one per table. */
const said = [
  ...['yoruba', 'polish', '2023-07-04', '2023-07-05', '2023-07-06', '2023-07-07'].map(
    (word) => ['numbered_record', word] as const,
  ),
  ['numbered_individual', 'polish'],
  ['numbered_outcome', '42.5'],
  ['numbered_feedback', 'recommend'],
  ['numbered_input', 'books'],
] as const;

describe('erased people', () => {
  it('leave no word of their rows in any table', async () => {
    const { ledger, rows } = await knownLedger();
    await readModels.open();
    await readModels.project(ledger);
    const before = await everything();
    for (const [table, word] of said) {
      expect(before.filter((line) => line.startsWith(`${table} `) && line.includes(word))).not.toEqual([]);
    }
    // Every table that keeps values of rows is covered.
    const keeping = readTables.filter(({ erasure }) => erasure.holds === 'what records say');
    expect(said.map(([table]) => table)).toEqual(expect.arrayContaining(keeping.map(({ name }) => name)));
    await ledger.erase(...rows);
    await readModels.project(ledger);
    const after = await everything();
    expect(after.filter((line) => said.some(([, word]) => line.includes(word)))).toEqual([]);
  });

  it.each<[string, (rows: readonly PseudonymisedRow[]) => readonly PseudonymisedRow[]]>([
    ['the first record', (rows) => rows.slice(0, 1)],
    ['an attended session', (rows) => rows.slice(2, 3)],
    ['an outcome', (rows) => rows.slice(4, 5)],
    ['a rating', (rows) => rows.slice(5, 6)],
    ['the last record, of an input', (rows) => rows.slice(-1)],
    ['two records in a row', (rows) => rows.slice(1, 3)],
    ['every record', (rows) => rows],
  ])('leave the same read models, live and rebuilt, before and after bodies go: %s', async (_, choose) => {
    const { ledger, rows } = await knownLedger();
    await readModels.open();
    await readModels.project(ledger);
    const whole = await ledger.store.head(STREAM);
    const erased = choose(rows);
    await ledger.append(erasureOf(erased));
    await readModels.project(ledger);
    const ids = erased.map(({ record }) => record);
    const { rows: states } = await readModels.client.query<{ record: string; erased: boolean }>(
      `SELECT replace(record_id::text, '-', '') AS record, coalesce(reason = 'erased', false) AS erased FROM golden.record`,
    );
    expect(states).toHaveLength(rows.length);
    for (const state of states) expect(state.erased).toBe(ids.includes(state.record as never));
    await readModels.expectARebuildToAgree(ledger);
    ledger.forget(ids);
    await readModels.expectARebuildToAgree(ledger);
    // Filled up to a position at which nobody was erased yet, with bodies that are gone by now.
    await readModels.expectARebuildToAgree(ledger, whole);
  });

  it('leave no relationship, family or referral once the linker has decided the erasure', async () => {
    const row = (given: Partial<DecidedRow>): DecidedRow => ({
      ...{ id: 'r0', role: 'adult', attributes: {}, asOf: '2022-05-01', attended: true },
      ...given,
    });
    const ledger = await readModels.open();
    const people = await ledger.submit({
      ...{ dataset: 'natural-thinkers.user', period: '2022-23-Q1', sequence: 1, supersedes: [] },
      rows: [
        row({ id: 'mother', email: 'e0', nhsNumber: 'n0' }),
        row({ id: 'child', role: 'child', childKey: 'k0', carerEmail: 'e0' }),
        // The address of one and the NHS number of the other: not linked, but referred.
        row({ id: 'other', email: 'e0', nhsNumber: 'n1' }),
      ],
    });
    await readModels.project(ledger);
    const following = readTables.filter(({ erasure }) => erasure.holds === 'what follows from records');
    const tables = following.map(({ name }) => name).filter((name) => name !== 'numbered_individual');
    const kept = async () =>
      (await everything()).filter((line) => tables.some((table) => line.startsWith(`${table} `)));
    const before = await kept();
    for (const table of tables)
      expect(
        before.some((line) => line.startsWith(`${table} `)),
        table,
      ).toBe(true);
    await ledger.eraseRowsOf(people);
    await readModels.project(ledger);
    expect(await kept()).toEqual([]);
    const { rows } = await readModels.client.query(
      `SELECT DISTINCT role, attributes, provenance FROM ${LIVE_SCHEMA}.individual`,
    );
    expect(rows).toEqual([{ role: 'none', attributes: {}, provenance: {} }]);
  });
});
