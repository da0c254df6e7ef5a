import { describe, expect, it } from 'vitest';
import { joined, profileOf, type Evidence, type Profile } from '../evidence.js';
import { NONE } from '../typed-column.js';
import { contradictionAt } from './contradiction-at.js';

const [NHS, CHILD_KEY, EMAIL, MOBILE] = [0, 1, 2, 3];
const person = (what: Partial<Evidence> = {}): Profile =>
  profileOf({
    child: true,
    birthDate: NONE,
    gender: NONE,
    caseNumber: NONE,
    dataset: 1,
    nhsNumbers: [],
    tokens: [],
    channels: [],
    compared: [],
    comparedChannels: [],
    keys: [],
    ...what,
  });

describe('contradictionAt', () => {
  const cases: [string, Profile, Profile, (string | null)[]][] = [
    // The expected answers are for an NHS number, a child key, an email and a mobile.
    [
      'two NHS numbers',
      person({ nhsNumbers: [1] }),
      person({ nhsNumbers: [2] }),
      Array(4).fill('nhs-numbers-differ') as string[],
    ],
    ['one NHS number', person({ nhsNumbers: [1] }), person({ nhsNumbers: [1] }), [null, null, null, null]],
    [
      'one NHS number and two, of which it is one',
      person({ nhsNumbers: [1] }),
      person({ nhsNumbers: [1, 2] }),
      Array(4).fill('nhs-numbers-differ') as string[],
    ],
    [
      'two NHS numbers and the second of them',
      person({ nhsNumbers: [1, 2] }),
      person({ nhsNumbers: [2] }),
      Array(4).fill('nhs-numbers-differ') as string[],
    ],
    ['an NHS number on one side alone', person({ nhsNumbers: [1] }), person(), [null, null, null, null]],
    [
      'two birth dates',
      person({ birthDate: 1 }),
      person({ birthDate: 2 }),
      Array(4).fill('birth-dates-differ') as string[],
    ],
    ['a birth date on one side alone', person({ birthDate: 1 }), person(), [null, null, null, null]],
    [
      'a child and an adult',
      person(),
      person({ child: false }),
      Array(4).fill('child-and-adult') as string[],
    ],
    ['two adults', person({ child: false }), person({ child: false }), [null, null, null, null]],
    [
      'two cases of one dataset',
      person({ caseNumber: 1 }),
      person({ caseNumber: 2 }),
      [null, 'case-numbers-differ', null, null],
    ],
    [
      'one case of one dataset',
      person({ caseNumber: 1 }),
      person({ caseNumber: 1 }),
      [null, null, null, null],
    ],
    [
      'two cases of two datasets',
      person({ caseNumber: 1 }),
      person({ caseNumber: 2, dataset: 2 }),
      [null, null, null, null],
    ],
    ['two genders', person({ gender: 1 }), person({ gender: 2 }), [null, null, 'genders-differ', null]],
    [
      'two genders, a birth date on one side',
      person({ gender: 1, birthDate: 1 }),
      person({ gender: 2 }),
      [null, null, 'genders-differ', null],
    ],
    [
      'two genders of one birth date',
      person({ gender: 1, birthDate: 1 }),
      person({ gender: 2, birthDate: 1 }),
      [null, null, null, null],
    ],
    [
      'NHS numbers before birth dates',
      person({ nhsNumbers: [1], birthDate: 1 }),
      person({ nhsNumbers: [2], birthDate: 2, child: false }),
      Array(4).fill('nhs-numbers-differ') as string[],
    ],
    [
      'birth dates before roles',
      person({ birthDate: 1 }),
      person({ birthDate: 2, child: false }),
      Array(4).fill('birth-dates-differ') as string[],
    ],
  ];
  it.each(cases)('decides for %s, in either order', (_, one, other, expected) => {
    const levels = [NHS, CHILD_KEY, EMAIL, MOBILE];
    expect(levels.map((level) => contradictionAt(one, other, level))).toEqual(expected);
    expect(levels.map((level) => contradictionAt(other, one, level))).toEqual(expected);
  });

  it('ignores, after a review, a difference that the reviewer accepted, if a third record agrees with one side', () => {
    const reviewed = joined(person({ birthDate: 1 }), person({ birthDate: 2 }), true);
    expect(contradictionAt(reviewed, person({ birthDate: 2 }), NONE)).toBeNull();
    expect(contradictionAt(reviewed, person({ birthDate: 3 }), NONE)).toBe('birth-dates-differ');
  });

  it('finds a contradiction between a reviewed child and an adult, in either order', () => {
    const adult = person({ child: false });
    const child = joined(person({ birthDate: 1 }), person({ birthDate: 2 }), true);
    expect([contradictionAt(child, adult, NONE), contradictionAt(adult, child, NONE)]).toEqual(
      Array(2).fill('child-and-adult'),
    );
    // A reviewer who joined a child's record and an adult's decided that they are one person.
    const both = joined(person(), adult, true);
    for (const third of [person(), adult]) {
      expect([contradictionAt(both, third, NONE), contradictionAt(third, both, NONE)]).toEqual([null, null]);
    }
  });
});
