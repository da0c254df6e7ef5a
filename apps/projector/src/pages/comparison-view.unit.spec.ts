import type { MatchWeights } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import { comparisonView, drawn } from './comparison-view.js';

const weights: MatchWeights = {
  ...{ model: 'f'.repeat(64), start: -12_700, score: 1_342 },
  fields: [
    { field: 'birth-date', level: 'full', weight: 12_042 },
    { field: 'postcode', level: 'different', weight: -1_500 },
    { field: 'shoe-size', level: 'one edit', weight: 3_500 },
    { field: 'nhs-number', level: 'missing', missing: 'second', weight: 0 },
  ],
  classes: [
    { class: 'match', isOnePerson: true, probability: 0.9 },
    { class: 'twin', isOnePerson: false, probability: 0.1 },
    { class: 'unrelated', isOnePerson: false, probability: 0 },
  ],
};
const bands = { review: 4_000, link: 7_000, margin: 3_000 };
const named = { id: 'one', label: 'the two records' };

describe('a comparison on a page', () => {
  it('has the same numbers in its drawing and its table, whatever fields the model names', async () => {
    const view = comparisonView({ weights }, named);
    expect(view.rows).toContainEqual({ field: 'Shoe size', level: 'One edit', bits: '+3.500' });
    expect(view.rows).toContainEqual({
      ...{ field: 'NHS number', level: 'Missing on the second record', bits: '0.000' },
    });
    const svg = (await drawn([view])).get('one')?.svg ?? '';
    for (const { bits } of view.rows.slice(0, 3)) expect(svg).toContain(`>${bits}</text>`);
    for (const bits of [view.start, view.score]) expect(svg).toContain(`>${bits}</text>`);
    expect(svg).not.toContain('NHS number');
  });

  it('says in one sentence what speaks for and against, and why the pair is not linked without a person', () => {
    const conditions = [
      { condition: 'score', outcome: 'failed' as const },
      { condition: 'nhs-number', outcome: 'missing' as const },
      { condition: 'birth-date', outcome: 'failed' as const },
    ];
    expect(comparisonView({ weights, bands, conditions }, named).finding).toBe(
      'The score is 1.342 bits: birth date and shoe size speak most for one person, postcode most against it. It is not linked without a person, because the score is too low, and birth date does not agree.',
    );
  });

  it('names the classes that are likely, and a rival by record only where it is told', () => {
    const view = comparisonView({ weights, bands, conditions: [], rival: { score: 900 } }, named);
    expect(view.classes).toEqual([
      { name: 'One person', share: '90.0%' },
      { name: 'Twins', share: '10.0%' },
    ]);
    expect(view.rival).toEqual(['The nearest rival scores ', '0.900 bits, a margin of 0.442']);
  });

  it('draws the first of very many, and keeps the tables of all', async () => {
    const many = Array.from({ length: 14 }, (_, at) =>
      comparisonView({ weights }, { ...named, id: `${at}` }),
    );
    const all = await drawn(many);
    expect(all.size).toBe(14);
    expect([...all.values()].filter(({ svg }) => svg !== undefined)).toHaveLength(12);
  });
});
