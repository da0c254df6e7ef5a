import { randomBytes } from 'node:crypto';
import type { DatasetId, ProviderId, SubmissionId, UploadId } from '@kinledger/contracts';
import { createSecretKey } from 'node:crypto';
import { EffectTally } from '@kinledger/domain';
import { datasetSchema } from '@kinledger/programme';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';
import { foreseeEffects } from './foresee-effects.js';
import { RegisterWriter } from './register-writer.js';
import { RowEntries } from './row-entries.js';

type Row = readonly (string | null)[];

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'));
});
afterAll(() => ingest.stop());

const column = (name: string, rest: object = {}) => ({
  name,
  title: name,
  type: 'string',
  'x-kinledger': rest,
});
const sessions = datasetSchema.parse({
  fields: [
    column('case_number'),
    column('email', { identifiers: [{ kind: 'email', use: 'identity' }] }),
    column('kind', { target: { to: 'fact', name: 'sessionKind' } }),
  ],
  'x-kinledger': { role: 'adult', naturalKey: ['case_number'], naturalKeyIsStable: true },
});
const people = datasetSchema.parse({
  fields: [
    column('case_number'),
    column('email', { identifiers: [{ kind: 'email', use: 'identity' }] }),
    { ...column('consent', { consent: true }), type: 'boolean' },
  ],
  primaryKey: ['case_number'],
  'x-kinledger': { role: 'adult' },
});
const secret = createSecretKey(Buffer.alloc(32, 3));
const entriesOf = (schema: typeof sessions) =>
  new RowEntries(secret, 'alpha.engagement' as DatasetId, schema, 'alpha-team' as ProviderId);

/** Writes the register of an upload in runs of three rows. */
async function registered(schema: typeof sessions, rows: readonly Row[]) {
  const upload = randomBytes(16).toString('hex') as UploadId;
  await ingest.pool.query(
    `INSERT INTO ingest.upload (upload, provider, dataset, period, state, uploaded_by, schema_hash)
     VALUES ($1, 'alpha-team', 'alpha.engagement', '2023-24-Q1', 'receiving', 'officer', '')`,
    [upload],
  );
  const writer = new RegisterWriter(ingest.pool, upload, entriesOf(schema), 3);
  for (const row of rows) if (writer.add(row)) await writer.write();
  return { upload, rowsAlone: await writer.finish() };
}

/** The predicted effect of submitting the last of these files, all others standing in earlier periods. */
async function effectOf(schema: typeof sessions, files: readonly (readonly Row[])[]) {
  const written = [];
  for (const rows of files) written.push(await registered(schema, rows));
  const standables = written.map(({ rowsAlone }, period) => ({
    submission: `s${period}` as SubmissionId,
    period,
    sequence: 1,
    full: false,
    rowsAlone,
    staysStanding: true,
  }));
  const offered = standables.pop();
  if (offered === undefined) throw new Error('no file is offered');
  const tally = new EffectTally(standables, offered);
  const uploads = written.map(({ upload }) => upload);
  const [effect] = await foreseeEffects(ingest.pool, uploads, [tally]);
  return effect;
}

describe('the register of rows', () => {
  it('predicts for session files what a naive comparison finds', async () => {
    const text = (...values: (string | null)[]) => fc.constantFrom(...values);
    const row: fc.Arbitrary<Row> = fc.tuple(
      text('C1', 'C2', 'C3', null),
      text('ann@example.org', 'bob@example.org', null),
      text('group', 'visit'),
    );
    const anyFile = fc.array(row, { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.array(anyFile, { maxLength: 2 }), anyFile, async (standing, offered) => {
        expect(await effectOf(sessions, [...standing, offered])).toMatchObject(naive(standing, offered));
      }),
      { numRuns: 60 },
    );
  });

  /** Later periods win, key by key; a key is case number, email and occurrence. */
  function naive(standing: readonly (readonly Row[])[], offered: readonly Row[]) {
    const named = (rows: readonly Row[]) => {
      const found = new Map<string, string>();
      const seen = new Map<string, number>();
      for (const [caseNumber, email, kind] of rows) {
        if (caseNumber === null || caseNumber === undefined) continue;
        const key = `${caseNumber} ${email ?? ''}`;
        const occurrence = (seen.get(key) ?? 0) + 1;
        seen.set(key, occurrence);
        found.set(`${key} ${occurrence}`, kind ?? '');
      }
      return found;
    };
    const alone = (rows: readonly Row[]) => rows.filter(([caseNumber]) => caseNumber === null).length;
    const live = new Map(standing.flatMap((rows) => [...named(rows)]));
    const added: string[] = [];
    let [replaces, equal] = [0, 0];
    for (const [key, content] of named(offered)) {
      const stood = live.get(key);
      if (stood === undefined) added.push(key);
      else if (stood === content) equal += 1;
      else replaces += 1;
    }
    const personOf = (key: string) => key.slice(0, key.lastIndexOf(' '));
    const sharesKey = added.filter((key) =>
      [...live.keys()].some(
        (other) => other.split(' ')[0] === key.split(' ')[0] && personOf(other) !== personOf(key),
      ),
    ).length;
    return {
      standing: live.size + standing.reduce((sum, rows) => sum + alone(rows), 0),
      adds: added.length + alone(offered),
      replaces,
      equal,
      sharesKey,
      retires: 0,
    };
  }

  it("takes a file's last row of a row id", async () => {
    const yes = (id: string): Row => [id, `${id}@example.org`, 'true'];
    const no = (id: string): Row => [id, null, 'false'];
    const before = ['A', 'B', 'C', 'D'].map(yes);
    const effect = await effectOf(people, [
      before,
      [yes('A'), no('B'), no('C'), no('A'), yes('D'), yes('C'), no('E'), no('D'), yes('D')],
    ]);
    expect(effect).toMatchObject({ standing: 4, retires: 2, refuses: 2, equal: 2, adds: 0, overtaken: 0 });
    const later = await effectOf(people, [before, [no('A')], [yes('A')]]);
    expect(later).toMatchObject({ standing: 3, adds: 1, retires: 0 });
  });

  it('contains nothing that can be compared across datasets, or without the key', () => {
    const write = (entries: RowEntries) => {
      const target = Buffer.alloc(24);
      expect(entries.write(['C1', 'ann@example.org', 'group'], target, 0)).toBe(true);
      return target;
    };
    const one = write(entriesOf(sessions));
    expect(write(entriesOf(sessions)).equals(one)).toBe(true);
    const provider = 'alpha-team' as ProviderId;
    const others = [
      new RowEntries(secret, 'beta.engagement' as DatasetId, sessions, provider),
      new RowEntries(
        createSecretKey(Buffer.alloc(32, 4)),
        'alpha.engagement' as DatasetId,
        sessions,
        provider,
      ),
    ].map(write);
    for (const other of others)
      for (const at of [0, 8, 16])
        expect(other.subarray(at, at + 8).equals(one.subarray(at, at + 8))).toBe(false);
  });
});
