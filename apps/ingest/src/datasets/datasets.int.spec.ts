import { createHash } from 'node:crypto';
import { markupProblems } from '@kinledger/page-kit/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask, DATASET, type Caller } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'));
});
afterAll(() => ingest.stop());

const get = <Body = Record<string, unknown>>(path: string, caller: Caller = 'officer') =>
  ask<Body>(ingest, caller, 'GET', path, { headers: { accept: '*/*' } });
interface List {
  readonly datasets: readonly {
    readonly id: string;
    readonly schemaHash: string;
    readonly pseudonymisedAtSource: boolean;
  }[];
}

describe('the datasets of a provider', () => {
  it('are its own; the data team has those of all', async () => {
    const own = await get<List>('/v1/datasets');
    expect(own.body.datasets).toContainEqual(
      expect.objectContaining({ id: DATASET, provider: 'parent-infant-team' }),
    );
    expect(own.body.datasets.length).toBeGreaterThan(0);
    const all = await get<List>('/v1/datasets', 'data-team');
    expect(all.body.datasets.length).toBeGreaterThan(own.body.datasets.length);
    expect((await get('/v1/datasets', 'reader')).status).toBe(403);
  });

  it.each(['schema', 'template.csv', 'template.xlsx', 'guide', `schemas/${'0'.repeat(64)}`])(
    'show nobody else their %s',
    async (what) => {
      expect((await get(`/v1/datasets/${DATASET}/${what}`, 'stranger')).status).toBe(403);
      expect((await get(`/v1/datasets/nothing.user/${what}`)).status).toBe(404);
    },
  );

  it('have a schema at an address where it never changes, under its own digest', async () => {
    const present = await get(`/v1/datasets/${DATASET}/schema`);
    const address = present.headers.get('content-location') ?? '';
    const version = await get(address);
    expect(version.text).toBe(present.text);
    expect(version.headers.get('cache-control')).toContain('immutable');
    expect(address).toContain(createHash('sha256').update(version.text).digest('hex'));
    expect(version.body).toHaveProperty('fields');
  });

  it('keep the schemas that they had', async () => {
    const hash = '1'.repeat(64);
    const address = `/v1/datasets/${DATASET}/schemas/${hash}`;
    expect((await get(address)).body['type']).toBe('urn:kinledger:problem:schema-unknown');
    await ingest.pool.query('INSERT INTO ingest.dataset_schema (dataset, hash, schema) VALUES ($1, $2, $3)', [
      ...[DATASET, hash, '{"fields":[]}'],
    ]);
    expect((await get(address)).body).toEqual({ fields: [] });
  });

  it('have templates to fill in', async () => {
    const csv = await get(`/v1/datasets/${DATASET}/template.csv`);
    expect(csv.text.replace('\ufeff', '')).toMatch(/^Case number,/);
    const workbook = await get(`/v1/datasets/${DATASET}/template.xlsx`);
    expect(workbook.headers.get('content-disposition')).toContain(`${DATASET}.xlsx`);
    expect(workbook.text.slice(0, 2)).toBe('PK');
  });

  it('have a field guide as a valid document, whose style its policy allows', async () => {
    const { text, headers } = await get(`/v1/datasets/${DATASET}/guide`);
    expect(headers.get('content-type')).toContain('text/html');
    expect(await markupProblems(text)).toEqual([]);
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toContain(`style-src 'sha256-${digest}'`);
  });

  it('say exactly what leaves, if their source makes digests', async () => {
    const { body } = await get<List>('/v1/datasets', 'data-team');
    const atSource = body.datasets.find((dataset) => dataset.pseudonymisedAtSource);
    const sheet = await get(`/v1/datasets/${atSource?.id ?? ''}/leaves`, 'data-team');
    expect(sheet.text).toContain('Never leaves');
    expect(await markupProblems(sheet.text)).toEqual([]);
    expect((await get(`/v1/datasets/${DATASET}/leaves`)).body['type']).toBe(
      'urn:kinledger:problem:not-at-source',
    );
  });

  it('have pages, which lead to all of that', async () => {
    const list = await get('/datasets');
    expect(list.text).toContain(`href="/datasets/${DATASET}"`);
    const page = await get(`/datasets/${DATASET}`);
    expect(page.text).toContain(`href="/v1/datasets/${DATASET}/template.xlsx"`);
    expect(page.text).toContain('Parent email');
    expect(await markupProblems(page.text)).toEqual([]);
    expect((await get(`/datasets/${DATASET}`, 'stranger')).status).toBe(403);
  });
});
