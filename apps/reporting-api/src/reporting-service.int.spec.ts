import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { writeSmallProgramme } from '@kinledger/read-models/testing';
import { createService, type Service } from '@kinledger/service-kit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportingService } from './reporting-service.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the reporting API', () => {
  let databases: TestDatabases;
  let owner: pg.Client;
  let service: Service;
  let folder: string;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    owner = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await owner.connect();
    folder = mkdtempSync(join(tmpdir(), 'kinledger-reporting-'));
    const accounts = [
      { name: 'funder', tokenSha256: sha256('reader-token'), roles: ['reader'] },
      { name: 'officer', tokenSha256: sha256('provider-token'), roles: ['provider'], provider: 'somebody' },
    ];
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ accounts }));
    service = await createService(reportingService, {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_PLATFORM_URL: databases.url('platform', 'reporting'),
      KINLEDGER_ACCESS_FILE: join(folder, 'access.json'),
    });
  });
  afterAll(async () => {
    await service.close();
    await owner.end();
    await databases.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (path: string, token = 'reader-token') =>
    fetch(`${service.url}${path}`, {
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      redirect: 'manual',
    });

  it('says that the figures are being prepared until the projector has made them', async () => {
    const answer = await get('/v1/figures/reach?period=2023-24-Q2');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      503,
      expect.stringContaining('application/problem+json'),
    ]);
    const page = await get('/reach');
    expect([page.status, await page.text()]).toEqual([
      503,
      expect.stringContaining('The figures are being prepared'),
    ]);
  });

  describe('with read models', () => {
    beforeAll(() =>
      writeSmallProgramme(owner, 'golden', {
        services: [
          { id: 'real', strand: 'language' },
          { id: 'capital', strand: 'language', people: false },
        ],
        people: [
          { name: 'zoe', role: 'child', family: 'okafor' },
          { name: 'amara', role: 'adult', family: 'okafor' },
        ],
        carers: [['zoe', 'amara']],
        engagements: [
          { person: 'zoe', service: 'real', date: '2023-07-01' },
          { person: 'amara', service: 'real', date: '2023-10-05' },
        ],
      }),
    );

    it('answers reach with its period, its position and its parts', async () => {
      const answer = await get('/v1/figures/reach?period=Q2%202023%2F24');
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        programme: 'Small',
        period: '2023-24-Q2',
        label: 'Q2 2023/24',
        position: 41,
        reach: { children: 1, adults: 0, families: 1 },
        strands: [
          { strand: 'language', services: [{ service: 'real' }, { individualBeneficiaries: false }] },
        ],
      });
    });

    it('gives the same figures as a table, defused for spreadsheets', async () => {
      const answer = await get('/v1/figures/reach.csv?period=lifetime');
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const lines = (await answer.text()).trim().split('\n');
      expect(lines[0]).toContain('period,level,strand,service,name,children,adults,families');
      expect(lines[1]).toBe('lifetime,programme,,,Small,1,1,1,2,0,0,0,0,0,2,0,0,41');
    });

    it('answers reach by quarter for the programme, a strand or a service', async () => {
      const answer = await get('/v1/figures/reach-by-quarter?scope=service:real');
      expect(await answer.json()).toMatchObject({
        scope: 'service:real',
        quarters: [
          { period: '2023-24-Q2', children: 1, adults: 0 },
          { period: '2023-24-Q3', children: 0, adults: 1 },
        ],
      });
    });

    it.each([
      ['/v1/figures/reach?period=Q5%202023', 400, 'period-unreadable'],
      ['/v1/figures/reach', 400, 'validation-failed'],
      ['/v1/figures/reach?period=lifetime&asAt=12', 404, 'position-not-rebuilt'],
      ['/v1/figures/reach-by-quarter?scope=service:nobody', 404, 'scope-unknown'],
      ["/v1/figures/reach-by-quarter?scope=service:x';drop", 400, 'scope-unreadable'],
      ['/v1/submissions/zzz', 400, 'validation-failed'],
      [`/v1/submissions/${'0'.repeat(32)}`, 404, 'submission-unknown'],
    ])('refuses %s with %i %s', async (path, status, code) => {
      const answer = await get(path);
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ type: `urn:kinledger:problem:${code}` });
    });

    it('lets readers in and nobody else', async () => {
      expect((await get('/v1/figures/reach?period=lifetime', '')).status).toBe(401);
      expect((await get('/v1/figures/reach?period=lifetime', 'provider-token')).status).toBe(403);
      expect((await get('/reach', '')).status).toBe(401);
    });

    it('draws a page that needs no script and loads nothing from elsewhere', async () => {
      const page = await get('/reach?period=2023-24-Q2');
      const html = await page.text();
      expect(page.status).toBe(200);
      expect(html).not.toContain('<script');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(html).toContain('<svg class="kl-chart"');
      expect(html).toContain('Reports activity, not people');
      for (const [, path] of html.matchAll(/href="(\/assets\/[^"]+)"/g))
        expect((await get(path ?? '')).status).toBe(200);
    });

    it('answers a wrong address with a page', async () => {
      const page = await get('/reach?period=nonsense');
      expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
      expect((await get('/submissions/nothing')).status).toBe(404);
    });

    it('lists files that the restricted zone has announced', async () => {
      await owner.query(
        `INSERT INTO operations.upload (upload_id, provider, dataset, period, state, counts, findings, first_at, changed_at)
         VALUES (gen_random_uuid(), 'provider', 'real.user', '2023-24-Q2', 'validated', '{"read": 3}', '{}', now(), now())`,
      );
      const { total, submissions } = (await (await get('/v1/submissions')).json()) as {
        total: number;
        submissions: { state: string; counts: object }[];
      };
      expect([total, submissions[0]?.state, submissions[0]?.counts]).toEqual([1, 'validated', { read: 3 }]);
      expect(await (await get('/submissions')).text()).toContain('Checked, not submitted');
    });

    it('says why a parked submission waits, and nothing of an old reason once it is linked', async () => {
      const id = 'ab'.repeat(16);
      await owner.query(
        `INSERT INTO operations.upload (upload_id, submission_id, provider, dataset, period, state, reason, counts, findings, first_at, changed_at)
         VALUES (gen_random_uuid(), $1, 'provider', 'real.user', '2023-24-Q2', 'unprocessable', 'landing-incomplete', '{}', '{}', now(), now())`,
        [id],
      );
      await owner.query(
        `INSERT INTO golden.submission (submission_id, intake, state, reason, supersedes, opened, closed)
         VALUES ($1, 7, 'parked', 'landing-incomplete', '{}', 9, 9)`,
        [id],
      );
      const list = await (await get('/submissions')).text();
      expect(list).toContain('Parked');
      expect(list).toContain('Rows are missing in the landing store');
      expect(await (await get(`/submissions/${id}`)).text()).toContain('(landing-incomplete)');
      await owner.query(
        `UPDATE golden.submission SET state = 'linked', reason = NULL WHERE submission_id = $1`,
        [id],
      );
      expect(await (await get(`/v1/submissions/${id}`)).json()).toMatchObject({
        state: 'linked',
        reason: null,
      });
      await owner.query('DELETE FROM golden.submission WHERE submission_id = $1', [id]);
    });

    it('describes itself', async () => {
      const document = (await (await get('/openapi.json', '')).json()) as { openapi: string; paths: object };
      expect(document.openapi).toMatch(/^3\./);
      expect(Object.keys(document.paths)).toEqual(
        expect.arrayContaining(['/v1/figures/reach', '/v1/figures/reach-by-quarter', '/v1/submissions']),
      );
      expect(JSON.stringify(document.paths)).toContain('lifetime');
    });
  });
});
