import type { DatasetId, RecordId } from '@kinledger/contracts';
import { markupProblems } from '@kinledger/page-kit/testing';
import { describe, expect, it } from 'vitest';
import { describePreview } from './describe-preview.js';
import { previewPage } from './preview-page.js';
import type { StrategyPreview } from './strategy-preview.js';

const none = { before: 0, after: 0 };
const source = {
  ...{ dataset: 'baby-steps.user' as DatasetId, role: 'child' as const, live: 40 },
  ...{ linked: { before: 38, after: 39 }, unlinkable: { before: 2, after: 1 }, referred: none },
  ...{ joining: { toOthers: 1, alone: 0 }, leaving: 0, merged: 4, split: 0, referrals: none },
};
const cell = { figure: 'reach', scope: 'programme', dimensions: [], column: 'families' };
const preview: StrategyPreview = {
  asAt: 1358,
  inForce: { strategy: 'leap-1', digest: 'a'.repeat(64) },
  proposed: {
    ...{ strategy: 'kin-1', digest: 'b'.repeat(64) },
    settings: {
      ...{ name: 'leap-1', maxBirthDatesPerToken: 3, maxCasesPerToken: 10 },
      ...{ maxHoldersPerToken: 500, maxChildrenPerCarerToken: 12 },
    },
  },
  ...{ isInForce: false, events: 94, isShown: false },
  linkage: {
    individuals: [
      {
        ...{ role: 'child', before: 1510, after: 1508 },
        merges: { groups: 2, individuals: 4, records: 43 },
        splits: { groups: 0, individuals: 0, records: 0 },
      },
    ],
    sources: [source, { ...source, dataset: 'unchanged.user' as DatasetId, ...noChange() }],
    referrals: [{ reason: 'ambiguous', before: 3, after: 13, opened: 11, settled: 1, lapsed: 0, staying: 2 }],
    relationships: [{ kind: 'carer', before: 10, after: 11, identified: 2, ended: 1 }],
    families: [{ scope: 'programme', before: 9, after: 8, formed: 0, dissolved: 1, changed: 4 }],
    examples: {
      merges: [{ records: ['1'.repeat(32), '2'.repeat(32)] as RecordId[], rule: 'kin-1', score: 10_700 }],
      ...{ splits: [], joining: [], leaving: [], referrals: [] },
    },
  },
  quarters: [
    {
      ...{ period: '2023-24-Q2', isClosed: true, counts: 1083 },
      cells: [
        { ...cell, before: 1351, after: 1346, change: -5 },
        { ...cell, scope: 'service:<baby>', before: 28, after: 29, change: 1 },
      ],
    },
    { period: '2023-24-Q3', isClosed: false, counts: 1200, cells: [] },
  ],
};

function noChange() {
  return { joining: { toOthers: 0, alone: 0 }, leaving: 0, merged: 0, split: 0 };
}

describe('a preview, for people', () => {
  it('says what is compared, who is who, and what the figures become', () => {
    const text = describePreview(preview, 'programme');
    expect(text).toContain('ledger position 1,358: leap-1 (aaaaaaaaaaaa). Proposed: kin-1 (bbbbbbbbbbbb)');
    expect(text).toMatch(/^child +1,510 +1,508 +−2 +4 +2 +43 +0 +0 +0$/m);
    expect(text).toMatch(/^baby-steps.user +child +40 +38 +39 +1 +0 +0 +4 +0 +0 +0$/m);
    expect(text).toMatch(/^ambiguous +3 +13 +11 +1 +0 +2$/m);
    expect(text).toMatch(/^2023-24-Q2 closed +reach +programme +families +1,351 +1,346 +−5$/m);
    expect(text).toMatch(/^2023-24-Q3 +open +1,200 +0$/m);
    expect(text).toContain('10.7');
  });

  it('leaves out datasets that stay as they are, and other scopes', () => {
    const text = describePreview(preview, 'programme');
    expect(text).not.toContain('unchanged.user');
    expect(text).not.toContain('service:');
    expect(describePreview(preview, 'all')).toMatch(/service:<baby> +families +28 +29 +\+1/);
  });

  it('says so where the strategy is in force, and where figures are left out', () => {
    const { quarters: _, ...rest } = preview;
    const text = describePreview({ ...rest, isInForce: true, events: 0 }, 'all');
    expect(text).toContain('in force already: nothing changes');
    expect(text).not.toContain('Quarters');
  });

  it('shows suppressed counts as such', () => {
    const cells = [{ ...cell, before: null, after: 0, change: null }];
    const quarters = [{ period: '2023-24-Q2', isClosed: false, counts: 1, cells }];
    const { linkage: _, ...given } = preview;
    const text = describePreview({ ...given, quarters, isShown: true }, 'all');
    expect(text).toMatch(/families +\[c\] +0 +\[c\]/);
    expect(text).toContain('suppressed');
    expect(text).not.toMatch(/1,510|baby-steps\.user|Individuals/);
  });

  it('says of suppressed counts too that they are not for publication, since nobody audits them', () => {
    const { linkage: _, ...given } = preview;
    for (const text of [
      describePreview(preview, 'all'),
      describePreview({ ...given, isShown: true }, 'all'),
      previewPage({ ...given, isShown: true }),
    ])
      expect(text).toContain(
        'after disclosure control, each count by itself; nobody audits it: not for publication',
      );
  });
});

describe('the page of a preview', () => {
  const page = previewPage(preview);

  it('has a heading and a caption for every table, and needs nothing else', () => {
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<caption>/g)?.length);
    expect(page).toContain('lang="en-GB"');
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
  });

  it('has the figures of every scope, and shows no markup of a name', () => {
    expect(page).toContain('<summary>Service &lt;baby&gt;: 1 count</summary>');
    expect(page).not.toContain('<baby>');
    expect(page).toContain('1,346');
  });

  it('is valid, in words, with every column named and columns of words apart from numbers', async () => {
    expect(await markupProblems(page)).toEqual([]);
    for (const name of ['Q2 2023/24 closed', 'Unique reach', 'It could belong to either of several'])
      expect(page).toContain(name);
    expect(page).not.toContain('<th scope="col"></th>');
    expect(page).not.toMatch(/--json|--shown/);
    expect(page).toContain('<td class="words">Unique reach</td><td class="words">Programme</td>');
  });

  it('says for whom exact counts are, and not where they are suppressed', () => {
    expect(page).toContain('for the programme’s own team');
    const { linkage: _, ...given } = preview;
    const shown = previewPage({ ...given, isShown: true });
    expect(shown).not.toMatch(/are not suppressed on this page|Who is who|baby-steps\.user/);
  });

  it('shows examples once, below the figures', () => {
    expect(page.split('1'.repeat(32))).toHaveLength(2);
    expect(page.indexOf('<h2>Examples')).toBeGreaterThan(page.indexOf('<h2>Figures'));
  });
});
