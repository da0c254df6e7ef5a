import { describe, expect, it } from 'vitest';
import { foundIn, type Found, type ListedPerson } from './described-people.js';

type Rows = Readonly<Record<string, ListedPerson>>;
/** What the story is, the rows as services list them, and whom linkage has to find. What is not said is empty. */
type Story = readonly [
  what: string,
  rows: Rows,
  found: Pick<Found, 'people'> & Partial<Omit<Found, 'parts'>>,
];

const here = { postcode: 'SE1 1AA' };
const elsewhere = { postcode: 'N1 2BB' };
const ann = { role: 'adult', born: '1990-05-06', gender: 'F', ...here } as const;
const ben = { role: 'adult', born: '1988-01-02', gender: 'M', ...here } as const;
const annOkoro = { ...ann, givenName: 'ann', surname: 'okoro' } as const;
const ada = { role: 'child', givenName: 'ada', born: '2020-03-04', gender: 'F', ...here } as const;
const bob = { role: 'child', givenName: 'bob', born: '2018-07-08', gender: 'M', ...here } as const;
const girl = { role: 'child', born: '2020-03-04', gender: 'F', ...here } as const;
const [hers, his, ours] = ['ann@example.org', 'ben@example.org', 'okoro@example.org'];
const mobile = '07700900001';

/*
 * Each row is of another service, unless it names one. LEAP’s minimum dataset has the first three letters of a child’s name,
 * and no name of an adult; rows with a surname are of a programme whose agreements permit whole names.
 */
const spouses: readonly Story[] = [
  [
    'who give one email are two people, and a person is asked; their child is of both',
    { ann: { ...ann, email: ours }, ben: { ...ben, email: ours }, ada: { ...ada, email: ours } },
    { people: ['ada', 'ann', 'ben'], doubts: ['ann ? ben'], families: ['ada & ann & ben'] },
  ],
  [
    'who give one email and no birth dates are two people, because their genders differ',
    {
      ann: { role: 'adult', gender: 'F', email: ours, ...here },
      ben: { role: 'adult', gender: 'M', email: ours, ...here },
    },
    { people: ['ann', 'ben'], doubts: ['ann ? ben'] },
  ],
  [
    'of one surname and one email are two people',
    {
      ann: { ...annOkoro, email: ours },
      ben: { ...ben, givenName: 'ben', surname: 'okoro', email: ours },
    },
    { people: ['ann', 'ben'], doubts: ['ann ? ben'] },
  ],
];

const lodgers: readonly Story[] = [
  [
    'who have one birth date and gender are not linked by it: a person is asked',
    { ann, lodger: ann },
    { people: ['ann', 'lodger'], doubts: ['ann ? lodger'] },
  ],
  [
    'of different names are two people, even with one birth date',
    { ann: annOkoro, carla: { ...annOkoro, givenName: 'carla', surname: 'mendes' } },
    { people: ['ann', 'carla'] },
  ],
  [
    'are in no family with the child of the house, whose row names its mother’s email only',
    { ada: { ...ada, email: hers }, ann: { ...ann, email: hers }, lodger: { ...ben, email: his } },
    { people: ['ada', 'ann', 'lodger'], families: ['ada & ann'] },
  ],
];

const reid = { role: 'adult', givenName: 'john', surname: 'reid', gender: 'M', ...here } as const;
const juniors: readonly Story[] = [
  [
    'two adults of one name and address are two people if their birth dates are a generation apart',
    { father: { ...reid, born: '1970-03-04' }, son: { ...reid, born: '2000-03-04' } },
    { people: ['father', 'son'], doubts: ['father ? son'] },
  ],
  [
    'they are so even with one email',
    {
      father: { ...reid, born: '1970-03-04', email: ours },
      son: { ...reid, born: '2000-03-04', email: ours },
    },
    { people: ['father', 'son'], doubts: ['father ? son'] },
  ],
  [
    'a row without a birth date is neither’s: a person is asked',
    { father: reid, son: { ...reid, born: '2000-03-04' } },
    { people: ['father', 'son'], doubts: ['father ? son'] },
  ],
  [
    'a child is never its father, and is of his family',
    {
      father: { ...reid, born: '1990-03-04', email: his },
      son: { ...reid, role: 'child', born: '2020-03-04', email: his },
    },
    { people: ['father', 'son'], families: ['father & son'] },
  ],
];

const twins: readonly Story[] = [
  [
    'with different first letters are two people, and each finds its other row',
    { ada, eva: { ...girl, givenName: 'eva' }, adaAgain: ada },
    { people: ['ada + adaAgain', 'eva'] },
  ],
  [
    'whose names begin with the same three letters are two people if one service lists both',
    {
      amelia: { ...girl, service: 'nursery', givenName: 'amelia', email: hers },
      amelie: { ...girl, service: 'nursery', givenName: 'amelie', email: hers },
    },
    { people: ['amelia', 'amelie'], doubts: ['amelia ? amelie'], families: ['amelia & amelie'] },
  ],
  [
    'whose whole names are one letter apart are not linked by it: a person is asked',
    {
      amelia: { ...girl, givenName: 'amelia', surname: 'okoro' },
      amelie: { ...girl, givenName: 'amelie', surname: 'okoro' },
    },
    { people: ['amelia', 'amelie'], doubts: ['amelia ? amelie'] },
  ],
  [
    'whose whole names are one letter apart find their own other rows',
    {
      amelia: { ...girl, givenName: 'amelia', surname: 'okoro' },
      amelie: { ...girl, givenName: 'amelie', surname: 'okoro' },
      ameliaAgain: { ...girl, givenName: 'amelia', surname: 'okoro', ...elsewhere },
    },
    { people: ['amelia + ameliaAgain', 'amelie'], doubts: ['ameliaAgain ? amelie'] },
  ],
  [
    'whose names begin alike, of whom each is listed once and nobody’s row says that there are two, become one: letters say no more',
    { amelia: { ...girl, givenName: 'amelia' }, amelie: { ...girl, givenName: 'amelie' } },
    { people: ['amelia + amelie'] },
  ],
];

const apart: readonly Story[] = [
  [
    'with one NHS number is one person, of a family with both',
    {
      ann: { ...ann, email: hers },
      ben: { ...ben, email: his, ...elsewhere },
      withAnn: { ...ada, email: hers, nhsNumber: '9434765919' },
      withBen: { ...ada, email: his, nhsNumber: '9434765919', ...elsewhere },
    },
    { people: ['ann', 'ben', 'withAnn + withBen'], families: ['ann & ben & withAnn + withBen'] },
  ],
  [
    'with one whole name and birth date is one person, of a family with both',
    {
      ann: { ...ann, email: hers },
      ben: { ...ben, email: his, ...elsewhere },
      withAnn: { ...ada, surname: 'okoro', email: hers },
      withBen: { ...ada, surname: 'okoro', email: his, ...elsewhere },
    },
    { people: ['ann', 'ben', 'withAnn + withBen'], families: ['ann & ben & withAnn + withBen'] },
  ],
  [
    'of whom three letters are known is not linked: it counts twice, and there are two families',
    {
      ann: { ...ann, email: hers },
      ben: { ...ben, email: his, ...elsewhere },
      withAnn: { ...ada, email: hers },
      withBen: { ...ada, email: his, ...elsewhere },
    },
    { people: ['ann', 'ben', 'withAnn', 'withBen'], families: ['ann & withAnn', 'ben & withBen'] },
  ],
];

const step: readonly Story[] = [
  [
    'is two families while no row names both parents',
    {
      ann: { ...ann, email: hers },
      ben: { ...ben, email: his },
      ada: { ...ada, email: hers },
      bob: { ...bob, email: his },
    },
    { people: ['ada', 'ann', 'ben', 'bob'], families: ['ada & ann', 'ben & bob'] },
  ],
  [
    'is one family by a child of both, whose NHS number shows that it is one child',
    {
      ann: { ...ann, email: hers },
      ben: { ...ben, email: his },
      ada: { ...ada, email: hers },
      bob: { ...bob, email: his },
      cleo: { ...girl, givenName: 'cleo', born: '2022-09-10', email: hers, nhsNumber: '9434765919' },
      cleoAgain: { ...girl, givenName: 'cleo', born: '2022-09-10', email: his, nhsNumber: '9434765919' },
    },
    {
      people: ['ada', 'ann', 'ben', 'bob', 'cleo + cleoAgain'],
      families: ['ada & ann & ben & bob & cleo + cleoAgain'],
    },
  ],
];

const married: readonly Story[] = [
  [
    'at one address is one person under both surnames',
    { before: annOkoro, after: { ...annOkoro, surname: 'smith' } },
    { people: ['after + before'] },
  ],
  [
    'who moved is one person by her mobile',
    { before: { ...annOkoro, mobile }, after: { ...annOkoro, surname: 'smith', mobile, ...elsewhere } },
    { people: ['after + before'] },
  ],
  [
    'who moved and gives another contact is two people, since a first name and a birth date are many people’s',
    { before: annOkoro, after: { ...annOkoro, surname: 'smith', ...elsewhere } },
    { people: ['after', 'before'] },
  ],
  [
    'whose email changed with her name, and whose lists have no names, is referred to a person',
    { before: { ...ann, email: 'ann.okoro@example.org' }, after: { ...ann, email: 'ann.smith@example.org' } },
    { people: ['after', 'before'], doubts: ['after ? before'] },
  ],
];

const oneMobile: readonly Story[] = [
  [
    'are two people, of one family with the mother whose number it is',
    { ada: { ...ada, mobile }, bob: { ...bob, mobile }, ann: { ...ann, mobile } },
    { people: ['ada', 'ann', 'bob'], families: ['ada & ann & bob'] },
  ],
  [
    'are brother and sister where no row says whose number it is',
    { ada: { ...ada, mobile }, bob: { ...bob, mobile } },
    { people: ['ada', 'bob'], families: ['ada & bob'] },
  ],
];

describe.each([
  ['spouses', spouses],
  ['lodgers at one address', lodgers],
  ['a father and a son of one name:', juniors],
  ['twins', twins],
  ['a child of parents in two homes,', apart],
  ['a step-family', step],
  ['somebody who takes another name at marriage:', married],
  ['two children on whose rows one mobile stands', oneMobile],
] as const)('under kin-1, %s', (_, stories) => {
  it.each(stories)('%s', (_what, rows, found) => {
    const expected = { doubts: [], families: [], ...found };
    const named = Object.entries(rows);
    for (const ordered of [named, named.toReversed()])
      expect(foundIn(Object.fromEntries(ordered))).toMatchObject(expected);
  });
});

describe('the parts of people that scores alone hold together', () => {
  it.each<[what: string, rows: Rows, parts: number]>([
    [
      'are none where an NHS number joins',
      { a: { ...ada, nhsNumber: '1' }, b: { ...ada, nhsNumber: '1' } },
      0,
    ],
    ['are one of two rows', { a: { ...ada, email: hers }, b: { ...ada, nhsNumber: '1' } }, 1],
    [
      'are one of four rows, of which whole identifiers join two and two',
      {
        a: { ...ada, email: hers },
        b: { ...ada, email: hers },
        c: { ...ada, nhsNumber: '1' },
        d: { ...ada, nhsNumber: '1' },
      },
      1,
    ],
    [
      'leave out a row without an identifier, which reach counts as one more anyway',
      { a: { ...ada, email: hers }, b: ada },
      0,
    ],
  ])('%s', (_, rows, parts) => {
    const found = foundIn(rows);
    expect(found.people).toEqual([Object.keys(rows).join(' + ')]);
    expect(found.parts).toBe(parts);
  });

  it('are one more for each case of which every row has only an identifier that has lost its force', () => {
    const stranger = (born: string) =>
      ({ role: 'adult', gender: 'M', email: ours, postcode: 'N1 9ZZ', born }) as const;
    const again = { ...annOkoro, email: ours };
    const rows: Rows = {
      ...{ a: { ...annOkoro, nhsNumber: '1' }, b: again },
      'stranger 0': stranger('1971-01-02'),
      'stranger 1': stranger('1982-03-04'),
      'stranger 2': stranger('1993-05-06'),
    };
    const found = foundIn(rows);
    expect(found.people).toEqual(['a + b', 'stranger 0', 'stranger 1', 'stranger 2']);
    expect(found.parts).toBe(1);
    const ofOneCase = { service: 'peep', caseNumber: 'K' };
    const more = { c: { ...again, ...ofOneCase }, d: { ...again, ...ofOneCase } };
    const withCase = foundIn({ ...rows, ...more });
    expect(withCase.people).toContain('a + b + c + d');
    expect(withCase.parts).toBe(2);
  });
});
