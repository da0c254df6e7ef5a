import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createService, type Service } from '@kinledger/service-kit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { projectorService } from './service.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const stored = here('../../../docs/api/projector.openapi.json');

/** `KINLEDGER_WRITE_GENERATED=1 npx vitest run --project int apps/projector/src/api-document` writes the file, prettier lays it out. */
describe('the description of the projector’s API', () => {
  let databases: TestDatabases;
  let service: Service;
  let folder: string;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    folder = mkdtempSync(join(tmpdir(), 'kinledger-api-'));
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ accounts: [] }));
    service = await createService(projectorService, {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_PLATFORM_URL: databases.url('platform', 'projector'),
      KINLEDGER_BUS_URL: databases.url('bus', 'projector'),
      KINLEDGER_PROGRAMME_DIR: here('../../../programmes/leap'),
      KINLEDGER_ACCESS_FILE: join(folder, 'access.json'),
    });
  });
  afterAll(async () => {
    await service.close();
    await databases.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is served to anybody, and is the one in docs/api', async () => {
    const answer = await fetch(`${service.url}/openapi.json`);
    expect(answer.status).toBe(200);
    const document: unknown = await answer.json();
    if (process.env['KINLEDGER_WRITE_GENERATED'] === '1') writeFileSync(stored, JSON.stringify(document));
    expect(document).toEqual(JSON.parse(readFileSync(stored, 'utf8')));
  });

  it('describes every route with its roles’ refusals', async () => {
    const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, object> }>>;
    };
    expect(Object.keys(paths).filter((path) => path.startsWith('/v1'))).toEqual([
      ...['/v1/rebuilds', '/v1/rebuilds/{id}', '/v1/reproductions', '/v1/restatements'],
      ...['/v1/recounts', '/v1/recounts/{id}', '/v1/explanations', '/v1/explanations/{id}'],
      ...['/v1/looks', '/v1/looks.csv', '/v1/reviews', '/v1/review-examinations'],
      ...['/v1/review-examinations/{id}', '/v1/review-undoings', '/v1/review-orders/{id}'],
      ...['/v1/review-decisions', '/v1/studies', '/v1/studies/checks', '/v1/studies/extracts'],
      ...['/v1/studies/{study}/destruction', '/v1/sign-in-links'],
    ]);
    expect(paths['/v1/explanations']?.['post']?.responses).toMatchObject({ '202': {}, '403': {}, '503': {} });
  });
});
