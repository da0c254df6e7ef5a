import type { ReviewAnswer } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { agreementOf, type ReviewOfPair } from './agreement.js';

const given = (pair: string, by: string, answer: ReviewAnswer, kind: ReviewOfPair['kind'] = 'opinion') => ({
  ...{ pair, by, answer, kind },
});
/** As many pairs, with the answers of a first and a second person. */
const pairs = (count: number, first: ReviewAnswer, second: ReviewAnswer): ReviewOfPair[] =>
  Array.from({ length: count }, (_, index) => `${first} ${second} ${index}`).flatMap((pair) => [
    given(pair, 'ada', first),
    given(pair, 'ben', second, first === second ? 'decision' : 'opinion'),
  ]);

describe('agreement', () => {
  it('is unknown while no pair has two answers', () => {
    const nothing = { pairs: 0, agreed: 0, share: null, kappa: null };
    expect(agreementOf([])).toEqual(nothing);
    expect(agreementOf([given('a', 'ada', 'unsure'), given('a', 'ada', 'same', 'decision')])).toEqual(
      nothing,
    );
  });

  it('is Cohen’s kappa, as in the worked example of 50 pairs: 20 and 15 agreed, 5 and 10 not', () => {
    const measured = agreementOf([
      ...pairs(20, 'same', 'same'),
      ...pairs(15, 'different', 'different'),
      ...pairs(5, 'same', 'different'),
      ...pairs(10, 'different', 'same'),
    ]);
    expect(measured).toMatchObject({ pairs: 50, agreed: 35, share: 0.7 });
    expect(measured.kappa).toBeCloseTo(0.4, 10);
  });

  it('does not count who is unsure, whose answer would tell them what the other one said', () => {
    const known = [...pairs(3, 'same', 'same'), ...pairs(2, 'same', 'different')];
    const unsure = [...known, given('x', 'ada', 'same'), given('x', 'ben', 'unsure')];
    expect(agreementOf(unsure)).toEqual(agreementOf(known));
    const decided = [...unsure, given('x', 'ben', 'same', 'decision')];
    expect(agreementOf(decided)).toMatchObject({ pairs: 6, agreed: 4 });
  });

  it('has no kappa where everybody gives one answer', () => {
    expect(agreementOf(pairs(3, 'same', 'same'))).toEqual({ pairs: 3, agreed: 3, share: 1, kappa: null });
  });

  it('leaves out the third answer of a disputed pair, and begins anew after a decision is undone', () => {
    const disputed = [given('a', 'ada', 'same'), given('a', 'ben', 'different')];
    const settled = [...disputed, given('a', 'cyd', 'same', 'decision')];
    expect(agreementOf(settled)).toMatchObject({ pairs: 1, agreed: 0 });
    const undone = { pair: 'a', by: 'dee', answer: null, kind: 'undone' as const };
    expect(
      agreementOf([...settled, undone, given('a', 'ada', 'same'), given('a', 'ben', 'same', 'decision')]),
    ).toMatchObject({ pairs: 2, agreed: 1 });
  });
});
