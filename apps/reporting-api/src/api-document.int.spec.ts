import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createService, type Service } from '@kinledger/service-kit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportingService } from './reporting-service.js';

const stored = fileURLToPath(new URL('../../../docs/api/reporting-api.openapi.json', import.meta.url));

/** `KINLEDGER_WRITE_GENERATED=1 npx vitest run --project int apps/reporting-api/src/api-document` writes the file, prettier lays it out. */
describe('the description of the reporting API', () => {
  let databases: TestDatabases;
  let service: Service;
  let folder: string;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    folder = mkdtempSync(join(tmpdir(), 'kinledger-api-'));
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ accounts: [] }));
    service = await createService(reportingService, {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_PLATFORM_URL: databases.url('platform', 'reporting'),
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

  it('describes every figure, and what its answers are', async () => {
    const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, object> }>>;
    };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/figures', '/v1/figures/reach', '/v1/figures/reach/1', '/v1/submissions']),
    );
    expect(paths['/v1/figures/reach/1.csv']?.['get']?.responses).toMatchObject({
      '200': { content: { 'text/csv': {} } },
      '404': { content: { 'application/problem+json': {} } },
    });
    for (const path of ['/v1/figures/dosage/1', '/v1/figures/dosage/1.csv'])
      expect(paths[path]?.['get']?.responses).toMatchObject({
        '403': { description: expect.stringContaining('for data-team and operator alone') as string },
      });
  });
});
