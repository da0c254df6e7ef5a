import { expect, it } from 'vitest';
import { describeEffect } from './describe-effect.js';

const effect = {
  standing: 300,
  adds: 1200,
  replaces: 1,
  equal: 0,
  overtaken: 0,
  sharesKey: 2,
  retires: 5,
  refuses: 1,
  revives: 0,
  retiresOf: [
    { submission: 'aa', rows: 4 },
    { submission: 'bb', rows: 1 },
  ],
  notCompared: [],
};

it('lists the changes that a file would make, and no others', () => {
  expect(describeEffect(effect, 'would')).toEqual([
    '  would add 1,200 rows',
    '  would replace 1 row',
    '  would retire 5 rows: 4 of aa, 1 of bb',
    '    for 1 row of these, consent is refused',
    '  2 rows share a natural key with rows about other people: both stand',
  ]);
});

it('lists the changes that a submission made', () => {
  expect(describeEffect({ ...effect, notCompared: ['cc'] }, 'done')).toEqual(
    expect.arrayContaining([
      '  added 1,200 rows',
      '  retired 5 rows: 4 of aa, 1 of bb',
      '  not compared with cc',
    ]),
  );
});
