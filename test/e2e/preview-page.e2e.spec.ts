import { pathToFileURL } from 'node:url';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { previewPage } from '../../apps/cli/dist/strategy/preview/preview-page.js';
import { findBrowser } from './browser.js';
import { accessibilityProblems, layoutOf } from './page-checks.js';

type Preview = Parameters<typeof previewPage>[0];
type Linkage = NonNullable<Preview['linkage']>;
type Records = Linkage['examples']['merges'][number]['records'];

const executablePath = findBrowser();
const work = mkdtempSync(join(tmpdir(), 'kinledger-preview-page-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const none = { before: 0, after: 0 };
const ids = ['1', '2', '3', '4'].map((digit) => digit.repeat(32)) as unknown as Records; // record ids
const source = (dataset: string): Linkage['sources'][number] => ({
  ...{ dataset: dataset as never, role: 'adult', live: 104_012 },
  ...{ linked: { before: 103_800, after: 103_990 }, unlinkable: { before: 212, after: 22 }, referred: none },
  ...{ joining: { toOthers: 12_120, alone: 70 }, leaving: 0, merged: 10_433, split: 12 },
  referrals: { before: 3, after: 1_064 },
});
const cellsOf = (scope: string, dimensions: readonly string[]) =>
  ['children', 'adults', 'families'].map((column) => ({
    ...{ figure: dimensions.length === 0 ? 'reach' : 'reach-by-deprivation', scope, dimensions, column },
    ...{ before: 113_510, after: 113_461, change: -49 },
  }));
/** A preview of a large programme, with an example of everything. */
const preview: Preview = {
  ...{ asAt: 1_135_842, inForce: { strategy: 'leap-1', digest: 'a'.repeat(64) } },
  proposed: {
    ...{ strategy: 'kin-1', digest: 'b'.repeat(64) },
    settings: {
      ...{ name: 'leap-1', maxBirthDatesPerToken: 3, maxCasesPerToken: 10 },
      ...{ maxHoldersPerToken: 500, maxChildrenPerCarerToken: 12 },
    },
  },
  ...{ isInForce: false, events: 9_412, isShown: false },
  linkage: {
    individuals: [
      {
        ...{ role: 'child', before: 115_104, after: 114_808 },
        merges: { groups: 1_212, individuals: 2_508, records: 14_301 },
        splits: { groups: 2, individuals: 4, records: 9 },
      },
    ],
    sources: [source('baby-steps.user'), source('dv-enhanced-caseworkers.engagement')],
    referrals: [
      { reason: 'nhs-numbers-differ', before: 3, after: 13, opened: 11, settled: 1, lapsed: 0, staying: 2 },
    ],
    relationships: [{ kind: 'carer', before: 10_204, after: 10_411, identified: 207, ended: 1 }],
    families: [
      { scope: 'programme', before: 90_031, after: 89_920, formed: 0, dissolved: 111, changed: 404 },
    ],
    examples: {
      ...{ merges: [{ records: ids, rule: 'kin-1', score: 10_700 }], splits: [], joining: [], leaving: [] },
      referrals: [{ records: ids, rule: 'kin-1', reason: 'ambiguous', score: 5_100 }],
    },
  },
  quarters: [
    {
      ...{ period: '2023-24-Q2', isClosed: true, counts: 1_083 },
      cells: [...cellsOf('programme', []), ...cellsOf('service:dv-enhanced-caseworkers', ['10'])],
    },
    { ...{ period: '2023-24-Q3', isClosed: false, counts: 1_200 }, cells: cellsOf('programme', []) },
  ],
};

// Skipped without a browser; the run names the skipped tests.
describe.skipIf(executablePath === undefined)('the page of a preview (needs a Chromium on the path)', () => {
  it.each([360, 1280])('is accessible and as wide as the window at %d pixels', async (width) => {
    const file = join(work, 'preview.html');
    writeFileSync(file, previewPage(preview));
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      await page.goto(pathToFileURL(file).href);
      for (const detail of await page.locator('summary').all()) await detail.click();
      expect(await page.locator('table:visible').count()).toBe(await page.locator('table').count());
      expect(await accessibilityProblems(page)).toEqual([]);
      expect((await layoutOf(page)).overflow).toBe(0);
    } finally {
      await browser.close();
    }
  });
});
