import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { figures, nameOf, reachColumns } from '@kinledger/figures';
import { addSmallFacts, defineSmall, publishSmallProgramme } from '@kinledger/figures/testing';
import { createService, type Service } from '@kinledger/service-kit';
import { readOds } from 'hucre/ods';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportingServiceWith } from './reporting-service.js';
import { markupProblems } from '@kinledger/page-kit/testing';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the reporting API', () => {
  let databases: TestDatabases;
  let owner: pg.Client;
  let service: Service;
  let folder: string;
  /** The day on the service's clock. */
  let today = '2023-11-05';
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    owner = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await owner.connect();
    folder = mkdtempSync(join(tmpdir(), 'kinledger-reporting-'));
    const accounts = [
      { name: 'funder', tokenSha256: sha256('reader-token'), roles: ['reader'] },
      { name: 'analyst', tokenSha256: sha256('team-token'), roles: ['data-team'] },
      { name: 'officer', tokenSha256: sha256('provider-token'), roles: ['provider'], provider: 'somebody' },
      {
        ...{ name: 'both', tokenSha256: sha256('both-token'), provider: 'somebody' },
        roles: ['provider', 'reader'],
      },
    ];
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ accounts }));
    const clock = () => new Date(`${today}T12:00:00Z`);
    service = await createService(reportingServiceWith(clock), {
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

  const get = (path: string, token = 'team-token') =>
    fetch(`${service.url}${path}`, {
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      redirect: 'manual',
    });

  const asBrowser = (path: string, token = 'team-token') =>
    fetch(`${service.url}${path}`, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', authorization: `Bearer ${token}` },
    });

  it('says that the figures are being prepared until the projector has created the read models', async () => {
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
    beforeAll(async () => {
      await publishSmallProgramme(owner, {
        services: [
          { id: 'real', strand: 'language' },
          { id: 'capital', strand: 'language', people: false },
          { id: 'people-only', strand: 'language' },
          { id: 'late', strand: 'language' },
          { id: 'taken-back', strand: 'silent' },
          { id: 'quiet', strand: 'language' },
        ],
        people: [
          { name: 'zoe', role: 'child', family: 'okafor' },
          { name: 'amara', role: 'adult', family: 'okafor' },
        ],
        carers: [['zoe', 'amara']],
        engagements: [
          { person: 'zoe', service: 'real', date: '2023-07-01' },
          { person: 'amara', service: 'real', date: '2023-10-05' },
          { person: 'amara', service: 'late', date: '2023-07-03' },
          // A mistyped year.
          { person: 'amara', service: 'real', date: '2091-10-05' },
          { service: 'real', date: '2023-07-02', setAside: 'referred' },
        ],
        files: [
          { service: 'real', period: '2023-24-Q2' },
          { service: 'people-only', period: '2023-24-Q2', dataType: 'user' },
          { service: 'late', period: '2023-24-Q3' },
          { service: 'taken-back', period: '2023-24-Q2', state: 'withdrawn' },
          { service: 'quiet', period: '2023-24-Q2' },
        ],
      });
      // Of all services of the small programme, one is this provider’s.
      await owner.query("UPDATE golden.service SET provider = 'somebody' WHERE service = 'real'");
      const scored = { id: 'pai', name: 'Attachment', outcome: '1.2.2', term: 'medium', better: 'higher' };
      await defineSmall(owner, {
        services: [
          {
            id: 'real',
            targets: [
              { period: '2023-24-Q2', of: 'children', count: 10 },
              { period: '2023-24-Q2', of: 'families', count: 7 },
            ],
          },
        ],
        populations: [
          {
            ...{ id: 'children', name: 'Children', of: 'children', on: '2023-06-30' },
            source: { edition: 'Table', rows: [{ lsoa: 'E01000001', count: 7 }] },
          },
        ],
        theoryOfChange: {
          domains: [],
          measures: [{ ...scored, dataset: 'real.outcome', of: { instrument: 'pai', measure: 'total' } }],
        },
      });
      const row = { service: 'real', date: '2023-08-01' };
      await addSmallFacts(owner, {
        outcomes: [{ ...row, person: 'zoe', instrument: 'pai', occasion: 'first', scores: { total: 50.5 } }],
        feedback: [{ ...row, person: 'amara', question: 'recommend', rating: 5 }],
        inputs: [{ ...row, category: 'financial', item: 'expenditure', quantity: 12.5, unit: 'pounds' }],
      });
    });

    it('says how old its figures are once the projector has stopped, and not before', async () => {
      const standAt = (age: string) =>
        owner.query(`UPDATE operations.projection SET current_at = clock_timestamp() - '${age}'::interval`);
      const asked = async () => {
        const [reach, quarters, page, submissions] = await Promise.all([
          get('/v1/figures/reach?period=lifetime').then((answer) => answer.json()),
          get('/v1/figures/reach-by-quarter').then((answer) => answer.json()),
          asBrowser('/reach').then((answer) => answer.text()),
          asBrowser('/submissions').then((answer) => answer.text()),
        ]);
        return { answers: [reach, quarters] as { behindSince: unknown }[], pages: [page, submissions] };
      };
      await standAt('30 seconds');
      const fresh = await asked();
      expect(fresh.answers.map(({ behindSince }) => behindSince)).toEqual([null, null]);
      for (const page of fresh.pages) expect(page).not.toContain('the projector stands still');
      await standAt('3 hours 20 minutes');
      const { rows } = await owner.query<{ at: Date }>('SELECT current_at AS at FROM operations.projection');
      const old = await asked();
      expect(old.answers.map(({ behindSince }) => behindSince)).toEqual([
        rows[0]?.at.toISOString(),
        rows[0]?.at.toISOString(),
      ]);
      for (const page of old.pages) {
        expect(page).toMatch(
          /This page shows what was known on .*, 3 hours ago\. What was decided since is missing/,
        );
        expect(await markupProblems(page)).toEqual([]);
      }
      await standAt('0');
    });

    it('answers reach with its period, position and parts', async () => {
      const answer = await get('/v1/figures/reach?period=Q2%202023%2F24');
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        programme: 'Small',
        period: '2023-24-Q2',
        label: 'Q2 2023/24',
        position: 41,
        reach: { children: 1, adults: 1, families: 1, referred: 1, upperBound: 3 },
        strands: [
          {
            strand: 'language',
            services: [
              { service: 'real' },
              { individualBeneficiaries: false },
              ...[{ service: 'people-only' }, { service: 'late' }, { service: 'quiet' }],
            ],
          },
          { strand: 'silent' },
        ],
      });
    });

    it('answers every version of every figure, as JSON rows and as CSV, with its declared columns', async () => {
      const catalogue = (await (await get('/v1/figures')).json()) as {
        figures: { figure: string; version: number; rows: string; columns: { name: string }[] }[];
      };
      expect(catalogue.figures.map(({ figure, version }) => `${figure}@${version}`)).toEqual(
        figures.map((figure) => nameOf(figure)),
      );
      const empty: string[] = [];
      for (const { figure, rows, columns } of catalogue.figures) {
        const answer = (await (await get(`${rows}?period=2023-24-Q2`)).json()) as { rows: object[] };
        const names = columns.map(({ name }) => name);
        if (answer.rows.length === 0) empty.push(figure);
        for (const row of answer.rows)
          expect(Object.keys(row)).toEqual(['start', 'scope', 'coverage', 'suppressed', ...names]);
        const table = await get(`${rows}.csv?period=2023-24-Q2`);
        expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
        expect((await table.text()).trimEnd().split('\n')).toHaveLength(answer.rows.length + 1);
      }
      // Nobody works in this programme, no service has a minimum, and it names no outcome of collective impact.
      expect(empty).toEqual([
        'minimum-reached',
        'workforce',
        'impact-cohort',
        'impact-linkage',
        'collective-impact',
      ]);
    });

    it('answers what follows from the columns beside them, and what of it is not known', async () => {
      const rowOf = async (figure: string, scope: string) => {
        const answer = await get(`/v1/figures/${figure}/1?period=2023-24-Q2&scope=${scope}`);
        return ((await answer.json()) as { rows: Record<string, unknown>[] }).rows[0];
      };
      expect(await rowOf('feedback', 'service:real')).toMatchObject({
        answers: 1,
        topTwo: 1,
        topTwoPercent: 100,
      });
      expect(await rowOf('targets', 'service:real')).toMatchObject({
        ...{ coverage: 'files-received', target: 10, reached: 1, reachedPercent: 10, rating: 'red' },
      });
      expect(await rowOf('inputs', 'programme')).toMatchObject({
        ...{ coverage: 'no-files', unit: 'pounds', entries: 1, people: null, amount: 12.5 },
      });
      expect(await rowOf('outcomes', 'service:real')).toMatchObject({
        ...{ pairs: 0, noLast: 1, firstMean: null, meanChange: null, changeLow: null, improvedPercent: null },
      });
      const csv = await (await get('/v1/figures/targets/1.csv?period=2023-24-Q2')).text();
      expect(csv.split('\n').slice(0, 2)).toEqual([
        'period,quarter_start,scope,targetPeriod,of,target,green_from,amber_from,reached,reached_percent,rating,ledger_position,coverage,disclosure',
        '2023-24-Q2,,service:real,2023-24-Q2,children,10,10,9,1,10,red,41,files-received,none',
      ]);
    });

    it('answers the rows of a figure like reach: 0 if there are files, null if there are none', async () => {
      const rowsOf = async (query: string) =>
        ((await (await get(`/v1/figures/reach/2?${query}`)).json()) as { rows: Record<string, unknown>[] })
          .rows;
      const rows = await rowsOf('period=2023-24-Q2');
      const of = (scope: string) => rows.find((row) => row['scope'] === scope);
      expect(of('programme')).toMatchObject({
        coverage: 'files-received',
        children: 1,
        adults: 1,
        upperBound: 3,
      });
      expect(of('service:quiet')).toMatchObject({ coverage: 'files-received', children: 0, upperBound: 0 });
      expect(of('service:taken-back')).toMatchObject({
        coverage: 'no-files',
        children: null,
        upperBound: null,
      });
      expect(of('service:late')).toMatchObject({ coverage: 'no-files', adults: 1 });
      expect(await rowsOf('period=lifetime&by=quarter&scope=service:late')).toMatchObject([
        { start: '2023-07-01', scope: 'service:late', coverage: 'no-files', adults: 1 },
      ]);
      const refused = await Promise.all([
        get('/v1/figures/reach/2?period=2023-24-Q2&scope=service:nobody'),
        get('/v1/figures/reach/2?period=2031-32-Q2'),
        get('/v1/figures/reach/2?period=2023-24-Q2&scope=everything'),
        get('/v1/figures/reach/3?period=2023-24-Q2'),
      ]);
      expect(refused.map(({ status }) => status)).toEqual([404, 404, 400, 404]);
    });

    it('answers 0 for a service that reached nobody, and null for one without an attendance file', async () => {
      interface Part {
        readonly service: string;
        readonly coverage: string;
        readonly children: number | null;
        readonly adults: number | null;
        readonly upperBound: number | null;
      }
      const answer = (await (await get('/v1/figures/reach?period=2023-24-Q2')).json()) as {
        strands: (Part & { services: Part[] })[];
      };
      const shown = ({ coverage, children, adults, upperBound }: Part) => [
        coverage,
        children,
        adults,
        upperBound,
      ];
      const services = answer.strands.flatMap((strand) => strand.services);
      expect(Object.fromEntries(services.map((part) => [part.service, shown(part)]))).toEqual({
        real: ['files-received', 1, 0, 2],
        quiet: ['files-received', 0, 0, 0],
        capital: ['activity-only', null, null, null],
        'people-only': ['no-attendance-file', null, null, null],
        // Its row came in the next quarter's file: it counts, although the quarter's own file is missing.
        late: ['no-files', 0, 1, 1],
        'taken-back': ['no-files', null, null, null],
      });
      expect(answer.strands.map((strand) => shown(strand))).toEqual([
        ['files-received', 1, 1, 3],
        ['no-files', null, null, null],
      ]);
      const csv = await (await get('/v1/figures/reach.csv?period=2023-24-Q2')).text();
      expect(csv).toContain(
        '2023-24-Q2,service,language,quiet,QUIET,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,41,files-received,none',
      );
      expect(csv).toContain(
        '2023-24-Q2,service,silent,taken-back,TAKEN-BACK,,,,,,,,,,,,,,,,,41,no-files,none',
      );
      const page = await (await get('/reach?period=2023-24-Q2')).text();
      const rowOf = (name: string) =>
        new RegExp(`<th scope="row"[^>]*>${name}.*?</tr>`, 's')
          .exec(page)?.[0]
          .replaceAll(/<[^>]+>|\s+/g, ' ');
      expect(rowOf('TAKEN-BACK')).toContain('No files received');
      expect(rowOf('PEOPLE-ONLY')).toContain('No attendance file received');
      expect(rowOf('LATE')).toMatch(
        /No files received for this period; these rows came in files of other periods .* 0 .* 1 /,
      );
      expect(rowOf('Referred rows')).toMatch(/ 1 +Yes/);
      expect(page).toMatch(/no attendance file was received from PEOPLE-ONLY; LATE; TAKEN-BACK\./);
    });

    it('shows the uncounted rows, so that the page’s figures add up', async () => {
      const page = (await (await get('/reach?period=2023-24-Q2')).text()).replaceAll(/\s+/g, ' ');
      expect(page).toContain('2 children and adults and 1 doubtful row are at most 3 people');
    });

    it('offers quarters up to the present one, and opens with the latest that has a file', async () => {
      const options = async () => {
        const select = /<select[^>]*name="period".*?<\/select>/s.exec(
          await (await get('/reach')).text(),
        )?.[0];
        return [...(select ?? '').matchAll(/value="([^"]+)"( selected)?/g)].map(
          ([, value, selected]) => `${value ?? ''}${selected ?? ''}`,
        );
      };
      expect(await options()).toEqual([
        ...['2023-24-Q3 selected', '2023-24-Q2'],
        ...['2023-24-AY', 'lifetime'],
      ]);
      today = '2024-01-01';
      expect(await options()).toEqual([
        ...['2023-24-Q4', '2023-24-Q3 selected', '2023-24-Q2'],
        ...['2023-24-AY', 'lifetime'],
      ]);
      today = '2023-11-05';
    });

    it('refuses a period that has not begun, as a page and as a problem', async () => {
      const answer = await get('/v1/figures/reach?period=2091-92-Q3');
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        type: 'urn:kinledger:problem:period-not-begun',
        detail: 'Q3 2091/92 has not begun: ask for Q3 2023/24 or an earlier one.',
      });
      expect((await get('/reach?period=2023-24-Q4')).status).toBe(404);
      expect((await get('/reach?period=2023-24-Q3')).status).toBe(200);
    });

    it('gives the same figures as CSV, with spreadsheet formulas escaped', async () => {
      const answer = await get('/v1/figures/reach.csv?period=lifetime');
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const lines = (await answer.text()).trim().split('\n');
      expect(lines[0]).toContain('period,level,strand,service,name,children,adults,families');
      expect(lines[1]).toBe(
        'lifetime,programme,,,Small,1,1,1,2,0,0,0,1,2,5,0,0,0,1,4,0,41,files-received,none',
      );
    });

    it('answers reach by quarter for the programme, a strand or a service', async () => {
      const answer = await get('/v1/figures/reach-by-quarter?scope=service:real');
      expect(await answer.json()).toMatchObject({
        scope: 'service:real',
        quarters: [
          { period: '2023-24-Q2', children: 1, adults: 0, coverage: 'files-received' },
          { period: '2023-24-Q3', children: 0, adults: 1, coverage: 'no-files' },
        ],
      });
      const silent = await get('/v1/figures/reach-by-quarter?scope=strand:silent');
      expect(await silent.json()).toMatchObject({
        quarters: [
          { period: '2023-24-Q2', children: null, upperBound: null, coverage: 'no-files' },
          { period: '2023-24-Q3', children: null, upperBound: null, coverage: 'no-files' },
        ],
      });
      const csv = await (await get('/v1/figures/reach-by-quarter.csv?scope=service:real')).text();
      expect(csv.split('\n').slice(0, 2)).toEqual([
        'scope,period,children,adults,families,individuals,unlinkable_rows,referred_rows,indistinct_people,upper_bound,ledger_position,coverage,disclosure',
        'service:real,2023-24-Q2,1,0,1,1,0,1,0,2,41,files-received,none',
      ]);
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

    it('refuses readers every count of a period that is not published, in every form and page', async () => {
      const closing = figures.filter(({ closesWithQuarter }) => closesWithQuarter);
      expect(closing.length).toBeGreaterThan(0);
      const paths = [
        ...closing.flatMap(({ id, version }) => [
          `/v1/figures/${id}/${version}`,
          `/v1/figures/${id}/${version}.csv`,
        ]),
        ...['/v1/figures/reach', '/v1/figures/reach.csv', '/reach', '/reach/table.csv'],
        ...['/reports/programme', '/reports/services/real', '/reports/services/real/report.ods'],
      ];
      for (const path of paths)
        for (const period of ['2023-24-Q2', '2023-24-AY', 'lifetime']) {
          if (period === 'lifetime' && path.startsWith('/reports')) continue;
          const asked = `${path}?period=${period}`;
          const answer = await get(asked, 'reader-token');
          // A page that offers published quarters has none to offer.
          expect([asked, answer.status]).toEqual([asked, path === '/reach' ? 404 : 403]);
          const refusal = await answer.text();
          expect(refusal).toMatch(
            /is not published, and figures of what is not published|No quarter is published yet/,
          );
          expect((await get(asked)).status).toBe(200);
        }
      for (const path of closing.map(
        ({ id, version }) => `/v1/figures/${id}/${version}?period=lifetime&by=quarter`,
      ))
        expect(await (await get(path, 'reader-token')).json()).toMatchObject({ rows: [] });
      expect(await (await get('/v1/figures/reach-by-quarter', 'reader-token')).json()).toMatchObject({
        quarters: [],
      });
    });

    it('tells readers which files came and when, and counts no row of them', async () => {
      const dataset = 'real.engagement';
      await owner.query(
        `UPDATE golden.submission SET counts = '{"read": 7011, "accepted": 7012, "rejected": 7013}',
           outcomes = '{"registered": 7014, "unlinkable": 7015}', findings = '{"missing-email": 7016}' WHERE dataset = $1`,
        [dataset],
      );
      await owner.query('UPDATE golden.checkpoint SET position = 44');
      try {
        const rows = /7,?01\d/;
        const listed = (token: string) => get('/v1/submissions', token).then((answer) => answer.text());
        expect(await listed('team-token')).toMatch(rows);
        expect(await listed('reader-token')).toContain(dataset);
        const { submissions } = JSON.parse(await listed('reader-token')) as {
          submissions: { submission: string; counts: object | null; outcomes: object | null }[];
        };
        const id =
          submissions.find((each) => 'dataset' in each && each.dataset === dataset)?.submission ?? '';
        for (const path of [
          ...['/v1/submissions', `/v1/submissions/${id}`, '/submissions', `/submissions/${id}`, '/datasets'],
          ...['/data-quality', '/data-quality?service=real', '/data-quality?service=real&period=2023-24-Q2'],
        ]) {
          const [seen, own] = [await get(path, 'reader-token'), await get(path)];
          expect([path, seen.status, own.status]).toEqual([path, 200, 200]);
          expect(await seen.text(), path).not.toMatch(rows);
          expect(await own.text(), path).toMatch(rows);
        }
        expect((await get('/v1/datasets', 'reader-token')).status).toBe(403);
        expect(await (await get('/v1/datasets')).text()).toMatch(rows);
      } finally {
        await owner.query(
          `UPDATE golden.submission SET counts = NULL, outcomes = NULL, findings = NULL; UPDATE golden.checkpoint SET position = 41`,
        );
      }
    });

    it('refuses readers every figure that closes with no quarter, and says for whom it is', async () => {
      const beyond = figures.filter(({ closesWithQuarter }) => !closesWithQuarter);
      expect(beyond.length).toBeGreaterThan(10);
      for (const { id, version } of beyond)
        for (const form of ['', '.csv']) {
          const path = `/v1/figures/${id}/${version}${form}?period=lifetime`;
          const answer = await get(path, 'reader-token');
          expect([path, answer.status]).toEqual([path, 403]);
          expect(await answer.json()).toMatchObject({
            type: 'urn:kinledger:problem:not-allowed',
            detail: expect.stringContaining('it is for the programme’s own team') as string,
          });
        }
      expect((await get('/v1/figures/dosage/1?period=lifetime')).status).toBe(200);
    });

    it('refuses readers a past position, which may be one of before a quarter was published', async () => {
      for (const path of ['reach', 'reach.csv', 'reach/2', 'reach/2.csv', 'reach-by-deprivation/2']) {
        const asked = `/v1/figures/${path}?period=lifetime&asAt=12`;
        const answer = await get(asked, 'reader-token');
        expect([asked, answer.status]).toEqual([asked, 403]);
        expect(await answer.json()).toMatchObject({
          type: 'urn:kinledger:problem:not-allowed',
          detail: expect.stringContaining('leave out asAt') as string,
        });
        expect([asked, (await get(asked)).status]).toEqual([asked, 404]);
      }
    });

    describe('with a published quarter', () => {
      const columns = ['scope', ...Object.keys(reachColumns)];
      const numbers = (children: number | null) =>
        Object.keys(reachColumns).map((column) =>
          column === 'children' || column === 'upperBound' ? children : column === 'adults' ? 25 : 0,
        );
      let position = 50;
      const publish = async (disclosure: string) => {
        await owner.query(
          `INSERT INTO golden.closed_quarter (period, edition, closing, closed_at, closed_by, reason, versions, by_act, standing, digest, figures)
           VALUES ('2023-24-Q2', 1, 7, now(), 'team', 'quarter-end', '{"definition": "0"}', true, 'published', repeat('a', 64), $1)`,
          [
            JSON.stringify({
              disclosure,
              figures: [
                {
                  ...{ figure: 'reach@2', columns },
                  rows: [
                    ['programme', ...numbers(null)],
                    ['service:real', ...numbers(null)],
                  ],
                },
                {
                  figure: 'reach-by-deprivation@2',
                  columns: ['scope', 'decile', 'children', 'adults', 'families'],
                  rows: [['programme', null, null, 25, 20]],
                },
              ],
            }),
          ],
        );
        // Answers are cached by position.
        position += 1;
        await owner.query('UPDATE golden.checkpoint SET position = $1', [position]);
      };
      const forget = () =>
        owner.query('DELETE FROM golden.closed_quarter; UPDATE golden.checkpoint SET position = 41');

      it('gives readers its counts as they were published, with the rule, as JSON, as CSV and on pages', async () => {
        await publish('nhs-2018@2');
        try {
          const json = async (path: string, token = 'reader-token') =>
            (await (await get(path, token)).json()) as {
              disclosure: string;
              reach: object;
              rows: Record<string, unknown>[];
              quarters: object[];
            };
          const whole = await json('/v1/figures/reach?period=2023-24-Q2');
          expect(whole).toMatchObject({
            disclosure: 'nhs-2018@2',
            reach: { children: null, adults: 25, upperBound: null, suppressed: ['children', 'upperBound'] },
            doubleCountingRemoved: { children: null, adults: 0, families: 0 },
            byDeprivation: [{ decile: null, children: null, adults: 25 }],
          });
          const rows = await json('/v1/figures/reach/2?period=2023-24-Q2');
          expect(rows.disclosure).toBe('nhs-2018@2');
          expect(rows.rows.find(({ scope }) => scope === 'service:real')).toMatchObject({
            ...{ children: null, adults: 25, suppressed: ['children', 'upperBound'] },
          });
          // A scope without a row counted nobody then, whatever came later.
          expect(rows.rows.find(({ scope }) => scope === 'service:quiet')).toMatchObject({ children: 0 });
          const series = await json('/v1/figures/reach/2?period=lifetime&by=quarter');
          expect([series.disclosure, series.rows.map(({ start }) => start)]).toEqual([
            'nhs-2018@2',
            ['2023-07-01', '2023-07-01'],
          ]);
          const quarters = await json('/v1/figures/reach-by-quarter');
          expect(quarters).toMatchObject({
            disclosure: 'nhs-2018@2',
            quarters: [{ period: '2023-24-Q2', children: null, adults: 25 }],
          });
          // The academic year begins within the quarter: of a part of it, readers are told nothing.
          expect((await json('/v1/figures/reach/2?period=2023-24-AY&by=quarter')).rows).toEqual([]);
          expect((await json('/v1/figures/reach/2?period=2023-24-Q2', 'team-token')).disclosure).toBe('none');
          const csv = await (await get('/v1/figures/reach.csv?period=2023-24-Q2', 'reader-token')).text();
          expect(csv.split('\n')[1]).toMatch(/^2023-24-Q2,programme,,,Small,\[c\],25,.*,nhs-2018@2$/);
          const page = async (path: string) =>
            (await (await asBrowser(path, 'reader-token')).text()).replaceAll(/<[^>]+>|\s+/g, ' ');
          // Without a period, at the latest published quarter.
          for (const path of ['/reach', '/reach?period=2023-24-Q2']) {
            expect(await page(path)).toMatch(/Children +\[c\] +Adults +25 /);
            expect(await page(path)).toContain('Disclosure control nhs-2018@2');
            expect(await page(path)).not.toMatch(/Lifetime +<|2023\/24 academic|not over yet/);
          }
          expect(await page('/releases')).toContain('Published when it closed');
          expect(await page('/releases')).toContain('a'.repeat(64));
          const report = await page('/reports/programme');
          expect(report).toContain('Q2 2023/24');
          expect(report).toMatch(/Counts of the lifetime are for the programme’s own team/);
          expect((await get('/reports/programme?period=2023-24-Q3', 'reader-token')).status).toBe(403);
          for (const path of [
            '/reach',
            '/reports/programme',
            '/reports/services/real',
            '/data-quality',
            '/submissions',
            '/datasets',
            '/releases',
          ]) {
            const html = await (await asBrowser(path, 'reader-token')).text();
            expect({ path, problems: await markupProblems(html) }).toEqual({ path, problems: [] });
          }
        } finally {
          await forget();
        }
      });

      it('gives readers none of it before it is published and once it is withdrawn, and tells them so', async () => {
        await publish('nhs-2018@2');
        try {
          for (const standing of ['unpublished', 'withdrawn'] as const) {
            await owner.query('UPDATE golden.closed_quarter SET standing = $1', [standing]);
            position += 1;
            await owner.query('UPDATE golden.checkpoint SET position = $1', [position]);
            for (const path of ['/v1/figures/reach', '/v1/figures/reach/1', '/v1/figures/reach/1.csv'])
              expect((await get(`${path}?period=2023-24-Q2`, 'reader-token')).status).toBe(403);
            const quarter = async (token: string) =>
              (await (await get('/v1/quarters/2023-24-Q2', token)).json()) as object;
            expect(await quarter('reader-token')).toMatchObject({ standing, digest: null, figures: null });
            expect(await quarter('team-token')).toMatchObject({
              standing,
              digest: 'a'.repeat(64),
              edition: 1,
            });
            expect(await (await get('/v1/quarters', 'reader-token')).text()).not.toContain('a'.repeat(64));
            expect(await (await asBrowser('/releases', 'reader-token')).text()).not.toContain('a'.repeat(64));
            expect((await get('/v1/quarters/2023-24-Q2?edition=2', 'team-token')).status).toBe(404);
          }
        } finally {
          await forget();
        }
      });

      it('shows a reader [c] for a scope without a row where the rule hides zero', async () => {
        await publish('threshold-10-with-zero@2');
        try {
          const { rows } = (await (
            await get('/v1/figures/reach/2?period=2023-24-Q2', 'reader-token')
          ).json()) as { rows: { scope: string }[] };
          expect(rows.find(({ scope }) => scope === 'service:quiet')).toMatchObject({ children: null });
        } finally {
          await forget();
        }
      });

      it('shows a provider exact counts of its own rows alone, and a reader what was published', async () => {
        await publish('nhs-2018@2');
        try {
          const tables = async (token: string) => {
            const answer = await get('/reports/services/real/report.ods?period=2023-24-Q2', token);
            const { sheets } = await readOds(new Uint8Array(await answer.arrayBuffer()));
            const rowOf = (caption: RegExp, name: string) =>
              sheets
                .find(({ rows }) => caption.test(String(rows[0]?.[0])))
                ?.rows.find(([first]) => first === name);
            const about = sheets[0]?.rows ?? [];
            return {
              reach: rowOf(/^Reach, Q2/, 'Children')?.[1],
              families: rowOf(/^Reach, Q2/, 'Families')?.[1],
              lifetime: rowOf(/^Reach, Lifetime/, 'Children')?.[1],
              referred: rowOf(/^What reach does not count, Q2/, 'Referred rows')?.[1],
              indistinct: rowOf(/^What reach does not count, Q2/, 'Indistinct people')?.[1],
              filesReadIn: sheets.some(({ rows }) => /^Rows at intake/.test(String(rows[0]?.[0]))),
              isActivityShown: about.some(([title]) => title === 'Sessions and attendances'),
              leftOut: about.filter(([title]) => title === 'What this report leaves out').length,
            };
          };
          expect(await tables('provider-token')).toEqual({
            ...{ reach: 1, families: undefined, lifetime: 1, referred: 1, indistinct: undefined },
            ...{ filesReadIn: true, isActivityShown: true, leftOut: 1 },
          });
          expect(await tables('reader-token')).toEqual({
            ...{ reach: '[c]', families: 0, lifetime: undefined, referred: 0, indistinct: 0 },
            ...{ filesReadIn: false, isActivityShown: false, leftOut: 1 },
          });
          expect(await tables('team-token')).toEqual({
            ...{ reach: 1, families: 1, lifetime: 1, referred: 1, indistinct: 0 },
            ...{ filesReadIn: true, isActivityShown: true, leftOut: 0 },
          });
        } finally {
          await forget();
        }
      });
    });

    it('admits readers and nobody else', async () => {
      expect((await get('/v1/figures/reach?period=lifetime', '')).status).toBe(401);
      expect((await get('/v1/figures/reach?period=lifetime', 'provider-token')).status).toBe(403);
      expect((await get('/reach', '')).status).toBe(401);
    });

    describe('reports', () => {
      it('show a provider the report of its own service, and refuse those of others and of the programme', async () => {
        expect((await get('/reports/services/real', 'provider-token')).status).toBe(200);
        expect((await get('/reports/services/real/report.ods', 'provider-token')).status).toBe(200);
        expect((await get('/data-quality?service=real', 'provider-token')).status).toBe(200);
        for (const path of [
          '/reports/services/late',
          '/reports/services/late/report.ods',
          '/reports/services/late/report.pdf',
          '/reports/services/late/meeting/report.pdf',
          '/reports/programme',
          '/reports/programme/report.ods',
          '/reports/programme/report.pdf',
          '/data-quality?service=late',
          '/data-quality/report.ods?service=late',
        ])
          expect([path, (await get(path, 'provider-token')).status]).toEqual([path, 403]);
        expect((await get('/reports/services/nobody', 'provider-token')).status).toBe(404);
        expect((await get('/reports/services/real', '')).status).toBe(401);
        for (const path of ['/reports/services/late', '/reports/programme', '/data-quality'])
          expect([path, (await get(path)).status]).toEqual([path, 200]);
      });

      it('about what the programme learns are for its own team, as pages, as spreadsheets and as PDFs', async () => {
        for (const path of ['collective-impact', 'annual-learning', 'theory-of-change'].map(
          (name) => `/reports/${name}`,
        )) {
          const year = path.endsWith('annual-learning') ? '2023-24-FY' : '2023-24-AY';
          const asked = [path, `${path}?period=${year}`, `${path}/report.ods`, `${path}/report.pdf`];
          for (const each of asked)
            for (const [token, status] of [
              ['team-token', 200],
              ['reader-token', 403],
              ['provider-token', 403],
            ] as const) {
              const answer = await get(each, token);
              const start = Buffer.from(await answer.arrayBuffer()).toString('latin1', 0, 5);
              expect([each, token, answer.status]).toEqual([each, token, status]);
              expect([each, token, start === '%PDF-']).toEqual([
                each,
                token,
                status === 200 && each.endsWith('report.pdf'),
              ]);
            }
          for (const [token, shown] of [
            ['team-token', true],
            ['reader-token', false],
            ['provider-token', false],
          ] as const)
            expect((await (await asBrowser('/reports', token)).text()).includes(`href="${path}"`)).toBe(
              shown,
            );
        }
      });

      it('list a provider’s own services alone, and open its data quality at them', async () => {
        const list = await (await asBrowser('/reports', 'provider-token')).text();
        expect([...list.matchAll(/href="\/reports\/services\/([^"]+)"/g)].map(([, id]) => id)).toEqual([
          'real',
        ]);
        expect(list).not.toContain('/reports/programme');
        const quality = await (await asBrowser('/data-quality', 'provider-token')).text();
        expect([...quality.matchAll(/<option value="([a-z-]+)"/g)].map(([, id]) => id)).not.toContain('late');
        expect(await (await asBrowser('/reports')).text()).toContain('href="/reports/services/late"');
      });

      it('have the figures of the API, with the status, the definition and the position of each table', async () => {
        const { reach } = (await (await get('/v1/figures/reach?period=2023-24-Q2')).json()) as {
          reach: Record<string, number>;
        };
        const html = await (await asBrowser('/reports/programme?period=2023-24-Q2')).text();
        const rowOf = (name: string) =>
          new RegExp(`<th scope="row"[^>]*>${name}</th>\\s*<td[^>]*>([^<]*)</td>`).exec(html)?.[1];
        expect(rowOf('Children')).toBe(String(reach['children']));
        expect(rowOf('At most \\(people\\)')).toBe(String(reach['upperBound']));
        expect(html).toContain('Definition: reach@2: Unique reach.');
        expect(html).toContain('Ledger position 41.');
        expect(html).toContain('No files received');
        expect(html).toContain('is not closed: its figures can change without a restatement');
        // What is new stands apart from what is cumulative.
        expect([...html.matchAll(/<h2 class="govuk-heading-l">([^<]+)</g)].map(([, name]) => name)).toEqual([
          'Q2 2023/24',
          'Lifetime',
        ]);
      });

      it('tell a provider nothing of families, bounds, areas or characteristics, in no part and no chart', async () => {
        const html = await (
          await asBrowser('/reports/services/real?period=2023-24-Q2', 'provider-token')
        ).text();
        const main = html.slice(html.indexOf('<main'));
        // One sentence says what is left out.
        const [sentence = ''] =
          /This account sees exact counts of the service’s own rows[^<]*/.exec(main) ?? [];
        expect(sentence).toContain('families');
        const shown = main.replace(sentence, '');
        expect(shown).not.toMatch(/At most|birth date|Indistinct|carer|deprivation|priority|Who they are/i);
        // Families who answered a question are a count of its own rows; families that were reached are not.
        expect(shown).not.toMatch(/Families|New families/);
        for (const own of ['Participation', 'Sessions and attendances', 'New and returning', 'Feedback'])
          expect(shown).toContain(`<h3 class="govuk-heading-m">${own}</h3>`);
        const whole = await (await asBrowser('/reports/services/real?period=2023-24-Q2')).text();
        expect(whole).toMatch(/Families/);
        expect(whole).not.toContain('What this report leaves out');
      });

      it('score a supplier for the team and that supplier alone', async () => {
        const scorecard = '/reports/scorecards/somebody';
        const html = await (await asBrowser(`${scorecard}?period=2023-24-Q2`, 'provider-token')).text();
        expect(await markupProblems(html)).toEqual([]);
        expect(html).toContain('Somebody: supplier scorecard');
        for (const title of ['Reach against targets', 'Feedback, and first-to-last pairs', 'Open issues'])
          expect(html).toContain(`<h3 class="govuk-heading-m">${title}</h3>`);
        expect((await get(`${scorecard}/report.ods`, 'provider-token')).status).toBe(200);
        const pdf = await get(`${scorecard}/report.pdf?period=2023-24-Q2`, 'provider-token');
        expect(pdf.headers.get('content-disposition')).toBe(
          'attachment; filename="somebody-scorecard-2023-24-q2.pdf"',
        );
        expect(Buffer.from(await pdf.arrayBuffer()).toString('latin1', 0, 5)).toBe('%PDF-');
        expect((await get('/reports/scorecards/provider/report.pdf', 'provider-token')).status).toBe(403);
        expect((await get(scorecard)).status).toBe(200);
        expect((await get(scorecard, 'reader-token')).status).toBe(403);
        for (const other of ['/reports/scorecards/provider', '/reports/scorecards/provider/report.ods'])
          expect([other, (await get(other, 'provider-token')).status]).toEqual([other, 403]);
        // Families are connected by what others told, and a reader sees published counts alone.
        for (const [token, shown] of [
          ['team-token', true],
          ['provider-token', false],
          ['both-token', false],
        ] as const) {
          const card = await (await asBrowser(`${scorecard}?period=2023-24-Q2`, token)).text();
          expect([token, card.includes('Q2 2023/24, children')]).toEqual([token, true]);
          expect([token, card.includes('Q2 2023/24, families')]).toEqual([token, shown]);
        }
        expect((await get('/reports/scorecards/nobody')).status).toBe(404);
        expect((await get(`${scorecard}?period=2023-24-AY`)).status).toBe(400);
      });

      describe('of data meetings', () => {
        const path = '/v1/services/real/meeting-actions';
        const post = (to: string, body: unknown, token = 'provider-token') =>
          fetch(`${service.url}${to}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          });
        const sendForm = (to: string, fields: Record<string, string>, token = 'provider-token') =>
          fetch(`${service.url}${to}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}` },
            body: new URLSearchParams(fields),
            redirect: 'manual',
          });
        const agreed = {
          ...{ period: '2023-24-Q2', owner: 'Data lead', due: '2023-12-01' },
          text: 'Ask for the missing ethnicity of 12 parents',
        };
        const actionsOf = async (token = 'team-token') =>
          ((await (await get(path, token)).json()) as { actions: Record<string, unknown>[] }).actions;

        it('have actions of the provider and the team, with who changed them and when', async () => {
          const id = '0123456789abcdef'.repeat(2);
          const first = await post(path, { ...agreed, id });
          expect(first.status).toBe(200);
          // A request that is sent again makes no second action.
          await post(path, { ...agreed, id, text: 'Something else entirely' });
          const change = { version: 1, state: 'done', due: '2023-12-08' };
          expect((await post(`${path}/${id}/changes`, change, 'team-token')).status).toBe(200);
          const [action] = await actionsOf('provider-token');
          expect(action).toMatchObject({
            ...agreed,
            id,
            service: 'real',
            version: 2,
            state: 'done',
            due: '2023-12-08',
          });
          expect(action?.['history']).toMatchObject([
            { version: 1, state: 'open', due: '2023-12-01', by: 'officer', organisation: 'somebody' },
            { version: 2, state: 'done', due: '2023-12-08', by: 'analyst', organisation: null },
          ]);
          expect(Object.values(action?.['history'] as object[])).toHaveLength(2);
          const stale = await post(`${path}/${id}/changes`, { version: 1, state: 'dropped' });
          expect([stale.status, ((await stale.json()) as { type: string }).type]).toEqual([
            409,
            'urn:kinledger:problem:action-changed',
          ]);
          expect((await post(`${path}/${'f'.repeat(32)}/changes`, { version: 1 })).status).toBe(404);
          // An id of another service’s action says nothing of it.
          expect(
            (await post('/v1/services/late/meeting-actions', { ...agreed, id }, 'team-token')).status,
          ).toBe(404);
        });

        it('show the open ones that are due first where there are more than fit, and have so many versions at most', async () => {
          const seed = `INSERT INTO meetings.action (action_id, version, service, period, action, owner, due, state, person)`;
          const writer = new pg.Client({ connectionString: databases.url('platform', 'reporting') });
          await writer.connect();
          try {
            await writer.query(
              `${seed} SELECT gen_random_uuid(), 1, 'quiet', '2023-24-Q2', 'Send the files', 'Lead', date '2024-01-01' + n, 'open', 'analyst'
               FROM generate_series(0, 500) n`,
            );
            await writer.query(
              `${seed} SELECT $1::uuid, n, 'quiet', '2023-24-Q2', 'Send the files', 'Lead', '2023-12-01', 'open', 'analyst'
               FROM generate_series(1, 1000) n`,
              ['e'.repeat(32)],
            );
          } finally {
            await writer.end();
          }
          const quiet = '/v1/services/quiet/meeting-actions';
          const { actions } = (await (await get(quiet)).json()) as { actions: { due: string }[] };
          expect([actions.length, actions[0]?.due, actions[1]?.due]).toEqual([
            500,
            '2023-12-01',
            '2024-01-01',
          ]);
          const full = await post(`${quiet}/${'e'.repeat(32)}/changes`, { version: 1000 }, 'team-token');
          expect([full.status, ((await full.json()) as { type: string }).type]).toEqual([
            409,
            'urn:kinledger:problem:action-full',
          ]);
        });

        it('refuse texts that could tell of a person, without repeating them', async () => {
          for (const told of [
            '943 476 5919',
            'zoe@example.org',
            'SW9 1AA',
            '12 March 2020',
            '07700 900123',
          ]) {
            for (const fields of [{ text: `Ring the mother, ${told}` }, { owner: told }]) {
              const answer = await post(path, { ...agreed, ...fields });
              const problem = await answer.text();
              expect({ told, status: answer.status }).toEqual({ told, status: 400 });
              expect(problem).not.toContain(told);
              expect(problem).toContain('nothing of a person');
            }
          }
          expect((await post(path, { ...agreed, period: '2023-99-Q1' })).status).toBe(400);
          expect((await post(path, { ...agreed, due: '31 January' })).status).toBe(400);
        });

        it('are nobody else’s: neither another provider’s nor a reader’s', async () => {
          const other = '/v1/services/late/meeting-actions';
          expect((await get(other, 'provider-token')).status).toBe(403);
          expect((await post(other, agreed)).status).toBe(403);
          expect((await get('/reports/services/late/meeting', 'provider-token')).status).toBe(403);
          expect((await get('/reports/services/late/meeting/report.ods', 'provider-token')).status).toBe(403);
          expect((await get(path, 'reader-token')).status).toBe(403);
          expect((await get('/reports/services/real/meeting', 'reader-token')).status).toBe(403);
          expect((await get('/reports/services/nobody/meeting')).status).toBe(404);
          expect(await (await asBrowser('/reports/services/real', 'reader-token')).text()).not.toContain(
            'data meeting',
          );
        });

        it('are added and changed by forms without a script, which keep what was typed when something is wrong', async () => {
          const meeting = '/reports/services/real/meeting';
          const html = await (await asBrowser(`${meeting}?period=2023-24-Q2`, 'provider-token')).text();
          expect(await markupProblems(html)).toEqual([]);
          const id = /name="id" value="([0-9a-f]{32})"/.exec(html)?.[1] ?? '';
          const form = { id, ...agreed, text: 'Send the files of the holiday sessions' };
          const wrong = await sendForm(`${meeting}/actions`, { ...form, owner: 'x', due: 'soon' });
          const again = await wrong.text();
          expect(wrong.status).toBe(400);
          expect(await markupProblems(again)).toEqual([]);
          expect(again).toContain('Send the files of the holiday sessions');
          expect(again).toContain('href="#due"');
          expect(again).toContain('Owner: expected 2 to 80 letters');
          const told = await sendForm(`${meeting}/actions`, {
            ...{ ...form, text: 'Ring tel:07700900123 about it' },
            ...{ owner: 'zoe@example.org', due: 'NHS:9434765919' },
          });
          const untold = await told.text();
          expect(told.status).toBe(400);
          expect(untold).toContain('it holds a mobile number');
          expect(untold).not.toMatch(/07700900123|zoe@example\.org|9434765919/);
          const sent = await sendForm(`${meeting}/actions`, form);
          expect([sent.status, sent.headers.get('location')]).toEqual([303, `${meeting}?period=2023-24-Q2`]);
          const page = await (await asBrowser(`${meeting}/actions/${id}`, 'provider-token')).text();
          expect(await markupProblems(page)).toEqual([]);
          const { id: _id, period: _period, ...fields } = form;
          const changed = { ...fields, version: '1', state: 'dropped' };
          expect(
            (await sendForm(`${meeting}/actions/${id}`, { ...changed, owner: 'zoe@example.org' })).status,
          ).toBe(400);
          const refused = await sendForm(`${meeting}/actions/${id}`, {
            ...changed,
            owner: 'zoe@example.org',
          });
          expect(await refused.text()).not.toContain('zoe@example.org');
          expect((await sendForm(`${meeting}/actions/${id}`, changed)).status).toBe(303);
          expect((await sendForm(`${meeting}/actions/${id}`, changed)).status).toBe(409);
          expect((await actionsOf()).find((action) => action['id'] === id)).toMatchObject({
            state: 'dropped',
          });
          const report = await (await asBrowser('/reports/services/real', 'provider-token')).text();
          expect(report).toContain('Send the files of the holiday sessions');
        });
      });

      it('open at the latest quarter for which the service sent a file', async () => {
        expect(await (await asBrowser('/reports/services/real')).text()).toContain(
          '<span class="govuk-caption-xl">Q2 2023/24</span>',
        );
        expect(await (await asBrowser('/reports/services/late')).text()).toContain(
          '<span class="govuk-caption-xl">Q3 2023/24</span>',
        );
      });

      it('are downloaded as a spreadsheet under a name of their own', async () => {
        const file = await get('/reports/services/real/report.ods?period=2023-24-Q2');
        expect(file.headers.get('content-type')).toBe('application/vnd.oasis.opendocument.spreadsheet');
        expect(file.headers.get('content-disposition')).toBe('attachment; filename="real-2023-24-q2.ods"');
        const { sheets } = await readOds(new Uint8Array(await file.arrayBuffer()));
        expect(sheets[0]?.rows).toContainEqual(['Ledger position', 41]);
        expect(sheets.flatMap(({ rows }) => rows.map(([name, count]) => [name, count]))).toContainEqual([
          'Children',
          1,
        ]);
      });

      it('refuse a period that cannot be read, or that has not begun', async () => {
        expect((await get('/reports/services/real?period=soon')).status).toBe(400);
        expect((await get('/reports/programme?period=2091-92-Q1')).status).toBe(404);
      });

      it('are valid HTML', async () => {
        for (const path of [
          ...['/reports', '/reports/programme', '/reports/programme?period=2023-24-AY'],
          ...[
            '/reports/services/real',
            '/reports/services/capital',
            '/data-quality',
            '/data-quality?service=real',
          ],
        ]) {
          const html = await (await asBrowser(path)).text();
          expect({ path, problems: await markupProblems(html) }).toEqual({ path, problems: [] });
        }
      });
    });

    it('draws a page that needs no script and loads nothing from elsewhere', async () => {
      const page = await get('/reach?period=2023-24-Q2');
      const html = await page.text();
      expect(page.status).toBe(200);
      expect(html).not.toContain('<script');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(html).toContain('<svg class="kl-chart ');
      expect(html).toContain('Reports activity, not people');
      for (const [, path] of html.matchAll(/href="(\/assets\/[^"]+)"/g))
        expect((await get(path ?? '')).status).toBe(200);
    });

    it.each(['/nothing', '/v1/nothing', '/submissions/nothing', '/assets/nothing.css', '/reach/nothing'])(
      'answers 404 at %s: a page to a browser, a problem to a program',
      async (path) => {
        const page = await asBrowser(path);
        expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
        expect(page.headers.get('vary')).toContain('accept');
        expect(await page.text()).toContain('<h1 class="govuk-heading-xl">Page not found</h1>');
        const answer = await fetch(`${service.url}${path}`, {
          headers: { accept: 'application/json', authorization: 'Bearer reader-token' },
        });
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          404,
          expect.stringContaining('application/problem+json'),
        ]);
        expect(await answer.json()).toMatchObject({ status: 404 });
      },
    );

    it.each(['/%zz', '/reach/%ff', '/%c3%28?period=2023-24-Q2'])(
      'answers that the address %s cannot be read: a page to a browser, a problem to a program',
      async (path) => {
        const page = await asBrowser(path);
        expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
        expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
        expect(await page.text()).toContain('That address does not fit');
        const answer = await fetch(`${service.url}${path}`, { headers: { accept: 'application/json' } });
        expect(await answer.json()).toMatchObject({
          ...{ status: 400, type: 'urn:kinledger:problem:malformed-request' },
        });
      },
    );

    it('answers a browser without access with a page too', async () => {
      const page = await asBrowser('/reach', 'unknown');
      expect([page.status, page.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('Bearer'),
      ]);
      expect(await page.text()).toContain('Token of your account');
    });

    it('lists each invalid part of the address on the problem page', async () => {
      const page = await (await get('/submissions?page=none')).text();
      expect(page).toMatch(
        /These parts of the address do not fit.*<li><strong>page<\/strong>: expected the number of a page, from 1<\/li>/s,
      );
    });

    it('answers a wrong address with a page', async () => {
      const page = await get('/reach?period=nonsense');
      expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
      expect((await get('/submissions/nothing')).status).toBe(404);
    });

    it('lists the latest submission first, then uploads not submitted, and no discarded upload', async () => {
      const upload = (
        state: string,
        minute: number,
        intake: number | null = null,
        reason: string | null = null,
      ) =>
        owner.query(
          `INSERT INTO operations.upload (upload_id, submission_id, intake, provider, dataset, period, state, reason, counts, findings, first_at, changed_at)
           VALUES (gen_random_uuid(), CASE WHEN $2::int IS NULL THEN NULL ELSE gen_random_uuid() END, $2, 'early-learning-team', 'real.user', '2023-24-Q2', $1, $4,
                   '{"read": 3}', '{"missing-nhs-number": 2}', timestamptz '2023-11-01 09:00Z' + $3 * interval '1 minute', now())`,
          [state, intake, minute, reason],
        );
      await upload('validated', 9);
      await upload('refused', 10, null, 'too-many-rejected-rows');
      await upload('discarded', 11, null, 'expired');
      // Uploaded first and submitted last.
      await upload('accepted', 1, 12);
      await upload('pseudonymised', 2, 11);
      const { total, submissions } = (await (await get('/v1/submissions')).json()) as {
        total: number;
        submissions: { state: string; intake: number | null; counts: object }[];
      };
      expect(total).toBe(submissions.length);
      expect(submissions.map(({ intake, state }) => intake ?? state)).toEqual([
        ...[12, 11, 5, 4, 3, 2, 1],
        ...['refused', 'validated'],
      ]);
      const paged = (await (await get('/v1/submissions?limit=2&offset=6')).json()) as {
        submissions: typeof submissions;
      };
      expect(paged.submissions.map(({ intake, state }) => intake ?? state)).toEqual([1, 'refused']);
      const page = (await (await get('/submissions')).text()).replaceAll(/\s+/g, ' ');
      expect(page).toContain('7 files submitted, the latest submission first');
      expect(page).toContain('2 files not submitted');
      expect(page).toContain('More rows were rejected than the dataset allows');
      expect(page).not.toMatch(/discarded|expired/i);
    });

    it('shows names instead of codes', async () => {
      const list = await (await get('/submissions')).text();
      const link = /href="\/submissions\/([0-9a-f]{32})">REAL: people/.exec(list)?.[1] ?? '';
      const one = await (await get(`/submissions/${link}`)).text();
      for (const page of [list, one, await (await get('/reach')).text()]) {
        const read = page.replaceAll(/<[^>]+>/g, ' ');
        expect(read).not.toMatch(
          /real\.user|real\.engagement|2023-24-Q|early-learning-team|too-many-rejected|missing-nhs/,
        );
      }
      expect(one).toContain('REAL: people');
      expect(one).toContain('Early learning team');
      expect(one).toContain('NHS number is missing');
      expect(one).toContain('1 November 2023 at 09:');
    });

    it('writes valid HTML on every page, for every state of a file', async () => {
      const list = await (await get('/submissions')).text();
      const links = [...list.matchAll(/href="(\/submissions\/[0-9a-f]{32})"/g)].map(([, path]) => path ?? '');
      const paths = [
        '/reach',
        '/reach?period=lifetime',
        '/reach?period=2022-23-Q1',
        '/submissions',
        ...links,
      ];
      for (const path of [...paths, '/nothing', '/submissions?page=none']) {
        const html = await (await asBrowser(path)).text();
        expect({ path, problems: await markupProblems(html) }).toEqual({ path, problems: [] });
      }
    });

    it('says why a submission is parked, and no longer once it is linked', async () => {
      const id = 'ab'.repeat(16);
      await owner.query(
        `INSERT INTO operations.upload (upload_id, submission_id, provider, dataset, period, state, reason, counts, findings, first_at, changed_at)
         VALUES (gen_random_uuid(), $1, 'provider', 'real.user', '2023-24-Q2', 'unprocessable', 'landing-incomplete', '{}', '{}', now(), now())`,
        [id],
      );
      await owner.query(
        `INSERT INTO golden.submission (submission_id, intake, state, reason, supersedes, opened, closed, number)
         VALUES ($1, 7, 'parked', 'landing-incomplete', '{}', 9, 9, 1000)`,
        [id],
      );
      const list = await (await get('/submissions')).text();
      expect(list).toContain('Parked');
      expect(list).toContain('Rows are missing in the landing store');
      expect(await (await get(`/submissions/${id}`)).text()).toContain(
        'Rows are missing in the landing store',
      );
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

    it('describes itself in OpenAPI', async () => {
      const document = (await (await get('/openapi.json', '')).json()) as { openapi: string; paths: object };
      expect(document.openapi).toMatch(/^3\./);
      expect(Object.keys(document.paths)).toEqual(
        expect.arrayContaining(['/v1/figures/reach', '/v1/figures/reach-by-quarter', '/v1/submissions']),
      );
      expect(JSON.stringify(document.paths)).toContain('lifetime');
    });
  });
});
