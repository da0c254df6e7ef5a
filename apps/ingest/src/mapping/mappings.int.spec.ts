import { PinoLogger } from 'nestjs-pino';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import {
  ask,
  DATASET,
  fileOf,
  header,
  PERIOD,
  submit,
  upload,
  type Caller,
  type UploadBody,
} from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'));
});
afterAll(() => ingest.stop());
afterEach(() => ingest.pool.query('DELETE FROM ingest.mapping'));

/** The titles of a provider whose system has names of its own. */
const renamed = { 'Case number': 'Case numbers', Consent: 'Consents to share', Sex: 'Gendr' } as const;
const titles = header.map((title) => (renamed as Partial<Record<string, string>>)[title] ?? title);
type Change = Partial<Record<(typeof header)[number], string>>;
const theirFile = (...changes: readonly Change[]): string =>
  fileOf(...changes).replace(header.join(','), titles.join(','));

const columns = [
  { field: 'case_number', columnTitle: 'Case numbers' },
  { field: 'consent_given', columnTitle: 'Consents to share' },
  { field: 'gender', columnTitle: 'Gendr' },
];

interface MappingBody {
  readonly id: string;
  readonly version: number;
  readonly type?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}
type Mapped = UploadBody & {
  readonly type?: string;
  readonly detail?: string;
  readonly errors?: MappingBody['errors'];
  readonly savedMapping?: { readonly id: string; readonly version: number };
  readonly columnProposals?: readonly { readonly field: string }[];
  readonly unmatchedValues?: readonly object[];
};
const send = async (body: string, mapping?: string, caller: Caller = 'officer') =>
  ask<Mapped>(
    ingest,
    caller,
    'POST',
    `/v1/uploads?dataset=${DATASET}&period=${PERIOD}${mapping === undefined ? '' : `&mapping=${mapping}`}`,
    { body, headers: { 'content-type': 'text/csv' } },
  );
const confirm = (body: object = {}, caller: Caller = 'officer') =>
  ask<MappingBody>(ingest, caller, 'POST', '/v1/mappings', {
    body: JSON.stringify({ dataset: DATASET, titles, columns, ...body }),
    headers: { 'content-type': 'application/json' },
  });
const propose = (body: string, caller: Caller = 'officer') =>
  ask(ingest, caller, 'POST', `/v1/mapping-proposals?dataset=${DATASET}&period=${PERIOD}`, {
    body,
    headers: { 'content-type': 'text/csv' },
  });

describe('a file with titles of its own', () => {
  it('is refused with the columns that may be meant, which no log repeats', async () => {
    const logged = vi.spyOn(PinoLogger.root, 'info');
    const { status, body } = await send(theirFile({}));
    expect(status).toBe(422);
    expect(body.type).toBe('urn:kinledger:problem:missing-columns');
    expect(body.detail).toContain('kinledger submit --map');
    expect(body.errors).toContainEqual({
      path: 'case_number',
      message: expect.stringContaining('"Case numbers" (0.') as string,
    });
    expect(JSON.stringify(logged.mock.calls)).not.toContain('Case numbers');
    logged.mockRestore();
  });

  it('gets proposals with reasons and samples, which leave nothing behind', async () => {
    const { status, body } = await propose(theirFile({ Sex: 'Femal' }, { 'Case number': 'PT-9' }));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dataset: DATASET,
      titles,
      rowsLookedAt: 2,
      missing: expect.arrayContaining([{ field: 'case_number', title: 'Case number' }]) as object,
      columnProposals: expect.arrayContaining([
        expect.objectContaining({
          field: 'case_number',
          needed: true,
          proposed: 1,
          candidates: [
            expect.objectContaining({ column: 1, columnTitle: 'Case numbers', samples: ['PT-1', 'PT-9'] }),
          ],
        }),
      ]) as object,
      unmatchedValues: [
        {
          field: 'gender',
          values: [{ value: 'Femal', rows: 1, proposed: expect.objectContaining({ code: 'F' }) as object }],
        },
      ],
    });
    const { rows } = await ingest.pool.query('SELECT FROM landing.file');
    expect(rows).toEqual([]);
  });

  it('is read by the mapping that its provider confirmed, whatever the order of its columns', async () => {
    const { status, body: saved } = await confirm({
      values: [{ field: 'gender', value: 'Femal', code: 'F' }],
    });
    expect(status).toBe(201);
    const { status: sent, body } = await send(theirFile({ Sex: 'femal' }, { Sex: 'Mael' }));
    expect(sent).toBe(201);
    expect(body).toMatchObject({
      state: 'validated',
      counts: { read: 2, accepted: 1, rejected: 1 },
      savedMapping: { id: saved.id, version: 1 },
      unmatchedValues: [{ field: 'gender', values: [{ value: 'Mael', rows: 1 }] }],
    });
    expect(body.mapping).toContainEqual(
      expect.objectContaining({ field: 'case_number', column: 1, columnTitle: 'Case numbers' }),
    );
    const turned = theirFile({ Sex: 'femal' })
      .split('\r\n')
      .map((line) => line.split(',').reverse().join(','))
      .join('\r\n');
    expect((await send(turned)).body).toMatchObject({
      savedMapping: { version: 1 },
      counts: { accepted: 1 },
    });

    const { body: kept } = await ask<Mapped>(ingest, 'officer', 'GET', `/v1/uploads/${body.id}`);
    expect(kept.savedMapping).toEqual({ id: saved.id, version: 1 });
    expect(kept).not.toHaveProperty('unmatchedValues');
    expect((await submit(ingest, body.id)).status).toBe(200);
  });

  it('is the same content again only if it is read by the same mapping', async () => {
    await confirm();
    const first = await send(theirFile({ 'Case number': 'PT-70' }));
    const { body: submitted } = await submit(ingest, first.body.id);
    const again = await send(theirFile({ 'Case number': 'PT-70' }));
    expect((await submit(ingest, again.body.id)).body).toMatchObject({ id: submitted.id, repeated: true });
    await confirm({ values: [{ field: 'gender', value: 'Fem', code: 'F' }] });
    const otherwise = await send(theirFile({ 'Case number': 'PT-70' }));
    expect((await submit(ingest, otherwise.body.id)).body).toMatchObject({ repeated: false });
  });

  it('is read by an earlier version, or by none, if its sender asks for that', async () => {
    const { body: saved } = await confirm({ values: [{ field: 'gender', value: 'Fem', code: 'F' }] });
    await confirm({ values: [] });
    const file = theirFile({ Sex: 'Fem' });
    expect((await send(file)).body).toMatchObject({ savedMapping: { version: 2 }, counts: { rejected: 1 } });
    expect((await send(file, `${saved.id}.1`)).body).toMatchObject({
      savedMapping: { version: 1 },
      counts: { accepted: 1 },
    });
    expect((await send(file, 'none')).body.type).toBe('urn:kinledger:problem:missing-columns');
    expect((await send(file, `${saved.id}.3`)).body.type).toBe('urn:kinledger:problem:mapping-unknown');
    expect((await send(fileOf({}), `${saved.id}.1`)).body.type).toBe(
      'urn:kinledger:problem:mapping-outdated',
    );
    expect((await send(file, 'newest')).status).toBe(400);
  });

  it('is refused if the schema has changed so that its mapping no longer fits', async () => {
    const { body: saved } = await confirm();
    // As it would have been saved for a schema with another field.
    await ingest.pool.query(
      `INSERT INTO ingest.mapping_version
       SELECT mapping, 2, repeat('0', 64), columns || '{"ward": "Home language"}', codes, saved_by
       FROM ingest.mapping_version`,
    );
    const { status, body } = await send(theirFile({}));
    expect(status).toBe(422);
    expect(body.type).toBe('urn:kinledger:problem:mapping-outdated');
    expect(body.detail).toContain(saved.id);
    expect(body.errors).toEqual([{ path: 'columns.ward', message: 'the dataset has no such field' }]);
    const { body: list } = await ask(ingest, 'officer', 'GET', `/v1/mappings?dataset=${DATASET}`);
    expect(list).toMatchObject({ mappings: [{ faults: [{ path: 'columns.ward' }] }] });
  });
});

describe('a saved mapping', () => {
  it('has versions, of which the newest does not repeat what it says already', async () => {
    const { body: first } = await confirm();
    expect(await confirm()).toMatchObject({ status: 200, body: { id: first.id, version: 1 } });
    expect(await confirm({ titles: [...titles].reverse() })).toMatchObject({ status: 200 });
    expect(
      await confirm({ values: [{ field: 'gender', value: 'Fem', code: 'F' }] }, 'data-team'),
    ).toMatchObject({ status: 201, body: { id: first.id, version: 2 } });
    expect(await ask(ingest, 'officer', 'GET', `/v1/mappings/${first.id}`)).toMatchObject({
      body: {
        version: 2,
        values: [{ field: 'gender', value: 'Fem', code: 'F' }],
        versions: [
          { version: 2, savedBy: 'data-team' },
          { version: 1, savedBy: 'officer' },
        ],
      },
    });
    const { body: earlier } = await ask(ingest, 'officer', 'GET', `/v1/mappings/${first.id}?version=1`);
    expect(earlier).toMatchObject({ version: 1, values: [] });
    expect((await ask(ingest, 'officer', 'GET', `/v1/mappings/${first.id}?version=3`)).status).toBe(404);
  });

  it('is its provider’s and the data team’s alone', async () => {
    const { body } = await confirm();
    const at = `/v1/mappings/${body.id}`;
    expect((await ask(ingest, 'stranger', 'GET', at)).status).toBe(404);
    expect((await ask(ingest, 'stranger', 'DELETE', at)).status).toBe(404);
    expect((await ask(ingest, 'stranger', 'GET', `/v1/mappings?dataset=${DATASET}`)).status).toBe(403);
    expect((await confirm({}, 'stranger')).status).toBe(403);
    expect((await propose(theirFile({}), 'stranger')).status).toBe(403);
    expect((await ask(ingest, 'reader', 'GET', at)).status).toBe(403);
    expect((await ask(ingest, 'data-team', 'GET', at)).status).toBe(200);
  });

  it('stays named by the submission of a file that was read by it', async () => {
    const { body: saved } = await confirm();
    const { body: read } = await send(theirFile({}));
    const { body: submitted } = await ask<Mapped>(ingest, 'officer', 'POST', `/v1/uploads/${read.id}/submit`);
    expect(submitted.savedMapping).toEqual({ id: saved.id, version: 1 });
    const { body: listed } = await ask<{ submissions: readonly Mapped[] }>(
      ...([ingest, 'officer', 'GET', '/v1/submissions'] as const),
    );
    expect(listed.submissions.find(({ id }) => id === submitted.id)?.savedMapping).toEqual({
      ...{ id: saved.id, version: 1 },
    });
    const page = await ask(ingest, 'officer', 'GET', `/files/submitted/${submitted.id}`);
    expect(JSON.stringify(page)).toContain(`Mapping ${saved.id}, version 1`);
  });

  it('is deleted with all its versions, and what was read by it still names it', async () => {
    const { body: saved } = await confirm();
    await confirm({ values: [{ field: 'gender', value: 'Fem', code: 'F' }] });
    const { body: read } = await send(theirFile({}));
    expect((await ask(ingest, 'officer', 'DELETE', `/v1/mappings/${saved.id}`)).status).toBe(204);
    expect((await ask(ingest, 'officer', 'DELETE', `/v1/mappings/${saved.id}`)).status).toBe(404);
    const { rows } = await ingest.pool.query('SELECT FROM ingest.mapping_version');
    expect(rows).toEqual([]);
    const { body: kept } = await ask<Mapped>(ingest, 'officer', 'GET', `/v1/uploads/${read.id}`);
    expect(kept.savedMapping).toEqual({ id: saved.id, version: 2 });
    expect((await confirm()).body.id).not.toBe(saved.id);
  });

  it.each([
    [
      'a field of another dataset',
      { columns: [...columns, { field: 'ward', columnTitle: 'Mobile' }] },
      'columns.ward',
    ],
    ['too few columns', { columns: columns.slice(0, 2), titles: titles.slice(0, -4) }, 'consent_given'],
    [
      'consent',
      { values: [{ field: 'consent_given', value: 'Signed', code: 'true' }] },
      'values.consent_given',
    ],
    [
      'a code that is not listed',
      { values: [{ field: 'gender', value: 'Fem', code: 'W' }] },
      'values.gender',
    ],
  ])('is not saved with %s', async (_, body, path) => {
    const { status, body: problem } = await confirm(body);
    expect(status).toBe(422);
    expect(problem.type).toBe('urn:kinledger:problem:mapping-unfit');
    expect(problem.errors?.map((one) => one.path)).toContain(path);
  });

  it('is one of at most 20 for a dataset, also if they are confirmed at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 22 }, (_, number) => confirm({ titles: [...titles, `Extra ${number}`] })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.find(({ status }) => status === 409)?.body.type).toBe(
      'urn:kinledger:problem:too-many-mappings',
    );
  });
});

describe('two columns that may both be a carer’s email', () => {
  const two = fileOf({ Mobile: 'other@example.org' }).replace(',Mobile,', ',Carer email,');

  it('are asked for, and read as somebody said', async () => {
    const { status, body } = await send(two);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: 'urn:kinledger:problem:duplicate-columns',
      errors: [{ message: expect.stringContaining('"Carer email"') as string }],
    });
    await confirm({
      titles: two.split('\r\n')[0]?.split(','),
      columns: [{ field: body.errors?.[0]?.path, columnTitle: 'Parent email' }],
    });
    expect((await upload(ingest, two)).body).toMatchObject({ state: 'validated', counts: { accepted: 1 } });
  });
});
