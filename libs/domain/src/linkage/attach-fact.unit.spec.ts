import { describe, expect, it } from 'vitest';
import type { Owners } from './attach-fact.js';
import { profileOf, type Evidence } from './evidence.js';
import { testStrategy } from './testing/linkage-world.js';
import { NONE } from './typed-column.js';

const [NHS, EMAIL, MOBILE] = [0, 2, 3];
const evidence = (what: Partial<Evidence>): Evidence => ({
  child: false,
  birthDate: NONE,
  gender: NONE,
  caseNumber: NONE,
  dataset: NONE,
  nhsNumbers: [],
  tokens: [],
  channels: [],
  compared: [],
  comparedChannels: [],
  keys: [],
  ...what,
});
const fact = (channels: number[], what: Partial<Evidence> = {}): Evidence =>
  evidence({ tokens: channels.map((_, at) => 100 + at), channels, ...what });

/** @param held the owners of each token of the fact, by the token's index. */
const owners = (
  held: number[][],
  people: Record<number, Partial<Evidence>> = {},
  no: number[] = [],
): Owners => ({
  of: (token) => held[token] ?? [],
  profile: (owner) => profileOf(evidence({ dataset: 1, ...people[owner] })),
  forbids: (owner) => no.includes(owner),
});

const owned = (owner: number, token: number) => ({ kind: 'owned', owner, token });
const referred = (reason: string, candidates: number[]) => ({
  kind: 'referred',
  reason,
  candidates,
});

describe('a fact', () => {
  const cases: [string, Evidence, Owners, object][] = [
    ['is unlinkable without a token', fact([]), owners([]), { kind: 'unlinkable' }],
    ['does not attach by a mobile alone', fact([MOBILE]), owners([[1]]), { kind: 'unlinkable' }],
    ['attaches by a mobile and a birth date', fact([MOBILE], { birthDate: 7 }), owners([[1]]), owned(1, 0)],
    [
      'is unowned if nobody owns a token, and names its strongest',
      fact([EMAIL, NHS]),
      owners([]),
      { kind: 'unowned', token: 1 },
    ],
    [
      'goes to the owner of its strongest token, in whatever order its tokens come',
      fact([EMAIL, NHS]),
      owners([[1], [2]]),
      owned(2, 1),
    ],
    [
      'goes to the owner of a weaker token if nobody owns the stronger',
      fact([NHS, EMAIL]),
      owners([[], [2]]),
      owned(2, 1),
    ],
    [
      'is referred if it contradicts the owner of its strongest token, though it fits the owner of a weaker one',
      fact([NHS, EMAIL], { birthDate: 7 }),
      owners([[1], [2]], { 1: { birthDate: 8 }, 2: { birthDate: 7 } }),
      referred('birth-dates-differ', [1]),
    ],
    ['is referred between two owners', fact([EMAIL]), owners([[1, 2]]), referred('ambiguous', [1, 2])],
    [
      'goes to the only owner whom it does not contradict',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2]], { 1: { birthDate: 8 } }),
      owned(2, 0),
    ],
    [
      'goes to the owner with its birth date rather than the one with its case number',
      fact([EMAIL], { birthDate: 7, caseNumber: 5 }),
      owners([[1, 2]], { 1: { caseNumber: 5 }, 2: { birthDate: 7, caseNumber: 6 } }),
      owned(2, 0),
    ],
    [
      'goes to the owner with its case number if birth dates do not decide',
      fact([EMAIL], { caseNumber: 5 }),
      owners([[1, 2]], { 1: { caseNumber: 6 }, 2: { caseNumber: 5 } }),
      owned(2, 0),
    ],
    [
      'is referred if both owners have its birth date and no case number decides',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2]], { 1: { birthDate: 7 }, 2: { birthDate: 7 } }),
      referred('ambiguous', [1, 2]),
    ],
    [
      'is referred only to the owners whom it does not contradict',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2, 3]], { 1: { birthDate: 8 } }),
      referred('ambiguous', [2, 3]),
    ],
    [
      'is referred to all owners as ambiguous if it contradicts several',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2]], { 1: { birthDate: 8 }, 2: { birthDate: 9 } }),
      referred('ambiguous', [1, 2]),
    ],
    [
      'of a child does not attach to an adult',
      fact([EMAIL], { child: true }),
      owners([[1]]),
      referred('child-and-adult', [1]),
    ],
    [
      'is referred if a person forbade its only owner',
      fact([EMAIL]),
      owners([[1]], {}, [1]),
      referred('forbidden', [1]),
    ],
  ];
  it.each(cases)('%s', (_, what, who, expected) => {
    expect(testStrategy.attach(what, who)).toMatchObject(expected);
  });
});

describe('founding individuals from facts whose token nobody owns', () => {
  const found = (...facts: readonly Partial<Evidence>[]) => {
    const { groupOf, refusals } = testStrategy.foundIndividuals(
      facts.map((what) => fact([EMAIL], what)),
      EMAIL,
    );
    return { groups: [...groupOf], refusals };
  };

  it.each<[string, Partial<Evidence>[], number[]]>([
    ['one fact', [{}], [0]],
    ['facts with equal evidence', [{ birthDate: 7 }, { birthDate: 7 }], [0, 0]],
    ['facts that do not contradict each other', [{ birthDate: 7 }, { nhsNumbers: [1] }], [0, 0]],
    [
      'facts with the same two NHS numbers in any order',
      [{ nhsNumbers: [1, 2] }, { nhsNumbers: [2, 1] }],
      [0, 0],
    ],
    [
      'a fact that could belong to either of two, which is set aside',
      [{ birthDate: 7 }, {}, { birthDate: 8 }],
      [0, NONE, 2],
    ],
  ])('groups %s', (_, facts, groups) => {
    expect(found(...facts).groups).toEqual(groups);
  });

  it('makes two individuals of facts that contradict one another, and names the doubt', () => {
    const { groups, refusals } = found({ birthDate: 7 }, { birthDate: 8 }, { birthDate: 7 });
    expect(groups).toEqual([0, 1, 0]);
    expect(refusals).toEqual(
      [{ reason: 'birth-dates-differ', subject: 0, candidates: [1] }].map(
        (refusal) => expect.objectContaining(refusal) as object,
      ),
    );
  });

  it('sets aside each fact that could belong to either of two individuals', () => {
    const { groups, refusals } = found({ birthDate: 7 }, {}, { birthDate: 8 }, {});
    expect(groups).toEqual([0, NONE, 2, NONE]);
    expect(refusals.filter(({ reason }) => reason === 'ambiguous')).toEqual([
      { reason: 'ambiguous', subject: 1, candidates: [0, 2] },
      { reason: 'ambiguous', subject: 3, candidates: [0, 2] },
    ]);
  });
});
