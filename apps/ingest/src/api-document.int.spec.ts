import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask } from './testing/requests.js';
import { startIngest, type RunningIngest } from './testing/running-ingest.js';

const stored = fileURLToPath(new URL('../../../docs/api/ingest.openapi.json', import.meta.url));

/**
 * `KINLEDGER_WRITE_GENERATED=1 npx vitest run --project int apps/ingest/src/api-document` writes the file; format it with
 * prettier.
 */
describe('the OpenAPI document of ingest', () => {
  let ingest: RunningIngest;
  beforeAll(async () => {
    ingest = await startIngest(inject('postgresUrl'));
  });
  afterAll(() => ingest.stop());

  it('is served without authentication, and equals the one in docs/api', async () => {
    const { status, body } = await ask(ingest, 'nobody', 'GET', '/openapi.json');
    expect(status).toBe(200);
    if (process.env['KINLEDGER_WRITE_GENERATED'] === '1') writeFileSync(stored, JSON.stringify(body));
    expect(JSON.parse(readFileSync(stored, 'utf8'))).toEqual(body);
  });

  it('describes every route with its bodies and problems', async () => {
    const { body } = await ask<{
      paths: Record<string, Record<string, { responses: object; requestBody?: object }>>;
    }>(ingest, 'nobody', 'GET', '/openapi.json');
    expect(Object.keys(body.paths).filter((path) => path.startsWith('/v1'))).toEqual([
      '/v1/uploads',
      '/v1/uploads/{id}',
      '/v1/uploads/{id}/errors',
      '/v1/mappings',
      '/v1/mappings/{id}',
      '/v1/mapping-proposals',
      '/v1/datasets',
      '/v1/datasets/{id}/schema',
      '/v1/datasets/{id}/schemas/{hash}',
      '/v1/datasets/{id}/template.csv',
      '/v1/datasets/{id}/template.xlsx',
      '/v1/datasets/{id}/guide',
      '/v1/datasets/{id}/leaves',
      '/v1/uploads/{id}/submit',
      '/v1/submissions',
      '/v1/submissions/{id}',
      '/v1/submissions/{id}/history',
      '/v1/submissions/{id}/withdraw',
      '/v1/submissions/{id}/unpark',
      '/v1/attestations',
      '/v1/returns',
      '/v1/nil-returns',
      '/v1/nil-returns/{id}/undo',
      '/v1/commands/{id}',
      '/v1/erasures',
      '/v1/quarter-closings',
      '/v1/quarter-publications',
      '/v1/quarter-withdrawals',
      '/v1/key-rotations',
      '/v1/erasures/person',
      '/v1/erasures/person-liftings',
      '/v1/erasures/person/{id}',
    ]);
    expect(JSON.stringify(body.paths['/v1/uploads/{id}/submit']?.['post']?.requestBody)).toContain(
      'onBehalfOf',
    );
    expect(body.paths['/v1/uploads']?.['post']?.responses).toHaveProperty('422');
  });
});
