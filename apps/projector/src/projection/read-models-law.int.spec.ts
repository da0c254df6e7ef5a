import type { PeriodCode, SubmissionId } from '@kinledger/contracts';
import { lastClosedAt } from '@kinledger/event-store';
import { wholeReach } from '@kinledger/figures';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { rowKeyOf, type DecidedLedger, type DecidedFile, type DecidedRow } from './decided-ledger.testing.js';
import {
  anyOperation,
  authority,
  periods,
  playOperation,
  playStep,
  step,
  type AnyOperation,
  type Period,
  type Step,
} from './testing/random-history.js';
import { ReadModelsUnderTest, tries } from './read-models-under-test.testing.js';
import { quarterClosed, STREAM } from './small-ledger.testing.js';

interface Individual {
  readonly rows: readonly string[];
  readonly role: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly provenance: Readonly<Record<string, string>>;
}

describe('read models, for any history,', () => {
  const readModels = new ReadModelsUnderTest();
  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());

  /** Plays steps like intake; projects every few decisions, so that read models are updated incrementally. */
  async function play(steps: readonly Step[]): Promise<DecidedLedger> {
    const ledger = await readModels.open();
    for (const [number, one] of steps.entries()) {
      await playStep(ledger, one);
      if (number % 2 === 0) await readModels.project(ledger);
    }
    await readModels.project(ledger);
    return ledger;
  }

  const standingFiles = (ledger: DecidedLedger): (readonly [SubmissionId, DecidedFile])[] =>
    [...ledger.files].filter(([id]) => ledger.engine.standingOf(id) === 'standing');

  /** The content of the read models about live rows, by row key. */
  async function content() {
    const { client } = readModels;
    const records = await client.query<{ key: string; owner: string | null; said: string; record: string }>(
      `SELECT replace(row_key::text, '-', '') AS key, individual_id::text AS owner, replace(record_id::text, '-', '') AS record,
              concat_ws(' ', r.state, r.reason, r.role, r.dataset, s.period, s.sequence) AS said
       FROM golden.record r JOIN golden.submission s USING (submission_id) WHERE r.state <> 'retired'`,
    );
    const keyOf = new Map(records.rows.map(({ record, key }) => [record, key]));
    const rowsOf = new Map<string, string[]>();
    for (const { key, owner } of records.rows) {
      if (owner !== null) rowsOf.set(owner, [...(rowsOf.get(owner) ?? []), key].sort());
    }
    const nameOf = (individual: string) => rowsOf.get(individual)?.join() ?? 'nobody';
    const individuals = await client.query<{
      id: string;
      role: string;
      attributes: Individual['attributes'];
      provenance: Individual['provenance'];
    }>('SELECT individual_id::text AS id, role, attributes, provenance FROM golden.individual');
    const kin = await client.query<{ child: string; other: string; kind: string }>(
      'SELECT kind, child_id::text AS child, other_id::text AS other FROM golden.relationship',
    );
    const families = await client.query<{ members: string[]; review: boolean }>(
      `SELECT array_agg(m.individual_id::text) AS members, f.review FROM golden.family f JOIN golden.family_member m USING (family_id)
       GROUP BY f.family_id, f.review`,
    );
    const asked = [
      await wholeReach(client, {}),
      await wholeReach(client, { period: { start: '2022-10-01', end: '2023-01-01' } }),
    ];
    return {
      records: records.rows.map(({ key, owner, said }) => `${key} ${said} ${owner === null}`).sort(),
      individuals: individuals.rows
        .filter(({ id }) => rowsOf.has(id))
        .map(({ id, role, attributes, provenance }): Individual => ({
          rows: rowsOf.get(id) ?? [],
          ...{ role, attributes },
          provenance: Object.fromEntries(
            Object.entries(provenance).map(([name, record]) => [name, keyOf.get(record) ?? 'nothing']),
          ),
        }))
        .sort((one, other) => (one.rows.join() < other.rows.join() ? -1 : 1)),
      deserted: individuals.rows
        .filter(
          ({ id, role, attributes }) =>
            !rowsOf.has(id) && (role !== 'none' || Object.keys(attributes).length > 0),
        )
        .map(({ role }) => role),
      kin: kin.rows.map(({ kind, child, other }) => `${kind} ${nameOf(child)} / ${nameOf(other)}`).sort(),
      families: families.rows
        .map(({ members, review }) => `${review} ${members.map(nameOf).sort().join(' / ')}`)
        .sort(),
      figures: asked.map(({ position: _, ...figures }) => figures),
    };
  }

  it('are a function of the live rows: another order of arrival, without rows that came and went, gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 9, size: 'max' }),
        fc.infiniteStream(fc.nat(1000)),
        async (steps, picks) => {
          const ledger = await play(steps);
          const lived = await content();
          const files = standingFiles(ledger);
          const fresh = await readModels.open();
          while (files.length > 0) {
            const [next] = files.splice((picks.next().value as number) % files.length, 1);
            await fresh.submit({ ...next![1], supersedes: [] });
          }
          await readModels.project(fresh);
          expect(lived.deserted).toEqual([]);
          expect({ ...(await content()), deserted: [] }).toEqual(lived);
        },
      ),
      { numRuns: tries(20), seed: 20_221_001 },
    );
  });

  it('are the same byte for byte when they are rebuilt, at once or in part and then caught up, erased files included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 9, size: 'max' }),
        fc.nat(1000),
        fc.nat(1000),
        async (steps, erased, part) => {
          const ledger = await play(steps);
          const files = [...ledger.files.keys()];
          const forgotten = files[erased % (2 * files.length)];
          if (forgotten !== undefined) await ledger.eraseRowsOf(forgotten);
          await readModels.project(ledger);
          const head = await ledger.store.head(STREAM);
          for (const upTo of [head, await lastClosedAt(ledger.store, STREAM, part % (head + 1))]) {
            await readModels.expectARebuildToAgree(ledger, upTo);
          }
        },
      ),
      { numRuns: tries(15), seed: 20_221_003 },
    );
  });

  it('are the same when they are rebuilt, whatever was reviewed, erased and closed in between', async () => {
    const closable = ['2022-23-Q1', '2022-23-Q2', '2022-23-Q3'] as PeriodCode[];
    const play = async (ledger: DecidedLedger, one: AnyOperation, quarters: Iterator<PeriodCode>) => {
      if ('erases' in one)
        return one.erases === 'record' ? ledger.eraseRecord(one.pick) : ledger.eraseCarersOf(one.pick);
      if (!('closes' in one)) return playOperation(ledger, one);
      const { value: period, done } = quarters.next() as IteratorResult<PeriodCode, undefined>;
      if (done !== true) await ledger.note(quarterClosed(period));
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyOperation, { minLength: 8, maxLength: 16, size: 'max' }),
        fc.nat(1000),
        async (operations, part) => {
          const ledger = await readModels.open();
          const quarters = closable.values();
          for (const [number, one] of operations.entries()) {
            await play(ledger, one, quarters);
            if (number % 3 === 0) await readModels.project(ledger);
          }
          await readModels.project(ledger);
          const head = await ledger.store.head(STREAM);
          for (const upTo of [head, await lastClosedAt(ledger.store, STREAM, part % (head + 1))])
            await readModels.expectARebuildToAgree(ledger, upTo);
        },
      ),
      { numRuns: tries(10), seed: 20_221_004 },
    );
  });

  it('give each individual the role and the attributes of the rows that rank first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9, size: 'max' }), async (steps) => {
        const ledger = await play(steps);
        const rows = new Map<string, Ranked>();
        for (const [, file] of standingFiles(ledger)) {
          for (const said of file.rows) {
            const key = rowKeyOf(file.dataset, said);
            const known = rows.get(key);
            const [start, before] = [
              periods[file.period as Period],
              known && periods[known.file.period as Period],
            ];
            const outranks =
              known === undefined ||
              before === undefined ||
              start > before ||
              (start === before && file.sequence > known.file.sequence);
            if (outranks) rows.set(key, { key, file, said });
          }
        }
        const { individuals } = await content();
        expect(individuals).toEqual(
          individuals.map(({ rows: keys }) =>
            expected(
              keys,
              keys.map((key) => rows.get(key)!),
            ),
          ),
        );
      }),
      { numRuns: tries(20), seed: 20_221_002 },
    );
  });
});

interface Ranked {
  readonly key: string;
  readonly file: DecidedFile;
  readonly said: DecidedRow;
}

/** Survivorship by its definition (the figures guide), straight from the rows. */
function expected(keys: readonly string[], rows: readonly Ranked[]): Individual {
  const best = rows.toSorted(
    (one, other) =>
      authority(one.file.dataset) - authority(other.file.dataset) ||
      compare(other.said.asOf, one.said.asOf) ||
      compare(periods[other.file.period as Period], periods[one.file.period as Period]) ||
      compare(one.key, other.key),
  );
  const people = best.filter(({ file }) => file.dataset.endsWith('.user'));
  const hidden = rows.some(({ said }) => 'addressProtected' in said.attributes);
  const attributes: Record<string, string> = {};
  const provenance: Record<string, string> = {};
  for (const { key, said } of best) {
    for (const [name, value] of Object.entries(said.attributes)) {
      if (name in attributes || (name === 'lsoa' && hidden)) continue;
      attributes[name] = value;
      provenance[name] = key;
    }
  }
  return { rows: keys, role: (people[0] ?? best[0])!.said.role, attributes, provenance };
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
