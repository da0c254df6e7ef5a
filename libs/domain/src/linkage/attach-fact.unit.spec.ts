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
  ...what,
});
const fact = (channels: number[], what: Partial<Evidence> = {}): Evidence =>
  evidence({ tokens: channels.map((_, at) => 100 + at), channels, ...what });

/** @param held owners of each token of the fact, by index. */
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

describe('attaching a fact', () => {
  const cases: [string, Evidence, Owners, object][] = [
    ['has nowhere to go without a token', fact([]), owners([]), { kind: 'unlinkable' }],
    ['does not link by a mobile alone', fact([MOBILE]), owners([[1]]), { kind: 'unlinkable' }],
    ['links by a mobile beside a birth date', fact([MOBILE], { birthDate: 7 }), owners([[1]]), owned(1, 0)],
    [
      'names its strongest token where nobody owns one',
      fact([EMAIL, NHS]),
      owners([]),
      { kind: 'unowned', token: 1 },
    ],
    [
      'follows the strongest token, whatever comes first',
      fact([EMAIL, NHS]),
      owners([[1], [2]]),
      owned(2, 1),
    ],
    [
      'follows a weaker token where nobody owns the stronger',
      fact([NHS, EMAIL]),
      owners([[], [2]]),
      owned(2, 1),
    ],
    [
      'is not rescued by a weaker token when it contradicts the owner of the stronger',
      fact([NHS, EMAIL], { birthDate: 7 }),
      owners([[1], [2]], { 1: { birthDate: 8 }, 2: { birthDate: 7 } }),
      referred('birth-dates-differ', [1]),
    ],
    ['is referred between two', fact([EMAIL]), owners([[1, 2]]), referred('ambiguous', [1, 2])],
    [
      'goes to the only one whom it does not contradict',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2]], { 1: { birthDate: 8 } }),
      owned(2, 0),
    ],
    [
      'goes to the one of its birth date, before the one of its case number',
      fact([EMAIL], { birthDate: 7, caseNumber: 5 }),
      owners([[1, 2]], { 1: { caseNumber: 5 }, 2: { birthDate: 7, caseNumber: 6 } }),
      owned(2, 0),
    ],
    [
      'goes to the one of its case number where birth dates do not say',
      fact([EMAIL], { caseNumber: 5 }),
      owners([[1, 2]], { 1: { caseNumber: 6 }, 2: { caseNumber: 5 } }),
      owned(2, 0),
    ],
    [
      'is referred where both are of its birth date and no case number says',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2]], { 1: { birthDate: 7 }, 2: { birthDate: 7 } }),
      referred('ambiguous', [1, 2]),
    ],
    [
      'is referred between those alone whom it does not contradict',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2, 3]], { 1: { birthDate: 8 } }),
      referred('ambiguous', [2, 3]),
    ],
    [
      'is referred as ambiguous to all whom it contradicts where there are several',
      fact([EMAIL], { birthDate: 7 }),
      owners([[1, 2]], { 1: { birthDate: 8 }, 2: { birthDate: 9 } }),
      referred('ambiguous', [1, 2]),
    ],
    [
      'of a child is not an adult’s',
      fact([EMAIL], { child: true }),
      owners([[1]]),
      referred('child-and-adult', [1]),
    ],
    ['obeys a person who forbids it', fact([EMAIL]), owners([[1]], {}, [1]), referred('forbidden', [1])],
  ];
  it.each(cases)('%s', (_, what, who, expected) => {
    expect(testStrategy.attach(what, who)).toMatchObject(expected);
  });
});

describe('facts whose token nobody owns', () => {
  const found = (...facts: readonly Partial<Evidence>[]) => {
    const { groupOf, refusals } = testStrategy.found(
      facts.map((what) => fact([EMAIL], what)),
      EMAIL,
    );
    return { groups: [...groupOf], refusals };
  };

  it.each<[string, Partial<Evidence>[], number[]]>([
    ['one fact', [{}], [0]],
    ['facts that say the same', [{ birthDate: 7 }, { birthDate: 7 }], [0, 0]],
    ['facts that say nothing against each other', [{ birthDate: 7 }, { nhsNumbers: [1] }], [0, 0]],
    [
      'facts that name the same two numbers, in any order',
      [{ nhsNumbers: [1, 2] }, { nhsNumbers: [2, 1] }],
      [0, 0],
    ],
    [
      'a fact between two whom it could be, which waits',
      [{ birthDate: 7 }, {}, { birthDate: 8 }],
      [0, NONE, 2],
    ],
  ])('found individuals: %s', (_, facts, groups) => {
    expect(found(...facts).groups).toEqual(groups);
  });

  it('that contradict one another found two, and the doubt is named', () => {
    const { groups, refusals } = found({ birthDate: 7 }, { birthDate: 8 }, { birthDate: 7 });
    expect(groups).toEqual([0, 1, 0]);
    expect(refusals).toEqual(
      [{ reason: 'birth-dates-differ', subject: 0, candidates: [1] }].map(
        (refusal) => expect.objectContaining(refusal) as object,
      ),
    );
  });

  it('that could be of either of two wait, each of them', () => {
    const { groups, refusals } = found({ birthDate: 7 }, {}, { birthDate: 8 }, {});
    expect(groups).toEqual([0, NONE, 2, NONE]);
    expect(refusals.filter(({ reason }) => reason === 'ambiguous')).toEqual([
      { reason: 'ambiguous', subject: 1, candidates: [0, 2] },
      { reason: 'ambiguous', subject: 3, candidates: [0, 2] },
    ]);
  });
});
