import type { DatasetId, IndividualId, RecordId } from '@kinledger/contracts';
import type { PairExplanation } from '@kinledger/decisions';
import type { ComparedPair, PairRelation } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import { pairView } from './pair-view.js';
import type { Sentence } from './told.js';

const id = (digit: string) => digit.repeat(32);
const [first, second] = [id('1') as RecordId, id('2') as RecordId];
const words = (sentence: Sentence) =>
  sentence.map((piece) => (typeof piece === 'string' ? piece : `<${piece.id[0] ?? ''}>`)).join('');
const compared: ComparedPair = {
  ...{ records: [first, second], isCandidate: true, bands: { review: 4_000, link: 7_000, margin: 3_000 } },
  weights: { model: 'f', start: -9_000, fields: [], score: -9_000, classes: [] },
  ...{ conditions: [], rival: undefined },
};
const relation: PairRelation = {
  ...{ isTogether: false, links: [], reasons: ['score-below-review'], decided: [], decisive: undefined },
  individuals: [id('a') as IndividualId, undefined],
  shared: [{ rule: 'email', hasForce: false, isUsable: true }],
  ...{ keys: { shared: 2, crowded: 1 }, compared },
};
const side = (record: RecordId) => ({
  ...{ record, dataset: 'peep.user' as DatasetId, role: 'child' as const, notCounted: undefined },
  individual: record === first ? (id('a') as IndividualId) : undefined,
});
const found: PairExplanation = {
  ...{ kind: 'pair', stream: 'programme-leap', asAt: 1_234, erasedSince: false, relation },
  ...{ strategy: { name: 'kin-1', model: 'f', adoptedAt: 1 }, records: [side(first), side(second)] },
  referrals: [],
  reviews: [{ position: 9, decision: 'LinkForbidden', by: 'ada', organisation: undefined, reason: 'twins' }],
};
const viewOf = (more: Partial<PairExplanation> = {}) => pairView({ ...found, ...more }, () => 'Peep: people');
const factOf = (key: string, more: Partial<PairExplanation> = {}) =>
  words(viewOf(more).facts.find((fact) => fact.key === key)?.value ?? []);

describe('two records on their page', () => {
  it('say first whether they are together, and where each belongs', () => {
    expect(viewOf().finding).toBe(
      'The two records are not together: their score is too low even for a person to look at them.',
    );
    expect(factOf('First record')).toBe('<1>, child, Peep: people: individual <a>');
    expect(factOf('Second record')).toBe(
      '<2>, child, Peep: people: belongs to no individual, it is set aside',
    );
  });

  it('say what they have in common by kind, and who decided about them', () => {
    expect(factOf('Identifiers in common')).toBe(
      'the e-mail address (too many people for it to link anybody)',
    );
    expect(factOf('Keys for comparison in common')).toBe('2, 1 of them crowded and not used');
    expect(viewOf().doubts.map(words)).toEqual([
      'ada decided at position 9 that they are never one person: Twins',
    ]);
  });

  it('have one comparison where the link between them is their own, and one for each other link', () => {
    const links = [
      { records: [first, second] as const, rule: 'kin-1', compared },
      { records: [second, id('3') as RecordId] as const, rule: 'nhs-number', compared: undefined },
    ];
    const view = viewOf({ relation: { ...relation, isTogether: true, reasons: [], links } });
    expect(view.links.map(words)).toEqual([
      'Record <1> and record <2> are linked by kin 1, with −9.000 bits',
      'Record <2> and record <3> are linked by the same NHS number',
    ]);
    expect(view.comparisons.map(({ title }) => title)).toEqual(['The two records compared']);
  });

  it('say of a record that does not count why', () => {
    const records = [side(first), { ...side(second), notCounted: 'erased' }] as const;
    const gone = { records, relation: undefined };
    expect(viewOf(gone).finding).toBe('The second record does not count: it was erased.');
    expect(viewOf(gone).comparisons).toEqual([]);
  });
});
