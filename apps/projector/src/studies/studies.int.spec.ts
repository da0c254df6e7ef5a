import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import { readProgramme, type Programme } from '@kinledger/programme';
import { dataOutputSpecification, pseudonymOf, type DataOutputSpecification } from '@kinledger/studies';
import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DecidedLedger, DecidedRow } from '../projection/decided-ledger.testing.js';
import { ReadModelsUnderTest } from '../projection/read-models-under-test.testing.js';
import { Studies } from './studies.js';

const specification = (rest: object = {}): DataOutputSpecification =>
  dataOutputSpecification.parse({
    version: 1,
    study: 'collective-impact',
    title: 'Collective impact',
    purpose: 'Whether families who used services fare as others do.',
    recipient: {
      organisation: 'Example University',
      people: 'two',
      setting: 'a secure one',
      outputs: 'tables',
    },
    approval: { reference: 'DPIA', on: '2025-11-03' },
    expires: '2027-03-31',
    cohort: { who: 'engaged', roles: ['child', 'adult'] },
    datasets: ['natural-thinkers.user', 'natural-thinkers.engagement'],
    attributes: ['gender', 'ethnicity'],
    area: 'decile',
    families: true,
    ...rest,
  });

const agreed = { consentForm: '2023-2' };
const adult = (id: string, born: string, more: Partial<DecidedRow> = {}): DecidedRow => ({
  ...{
    id,
    role: 'adult',
    email: `address of ${born}`,
    born,
    attributes: {},
    asOf: '2023-05-03',
    attended: true,
  },
  ...more,
});
const file = (dataset: string, rows: readonly DecidedRow[], sequence = 1) => ({
  ...{ dataset, period: '2023-24-Q1', sequence, supersedes: [], rows },
});

type Cells = Readonly<Record<string, string>>;

describe('the extracts of a study', () => {
  const readModels = new ReadModelsUnderTest();
  let programme: Programme;
  let ledger: DecidedLedger;
  let studies: Studies;
  let today = '2026-01-05';
  const errors: unknown[] = [];

  beforeAll(async () => {
    await readModels.start(inject('postgresUrl'));
    programme = await readProgramme(fileURLToPath(new URL('../../../../programmes/leap', import.meta.url)));
  });
  afterAll(() => readModels.stop());
  beforeEach(async () => {
    errors.length = 0;
    today = '2026-01-05';
    await readModels.asSuperuser('TRUNCATE operations.study, operations.study_extract');
    ledger = await readModels.open();
    studies = new Studies({
      ...{ pool: readModels.pool, programme, today: () => today },
      onError: (error) => errors.push(error),
    });
    await ledger.submit(
      file('natural-thinkers.user', [
        adult('ann', 'b1', { attributes: { ...agreed, gender: 'F', lsoa: 'E01990001' } }),
        adult('bob', 'b2', { attributes: { consentForm: '2022-1', gender: 'M' } }),
        adult('cem', 'b3', { attributes: { ...agreed, ethnicity: 'not-stated' }, nhsNumber: 'n3' }),
      ]),
    );
    await ledger.submit(
      file('natural-thinkers.engagement', [
        adult('ann came', 'b1', { asOf: '2023-05-10' }),
        adult('ann came again', 'b1', { asOf: '2023-05-17', attended: false }),
        adult('bob came', 'b2', { asOf: '2023-05-10' }),
        { ...adult('somebody came', 'b4', { asOf: '2023-05-10' }), email: undefined as never },
      ]),
    );
  });

  const bytesOf = async (asked = specification(), asAt?: number): Promise<Buffer> => {
    const { archive } = await studies.extract(asked, asAt, 'ada');
    return Buffer.from(await new Response(archive).arrayBuffer());
  };
  /** The rows of each table of an extract. */
  const extracted = async (asked = specification()): Promise<Readonly<Record<string, readonly Cells[]>>> => {
    const zip = new ZipReader(new BlobReader(new Blob([new Uint8Array(await bytesOf(asked))])));
    const tables: Record<string, readonly Cells[]> = {};
    for (const entry of await zip.getEntries()) {
      if (entry.directory || !/^\w+\.csv$/.test(entry.filename)) continue;
      const text = await entry.getData(new TextWriter(), { useWebWorkers: false });
      tables[entry.filename.slice(0, -4)] = parse<Cells>(text, { columns: true });
    }
    return tables;
  };
  const individualOf = async (id: string): Promise<string> => {
    const { rows } = await readModels.pool.query<{ id: string }>(
      `SELECT replace(individual_id::text, '-', '') AS id FROM ${LIVE_SCHEMA}.record WHERE row_key = $1::uuid`,
      [id],
    );
    return rows[0]?.id ?? '';
  };

  it('hold people who agreed to evaluation and came, and all their rows of the datasets', async () => {
    await readModels.project(ledger);
    const { people, engagements } = await extracted();
    expect(people).toHaveLength(1);
    const { person, decile, weight, ...others } = people?.[0] ?? {};
    expect(person).toMatch(/^[0-9a-f]{32}$/);
    expect(decile).toMatch(/^\d+$/);
    expect(Number(weight)).toBeCloseTo((2 * (4 / 3) + 1) / 3, 4);
    expect(others).toEqual({
      ...{ role: 'adult', family: '-7', gender: 'F', ethnicity: '-9' },
      ...{ link_band: 'birth-date', rows: '3', providers: '1' },
    });
    expect(
      engagements?.map(({ event_date: day, attended, qualifying }) => [day, attended, qualifying]),
    ).toEqual([
      ['2023-05-10', '1', '1'],
      ['2023-05-17', '0', '0'],
    ]);
    expect(new Set(engagements?.map(({ person }) => person))).toEqual(new Set([people?.[0]?.['person']]));
  });

  it('count who is missing, and weigh for rows that nobody could link', async () => {
    await readModels.project(ledger);
    const { unlinked } = await extracted();
    expect(unlinked).toMatchObject([
      {
        ...{ dataset: 'natural-thinkers.engagement', rows: '4', linked: '3', unlinkable: '1', referred: '0' },
        ...{ not_agreed: '1', weight: '1.3333' },
      },
      {
        dataset: 'natural-thinkers.user',
        rows: '3',
        linked: '3',
        unlinkable: '0',
        not_agreed: '1',
        weight: '1.0000',
      },
    ]);
  });

  it('may hold people without an engagement', async () => {
    await readModels.project(ledger);
    const cohort = { who: 'recorded', roles: ['adult'] };
    const { people } = await extracted(specification({ cohort }));
    expect(people?.map(({ ethnicity, link_band: band }) => [ethnicity, band]).sort()).toEqual([
      ['-8', 'nhs-number'],
      ['-9', 'birth-date'],
    ]);
  });

  it('withhold what only a dataset says that the study may not see', async () => {
    await ledger.submit(
      file('baby-steps.user', [adult('ann elsewhere', 'b1', { attributes: { ethnicity: 'indian' } })]),
    );
    await readModels.project(ledger);
    expect((await extracted()).people).toMatchObject([{ ethnicity: '-6', gender: 'F', rows: '3' }]);
  });

  it('show what a row says that the study may see, whatever a higher-ranked row says', async () => {
    await ledger.submit(
      file('maternity.user', [
        adult('ann pregnant', 'b1', { attributes: { gender: 'X', ethnicity: 'indian' } }),
      ]),
    );
    await readModels.project(ledger);
    expect((await extracted()).people).toMatchObject([{ gender: 'F', ethnicity: '-6' }]);
  });

  it('hold no area of a person whose address any service protects', async () => {
    const attributes = { addressProtected: 'true' };
    await ledger.submit(file('baby-steps.user', [adult('ann elsewhere', 'b1', { attributes })]));
    await readModels.project(ledger);
    expect((await extracted()).people).toMatchObject([{ gender: 'F', decile: '-9' }]);
  });

  it('name people by the study’s own key, alike in every extract, and unlike any other study', async () => {
    await readModels.project(ledger);
    const [first] = (await extracted()).people ?? [];
    const { rows } = await readModels.pool.query<{ key: Buffer }>('SELECT key FROM operations.study');
    const { rows: keys } = await readModels.pool.query<{ row_key: string }>(
      `SELECT row_key FROM ${LIVE_SCHEMA}.record WHERE dataset = 'natural-thinkers.engagement' AND as_of = '2023-05-17'`,
    );
    const id = await individualOf(keys[0]?.row_key ?? '');
    expect(first?.['person']).toBe(pseudonymOf(rows[0]?.key ?? Buffer.alloc(0), 'individual', id));
    expect((await extracted()).people?.[0]?.['person']).toBe(first?.['person']);
    await readModels.asSuperuser('TRUNCATE operations.study, operations.study_extract');
    expect((await extracted()).people?.[0]?.['person']).not.toBe(first?.['person']);
  });

  it('are the same bytes at the same position', async () => {
    await readModels.project(ledger);
    const [one, other] = [await bytesOf(), await bytesOf()];
    expect(createHash('sha256').update(one).digest('hex')).toBe(
      createHash('sha256').update(other).digest('hex'),
    );
  });

  it('are refused with every reason before anything is read', async () => {
    const asked = studies.extract(
      specification({ attributes: ['loneParent'], area: 'lsoa' }),
      undefined,
      'ada',
    );
    await expect(asked).rejects.toMatchObject({
      ...{ status: 422, code: 'extract-not-permitted' },
      errors: [{ path: 'body.specification.attributes.0' }, { path: 'body.specification.area' }],
    });
    expect(await studies.all()).toEqual([]);
    today = '2030-04-01';
    await expect(studies.check(specification())).rejects.toMatchObject({ code: 'extract-not-permitted' });
  });

  it('need read models at the position', async () => {
    await readModels.project(ledger);
    await expect(studies.extract(specification(), 1, 'ada')).rejects.toMatchObject({
      code: 'position-not-rebuilt',
    });
    await expect(bytesOf()).resolves.toBeInstanceOf(Buffer);
  });

  it('are made one at a time; one whose reader goes away is listed as broken off', async () => {
    await readModels.project(ledger);
    const { archive } = await studies.extract(specification(), undefined, 'ada');
    await expect(studies.extract(specification(), undefined, 'ben')).rejects.toMatchObject({
      code: 'extract-running',
    });
    await archive.cancel();
    await expect.poll(() => errors.length).toBe(1);
    await expect.poll(() => bytesOf().then(() => 'made')).toBe('made');
    const [study] = await studies.all();
    expect(study?.extracts.map(({ completedAt, people }) => [completedAt === null, people])).toEqual([
      [false, 1],
      [true, null],
    ]);
  });

  it('are given up when their reader takes nothing for long', async () => {
    await readModels.project(ledger);
    studies = new Studies({
      ...{ pool: readModels.pool, programme, today: () => today, patienceMs: 50 },
      onError: (error) => errors.push(error),
    });
    const { archive } = await studies.extract(specification(), undefined, 'ada');
    await expect.poll(() => String(errors[0])).toMatch(/nobody took a byte/);
    await expect(new Response(archive).arrayBuffer()).rejects.toThrow();
    await expect(bytesOf()).resolves.toBeInstanceOf(Buffer);
  });

  it('keep the key until the one that is being made is done', async () => {
    await readModels.project(ledger);
    const { archive } = await studies.extract(specification(), undefined, 'ada');
    await expect(studies.destroy('collective-impact', 'ada')).rejects.toMatchObject({
      code: 'extract-running',
    });
    await new Response(archive).arrayBuffer();
    await expect(studies.destroy('collective-impact', 'ada')).resolves.toContain('destroyed');
  });

  it('are not complete if another process destroyed the key meanwhile', async () => {
    await readModels.project(ledger);
    const { archive } = await studies.extract(specification(), undefined, 'ada');
    const other = new Studies({
      pool: readModels.pool,
      programme,
      today: () => today,
      onError: () => undefined,
    });
    await other.destroy('collective-impact', 'ben');
    await expect(new Response(archive).arrayBuffer()).rejects.toThrow();
    expect((await studies.all())[0]?.extracts).toMatchObject([{ completedAt: null }]);
  });

  it('end with the study’s key, which is certified and cannot come back', async () => {
    await readModels.project(ledger);
    await bytesOf();
    const certificate = await studies.destroy('collective-impact', 'ada');
    const [study] = await studies.all();
    expect(certificate).toContain(study?.extracts[0]?.manifest ?? 'no manifest');
    expect(certificate).toMatch(/destroyed on \d{4}-\d\d-\d\dT[\d:]+Z by ada/);
    const { rows } = await readModels.pool.query('SELECT FROM operations.study WHERE key IS NOT NULL');
    expect(rows).toEqual([]);
    await expect(studies.extract(specification(), undefined, 'ada')).rejects.toMatchObject({
      code: 'study-destroyed',
    });
    expect(await studies.destroy('collective-impact', 'ben')).toBe(certificate);
    await expect(studies.destroy('another-study', 'ada')).rejects.toMatchObject({ code: 'study-unknown' });
  });
});
