import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markupProblems } from '@kinledger/page-kit/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quarterCharts } from '../../apps/reporting-api/dist/pages/quarter-charts.js';
import { findBrowser } from './browser.js';
import { accessibilityProblems, layoutOf } from './page-checks.js';
import { RunningPlatform, type ProgrammeFile } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

const executablePath = findBrowser();
const platform = new RunningPlatform();
const work = mkdtempSync(join(tmpdir(), 'kinledger-pages-'));
/** A folder for a screenshot of every page in every state and width; without it, none are taken. */
const screenshots = process.env['KINLEDGER_SCREENSHOTS'];
const widths = [360, 768, 1280];

interface Quarters {
  readonly quarters: readonly {
    readonly period: string;
    readonly children: number | null;
    readonly adults: number | null;
  }[];
}

let browser: Browser;
let page: Page;
/** Like `page`, but with JavaScript, which the accessibility engine needs. */
let examined: Page;
const problems: string[] = [];
const text = (selector: string) => page.locator(selector).allInnerTexts();
const open = (path: string) => page.goto(`${platform.reports}${path}`);

/** Expects pages to be valid, accessible and legible at each width, with a cue for anything hidden. */
async function expectSound(
  state: string,
  paths: readonly string[],
  status = 200,
  { url, token } = { url: platform.reports, token: platform.connected.tokens.operator },
): Promise<void> {
  const authorization = `Bearer ${token}`;
  // Whoever else is signed in to the browser.
  await examined.setExtraHTTPHeaders({ authorization });
  for (const path of paths) {
    const answer = await fetch(`${url}${path}`, {
      headers: { accept: 'text/html', authorization },
    });
    expect({ path, status: answer.status }).toEqual({ path, status });
    expect({ path, markup: await markupProblems(await answer.text()) }).toEqual({ path, markup: [] });
    for (const width of widths) {
      await examined.setViewportSize({ width, height: 900 });
      const shown = await examined.goto(`${url}${path}`);
      // The browser is shown the page that was asked for, and not the form to sign in.
      expect({ path, width, shown: shown?.status() }).toEqual({ path, width, shown: status });
      if (screenshots !== undefined) {
        const name = `${state}${path.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}-${width}.png`;
        await examined.screenshot({ path: join(screenshots, name), fullPage: true });
      }
      const { chartText, ...layout } = await layoutOf(examined);
      const where = `${path} at ${width} px`;
      expect({ where, ...layout }).toEqual({ where, overflow: 0, wrongCues: [], chartClashes: [] });
      expect(chartText ?? 14).toBeGreaterThanOrEqual(13);
      expect({ where, problems: await accessibilityProblems(examined) }).toEqual({ where, problems: [] });
    }
  }
  await examined.setExtraHTTPHeaders({});
}

// Skipped without a browser; the run names the skipped tests.
describe.skipIf(executablePath === undefined)('pages in a browser (needs a Chromium on the path)', () => {
  beforeAll(async () => {
    if (screenshots !== undefined) mkdirSync(screenshots, { recursive: true });
    await platform.start('pages');
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    // Without JavaScript: the server's HTML has to be complete.
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 1100, height: 900 },
    });
    page = await context.newPage();
    examined = await (await browser.newContext({ bypassCSP: true })).newPage();
    for (const view of [page, examined]) {
      await view.goto(await platform.signInLink());
      expect(view.url()).toMatch(/\/reach$/);
    }
    page.on('response', (response) => {
      if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
    });
    page.on('requestfailed', (request) => {
      // Navigation to the next page aborted a request of this one.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') problems.push(`failed ${request.url()}`);
    });
  });
  afterAll(async () => {
    await (browser as Browser | undefined)?.close();
    await platform.stop();
    rmSync(work, { recursive: true, force: true });
  });

  describe('the checks of a page', () => {
    it('find the faults of a bad page', async () => {
      await examined.setViewportSize({ width: 360, height: 900 });
      const table = `<table><caption>T</caption><tr>${'<td>unbreakable</td>'.repeat(9)}</tr></table>`;
      await examined.setContent(
        `<html><body><p style="color: #bbb; background: #fff">Pale</p><img src="x.png"><select></select>
         <div class="kl-wide"><p class="kl-wide__cue" hidden>cue</p><div class="kl-wide__region" aria-label="Region" style="overflow: auto">${table}</div></div>
         <svg class="kl-chart" viewBox="0 0 960 100" width="320"><text x="10" y="50" font-size="14">One</text><text x="14" y="50" font-size="14">Two</text></svg></body></html>`,
      );
      const rules = (await accessibilityProblems(examined)).map((problem) => problem.split(':')[0]);
      expect(rules).toEqual(
        expect.arrayContaining(['text_contrast_sufficient', 'img_alt_valid', 'html_lang_exists']),
      );
      const layout = await layoutOf(examined);
      expect(layout.chartText).toBeLessThan(6);
      expect(layout.chartClashes).toEqual(['One lies over Two']);
      expect(layout.wrongCues).toEqual(['Region scrolls and does not say so']);
      expect(await markupProblems('<html><body><p><div></div></body></html>')).not.toEqual([]);
    });
  });

  it('draw a chart of eight years that is legible on every screen', async () => {
    const quarters = Array.from({ length: 32 }, (_, index) => {
      const children = index % 7 === 5 ? null : 200 + index * 37;
      const counts = { children, adults: children, families: children };
      const label = `Q${(index % 4) + 1} ${2015 + Math.floor(index / 4)}/${16 + Math.floor(index / 4)}`;
      const suppressed = index % 7 === 5 && index > 20 ? ['children'] : [];
      return { label, suppressed, ...counts };
    });
    const { svg } = await quarterCharts(quarters, 'Whole programme');
    const assets = await Promise.all(
      ['govuk-frontend', 'kinledger', 'reports'].map(async (name) => {
        const sheet = await fetch(`${platform.reports}/assets/${name}.css`);
        return (await sheet.text()).replace(/@import[^;]+;/, '');
      }),
    );
    const content = `<style>${assets.join('')}</style><div class="govuk-width-container">${svg}</div>`;
    for (const width of widths) {
      await examined.setViewportSize({ width, height: 900 });
      await examined.setContent(content);
      const { chartText, chartClashes, overflow } = await layoutOf(examined);
      expect({ width, chartClashes, overflow }).toEqual({ width, chartClashes: [], overflow: 0 });
      expect(chartText).toBeGreaterThanOrEqual(13);
    }
  });

  describe('before any file has come', () => {
    it('shows valid, accessible and legible pages', async () => {
      await expectSound('empty', ['/reach', '/reach?period=lifetime', '/submissions', '/datasets']);
    });

    it('says that nothing was received, and opens at the latest quarter that has ended', async () => {
      await open('/reach');
      expect((await text('main')).join(' ')).toContain('No files received');
      expect(await text('.kl-figure__number')).toEqual([]);
      await open('/submissions');
      expect((await text('main')).join(' ')).toContain('No file has been submitted yet');
    });
  });

  describe('with files of two services', () => {
    let submission: string;
    let results: ProgrammeFile | undefined;
    const folder = join(work, 'files');
    beforeAll(async () => {
      const args = [
        'generate',
        '--out',
        folder,
        '--people',
        '300',
        '--quarters',
        '2',
        '--seed',
        'pages',
        ...fewDatasets,
      ];
      const { files } = await platform.installation.json<{ files: ProgrammeFile[] }>(...args);
      const sent = files.filter(({ dataset }) => /^(natural-thinkers|baby-steps)\./.test(dataset));
      for (const file of sent) {
        const { id } = await platform.submit(folder, file);
        await platform.until(id, 'linked');
        submission = id;
      }
      results = files.find(({ dataset }) => dataset === 'early-years-profile.outcome');
      const waiting = files.find(({ dataset }) => dataset === 'making-it-real.user')!;
      await platform.upload(waiting, readFileSync(join(folder, waiting.path)));
    });

    it('shows the API’s figures as numbers and as a table beside the chart', async () => {
      await open('/');
      expect(page.url()).toMatch(/\/reach$/);
      const { quarters } = await platform.read<Quarters>('/v1/figures/reach-by-quarter');
      const table = page.getByRole('table', { name: /Reach by quarter/ });
      const rows = (await table.getByRole('row').allInnerTexts()).slice(1);
      expect(rows).toHaveLength(quarters.length);
      rows.forEach((row, index) => {
        const { children, adults } = quarters[index]!;
        const shown = row.split(/\s+/).map((cell) => cell.replaceAll(',', ''));
        expect(shown).toEqual(expect.arrayContaining([String(children), String(adults)]));
      });
      expect(await page.locator('svg.kl-chart:visible').getAttribute('role')).toBe('img');
      expect(await page.locator('.kl-figure__number').first().innerText()).toBe(
        quarters.at(-1)!.children!.toLocaleString('en-GB'),
      );
    });

    it('names the services that sent nothing, without showing 0 for them', async () => {
      await open('/reach');
      const silent = page.getByRole('row', { name: /^Doorstep Library/ });
      expect(await silent.innerText()).toMatch(/No files received$/);
      expect((await text('.govuk-inset-text')).join(' ')).toMatch(
        /no attendance file was received from .*Doorstep Library/,
      );
    });

    it('shows another period and service when the form is submitted', async () => {
      await open('/reach');
      await page.getByLabel('Period').selectOption({ label: 'Lifetime' });
      await page.getByLabel('Chart by quarter for').selectOption('service:natural-thinkers');
      await page.getByRole('button', { name: 'Show' }).click();
      expect(page.url()).toContain('scope=service%3Anatural-thinkers');
      expect((await text('h2')).join(' ')).toContain('Natural Thinkers');
    });

    it('links from the submissions to the outcome of one file’s rows', async () => {
      await open('/submissions');
      await page.getByRole('link', { name: 'Natural Thinkers: people' }).first().click();
      expect((await text('h2')).join(' ')).toContain('Rows after linkage');
      expect((await text('.govuk-summary-list')).join(' ')).toContain('Linked');
      await page.getByRole('link', { name: 'All submissions' }).click();
      expect(page.url()).toMatch(/\/submissions$/);
    });

    it('works with keyboard and screen reader: language, landmarks, one main heading, named controls and tables', async () => {
      for (const path of ['/reach', '/submissions', '/datasets']) {
        await open(path);
        expect(await page.locator('html').getAttribute('lang')).toBe('en-GB');
        expect(await page.locator('h1').count()).toBe(1);
        expect(await page.locator('main#main-content').count()).toBe(1);
        await page.keyboard.press('Tab');
        expect(await page.locator('a.govuk-skip-link:focus').count()).toBe(1);
        expect(await page.locator('table:not(:has(caption))').count()).toBe(0);
        expect(await page.locator('th:not([scope])').count()).toBe(0);
        for (const control of await page.locator('select, input').all()) {
          const id = (await control.getAttribute('id')) ?? '';
          expect(await page.locator(`label[for="${id}"]`).count()).toBe(1);
        }
      }
    });

    it('shows all table columns on a desktop screen', async () => {
      await page.setViewportSize({ width: 1100, height: 900 });
      for (const path of ['/reach', '/submissions', '/datasets']) {
        await open(path);
        expect(await page.locator('.kl-wide__cue:visible').count()).toBe(0);
      }
    });

    it('shows a provider its own files at the address of ingest', async () => {
      const token = platform.connected.tokens.providers['baby-steps-team'] ?? '';
      const url = platform.connected.services.ingest;
      await examined.goto(`${url}/files`);
      await examined.getByLabel('Token of your account').fill(token);
      await examined.getByRole('button', { name: 'Sign in' }).click();
      expect(examined.url()).toBe(`${url}/files`);
      const files = examined.getByRole('table', { name: 'Submitted files' });
      expect(await files.innerText()).toContain('Baby Steps');
      expect(await files.innerText()).not.toContain('Natural Thinkers');
      const file = (await files.getByRole('link').first().getAttribute('href')) ?? '';
      await expectSound('ingest', ['/files', file, '/datasets/baby-steps.user', '/returns'], 200, {
        url,
        token,
      });
      await expectSound('families', ['/families', '/families/baby-steps', '/families/maternity'], 200, {
        url,
        token,
      });
      await expectSound('ingest-not-found', ['/files/checked/nothing', '/nothing'], 404, { url, token });
    });

    it('loads nothing from another host', () => {
      expect(problems).toEqual([]);
    });

    it('tells an auditor how an individual came to be, once the auditor says why, and who looked', async () => {
      const ledger = platform.connected.services.projector;
      const token = platform.connected.tokens.auditor ?? '';
      for (const view of [page, examined]) {
        await view.goto(await platform.signInLink('ledger'));
        await view.goto(`${ledger}/explanations`);
      }
      const [individual] = await platform.query<{ id: string }>(
        `SELECT individual_id AS id FROM golden.record WHERE individual_id IS NOT NULL
         GROUP BY individual_id ORDER BY count(DISTINCT dataset) DESC, count(*) DESC LIMIT 1`,
      );
      await page.getByLabel('Id of a record or an individual').fill(individual!.id);
      await page.getByLabel('Why do you look?').fill('a look');
      await page.getByRole('button', { name: 'Ask' }).click();
      expect(await page.getByRole('alert').innerText()).toContain('Say why, in ten characters or more');
      await page.getByLabel('Why do you look?').fill('complaint 2024-17:\ntwo children counted as one');
      await page.getByRole('button', { name: 'Ask' }).click();
      while ((await page.getByRole('button', { name: 'Look again' }).count()) > 0)
        await page.getByRole('button', { name: 'Look again' }).click();
      const told = await text('.kl-steps');
      expect(told[0]).toMatch(/is the first of individual [0-9a-f]{32}/);
      expect(told[0]).toMatch(/under the agreement /);
      expect(told[0]).toContain('Made again: the same');
      const answer = new URL(page.url()).pathname;
      await page.goto(`${ledger}/looks`);
      const row = page.getByRole('row', { name: /complaint 2024-17: two children counted as one/ });
      expect(await row.innerText()).toContain(individual!.id.replaceAll('-', ''));
      expect(await row.innerText()).toContain('Told');
      const csv = await fetch(`${ledger}/looks/table.csv`, { headers: { authorization: `Bearer ${token}` } });
      expect(await csv.text()).toContain('complaint 2024-17');
      await expectSound('explained', ['/explanations', answer, '/looks'], 200, { url: ledger, token });
      // For named roles only.
      await expectSound('not-allowed', ['/looks'], 403, {
        url: ledger,
        token: platform.connected.tokens.dataTeam,
      });
    });

    it('has the data team answer about a doubtful link, once the effect is shown, and undo it', async () => {
      const ledger = platform.connected.services.projector;
      // Two adults of one e-mail address and two birth dates.
      const file = { dataset: 'doorstep-library.user', period: '2023-24-Q3', provider: 'doorstep-library' };
      const header =
        'case_number,participant_type,email,date_of_birth,gender,postcode,date_registered,consent_given';
      const adults = ['D-1,adult,one@example.org,1990-04-01', 'D-2,adult,one@example.org,1992-07-09'];
      const rows = adults.map((row) => `${row},F,ZZ1 1AA,2023-10-09,yes`);
      const upload = await platform.upload(file, [header, ...rows, ''].join('\r\n'));
      const { id: sent } = await platform.submitUpload(file.provider, upload.id);
      await platform.until(sent, 'linked');
      const token = platform.connected.tokens.dataTeam;
      const context = await browser.newContext({ javaScriptEnabled: false });
      const reviewer = await context.newPage();
      for (const view of [reviewer, examined]) {
        if (view === examined) await examined.context().clearCookies();
        await view.goto(`${ledger}/sign-in`);
        await view.getByLabel('Token of your account').fill(token);
        await view.getByRole('button', { name: 'Sign in' }).click();
      }
      await reviewer.goto(`${ledger}/reviews`);
      expect(await reviewer.locator('main').innerText()).toMatch(/One pair waits|pairs wait/);
      await reviewer.locator('#queue-cue ~ .kl-wide__region').getByRole('link').first().click();
      const referral = new URL(reviewer.url()).pathname;
      await reviewer.getByLabel('Why you look').fill('a look');
      await reviewer.getByRole('button', { name: 'Look' }).click();
      expect(await reviewer.getByRole('alert').innerText()).toContain('ten characters or more');
      await reviewer.getByLabel('Why you look').fill('review of doubtful links, third quarter');
      await reviewer.getByRole('button', { name: 'Look' }).click();
      while ((await reviewer.getByRole('button', { name: 'Look again' }).count()) > 0)
        await reviewer.getByRole('button', { name: 'Look again' }).click();
      const look = new URL(reviewer.url()).pathname;
      expect(await reviewer.locator('main').innerText()).toMatch(/If they are different people/);
      await reviewer.getByRole('button', { name: 'Save the answer' }).first().click();
      expect(await reviewer.getByRole('alert').innerText()).toContain('Select an answer');
      await reviewer.getByLabel('Different people').first().check();
      await reviewer.getByRole('button', { name: 'Save the answer' }).first().click();
      expect(await reviewer.getByRole('alert').innerText()).toMatch(/Select why/);
      expect(await reviewer.getByRole('alert').innerText()).not.toContain('Select an answer');
      expect(await reviewer.getByLabel('Different people').first().isChecked()).toBe(true);
      await reviewer.getByLabel('Why', { exact: true }).first().selectOption('twins-or-siblings');
      await expectSound('reviews', ['/reviews', referral, look], 200, { url: ledger, token });
      await reviewer.getByRole('button', { name: 'Save the answer' }).first().click();
      expect(await reviewer.getByRole('region', { name: 'Important' }).innerText()).toContain('recorded');
      await expect
        .poll(async () => {
          await reviewer.goto(`${ledger}/reviews/decisions`);
          return reviewer.getByRole('row', { name: /Different people/ }).count();
        })
        .toBe(1);
      await expectSound('decided', ['/reviews/decisions'], 200, { url: ledger, token });
      await reviewer.getByRole('button', { name: 'Undo' }).click();
      expect(await reviewer.getByRole('alert').innerText()).toContain('Select why it is undone');
      await reviewer.getByLabel('Why it is undone').selectOption('evidence-changed');
      await reviewer.getByRole('button', { name: 'Undo' }).click();
      expect(await reviewer.getByRole('region', { name: 'Important' }).innerText()).toContain('recorded');
      await context.close();
      await examined.context().clearCookies();
      await examined.goto(await platform.signInLink('ledger'));
    });

    it('shows whether a closed quarter comes out the same, and what changed it since', async () => {
      const ledger = platform.connected.services.projector;
      const token = platform.connected.tokens.auditor ?? '';
      await platform.installation.json('quarter', 'close', '2023-24-Q3');
      await platform.installation.json('quarter', 'publish', '2023-24-Q3');
      const [file] = await platform.query<{ id: string }>(
        `SELECT replace(submission_id::text, '-', '') AS id FROM golden.submission
         WHERE dataset = 'natural-thinkers.engagement' AND period = '2023-24-Q3'`,
      );
      await platform.withdraw(file!.id);
      await platform.until(file!.id, 'withdrawn');
      const ended = async () => {
        while ((await page.getByRole('button', { name: 'Look again' }).count()) > 0)
          await page.getByRole('button', { name: 'Look again' }).click();
        return new URL(page.url()).pathname;
      };
      await page.goto(`${ledger}/quarters`);
      await page.getByRole('link', { name: 'Q3 2023/24' }).click();
      await page.getByRole('button', { name: 'Count it again' }).click();
      const reproduction = await ended();
      expect((await text('main')).join(' ')).toContain('to the last digit');
      await page.getByRole('link', { name: 'Q3 2023/24' }).click();
      await page.getByRole('button', { name: 'See what changed since' }).click();
      const restatement = await ended();
      const [finding] = await text('.govuk-inset-text');
      const [, then, now, change] =
        /^Children, whole programme: (\d+) as closed, (\d+) now: withdrawals −(\d+)\.$/.exec(finding ?? '') ??
        [];
      expect(Number(then) - Number(change)).toBe(Number(now));
      const row = page.getByRole('row', { name: /^Children / }).first();
      expect(await row.innerText()).toMatch(new RegExp(`${then ?? ''}\\s+−${change ?? ''}\\s+${now ?? ''}`));
      expect(await page.locator('svg.kl-chart:visible text').allTextContents()).toContain(`−${change ?? ''}`);
      await page.goto(`${ledger}/quarters`);
      expect((await text('td')).join(' ')).toContain(finding);
      await expectSound('quarters', ['/quarters', '/quarters/2023-24-Q3', reproduction, restatement], 200, {
        url: ledger,
        token,
      });
      await expectSound('quarters-not', [`${restatement}0`], 404, {
        url: ledger,
        token,
      });
      // What changed since is not published, so that a reader sees none of it.
      const authorization = `Bearer ${platform.connected.tokens.reader}`;
      expect((await fetch(`${ledger}${restatement}`, { headers: { authorization } })).status).toBe(403);
      const list = await (await fetch(`${ledger}/quarters`, { headers: { authorization } })).text();
      expect(list).toContain('For the programme’s own team');
      const form = { method: 'POST', headers: { authorization } };
      expect((await fetch(`${ledger}/quarters/2023-24-Q3/comparisons`, form)).status).toBe(403);
    });

    it('shows valid, accessible and legible pages', async () => {
      await expectSound('loaded', [
        '/reach',
        '/reach?period=lifetime&scope=service:natural-thinkers',
        '/reach?period=2023-24-AY&scope=strand:social-emotional',
        '/submissions',
        `/submissions/${submission}`,
        '/datasets',
        '/releases',
        '/reports',
        '/reports/programme',
        '/reports/services/natural-thinkers',
        '/reports/services/natural-thinkers/meeting',
        '/reports/scorecards/natural-thinkers-team',
        '/data-quality',
        '/data-quality?service=natural-thinkers&period=2023-24-Q3',
      ]);
    });

    it('shows what the programme learns, from results at school too, on valid, accessible and legible pages', async () => {
      const { id } = await platform.submit(folder, results!);
      await platform.until(id, 'linked');
      await expectSound('learning', [
        '/reports/collective-impact',
        '/reports/annual-learning?period=2023-24-FY',
        '/reports/theory-of-change',
      ]);
    });

    it('shows a service manager the report of her own service, on paper too, and no other', async () => {
      const token = platform.connected.tokens.providers['baby-steps-team'] ?? '';
      const context = await browser.newContext({
        javaScriptEnabled: false,
        extraHTTPHeaders: { authorization: `Bearer ${token}` },
      });
      try {
        const report = await context.newPage();
        await report.goto(`${platform.reports}/reports`);
        expect(await report.getByRole('main').getByRole('link').allInnerTexts()).toEqual(['Baby Steps']);
        await report.getByRole('link', { name: 'Baby Steps' }).click();
        expect(await report.locator('h1').innerText()).toContain('Baby Steps: service report');
        const other = await report.goto(`${platform.reports}/reports/services/natural-thinkers`);
        expect(other?.status()).toBe(403);
        await report.goto(`${platform.reports}/reports/services/baby-steps`);
        // The width between the margins of A4, in pixels of paper.
        await report.setViewportSize({ width: 718, height: 1000 });
        await report.emulateMedia({ media: 'print' });
        for (const hidden of ['.govuk-service-navigation', '.kl-filters', '.kl-wide__cue', '.kl-screen-only'])
          expect(await report.locator(`${hidden}:visible`).count()).toBe(0);
        expect(await report.locator('svg.kl-chart:visible').count()).toBeGreaterThan(0);
        const pdf = await report.pdf({ format: 'A4' });
        expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
        expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(1);
      } finally {
        await context.close();
      }
    });

    it('says that nothing was received for a quarter without files', async () => {
      await open('/reach?period=2022-23-Q1');
      expect((await text('h2'))[0]).toBe('Q1 2022/23');
      expect((await text('main')).join(' ')).toContain('No files received for Q1 2022/23');
      await expectSound('nothing-received', ['/reach?period=2022-23-Q1']);
    });
  });

  it('tells families what is held about them, without an account', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    try {
      const family = await context.newPage();
      const { ingest } = platform.connected.services;
      await family.goto(`${ingest}/families`);
      await family.getByRole('link', { name: 'Baby Steps' }).click();
      expect(await family.locator('h1').innerText()).toContain('What is held about my family');
      expect(await family.getByRole('row', { name: /^Postcode/ }).innerText()).toContain(
        'The address is not kept',
      );
      const unknown = await family.goto(`${ingest}/families/nobody`);
      expect(unknown?.status()).toBe(404);
      // Everything beside it asks for one.
      await family.goto(`${ingest}/datasets`);
      expect(await family.locator('h1').innerText()).toBe('Sign in');
      const file = join(work, 'families.html');
      await platform.installation.json('family-notice', '--out', file);
      expect(await markupProblems(readFileSync(file, 'utf8'))).toEqual([]);
      await platform.installation.json('family-notice', '--service', 'baby-steps', '--out', file);
      const html = readFileSync(file, 'utf8');
      for (const width of widths) {
        await examined.setViewportSize({ width, height: 900 });
        await examined.setContent(html);
        expect({ width, overflow: (await layoutOf(examined)).overflow }).toEqual({ width, overflow: 0 });
        expect({ width, problems: await accessibilityProblems(examined) }).toEqual({ width, problems: [] });
      }
    } finally {
      await context.close();
    }
  });

  it('signs people in with an account’s token, and out again', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    try {
      const other = await context.newPage();
      await other.goto(`${platform.reports}/submissions`);
      expect(await other.locator('h1').innerText()).toBe('Sign in');
      await other.getByLabel('Token of your account').fill('a guess');
      await other.getByRole('button', { name: 'Sign in' }).click();
      expect(await other.getByRole('alert').innerText()).toContain('this one is not');
      await other.getByLabel('Token of your account').fill(platform.connected.tokens.reader);
      await other.getByRole('button', { name: 'Sign in' }).click();
      expect(other.url()).toMatch(/\/submissions$/);
      await other.getByRole('link', { name: 'Sign in or out' }).click();
      await other.getByRole('button', { name: 'Sign out' }).click();
      await other.goto(`${platform.reports}/submissions`);
      expect(await other.locator('h1').innerText()).toBe('Sign in');
    } finally {
      await context.close();
    }
  });

  describe('when a page cannot be shown', () => {
    it('says so on a valid, accessible and legible page', async () => {
      const nothing = '0'.repeat(32);
      await expectSound('not-found', [`/submissions/${nothing}`, '/nothing', '/v1/nothing'], 404);
      await expectSound('not-begun', ['/reach?period=2091-92-Q1', '/submissions?page=9'], 404);
      await expectSound('unreadable', ['/reach?period=soon', '/submissions?page=none'], 400);
    });

    it('lists each invalid part of the address', async () => {
      await open('/submissions?page=none');
      expect((await text('main')).join(' ')).toContain('These parts of the address do not fit');
      expect((await text('main li')).join(' ')).toMatch(/^page: /);
    });
  });
});
