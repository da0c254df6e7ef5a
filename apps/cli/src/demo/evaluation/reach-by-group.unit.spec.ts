import { describe, expect, it } from 'vitest';
import type { QualifyingRecord } from './qualifying-records.js';
import { reachByGroup, type ReachedRow } from './reach-by-group.js';
import type { TruePerson } from './truth.js';

const people = new Map<string, TruePerson>([
  ['Ada', { family: 'F1', decile: 10, ethnicity: 'black-african' }],
  ['Ben', { family: 'F1', decile: 10, ethnicity: 'black-african' }],
  ['Cleo', { family: 'F2', decile: 2, ethnicity: 'white-british' }],
]);
const record = (individual: string, more: Partial<QualifyingRecord> = {}): QualifyingRecord => ({
  ...{ state: 'linked', role: 'child', individual, family: `family of ${individual}` },
  ...{ dataset: 'cook.engagement', ethnicity: 'black-african', decile: 10 },
  ...more,
});
const ada = record('i1');
const adaAgain = record('i2', { dataset: 'garden.engagement', ethnicity: undefined, decile: undefined });
const cleo = record('i3', { role: 'adult', ethnicity: 'white-british', decile: 2 });
const unlinkable = record('', { state: 'unlinkable', individual: undefined, family: undefined });
const reached = (person: string, provider: string, found: QualifyingRecord | undefined): ReachedRow => ({
  ...{ person, provider, found },
  role: person === 'Cleo' ? 'adult' : 'child',
});

const judged = reachByGroup(
  [
    ...[reached('Ada', 'cook', ada), reached('Ada', 'garden', adaAgain), reached('Ben', 'cook', unlinkable)],
    ...[reached('Cleo', 'cook', cleo), reached('Cleo', 'cook', cleo)],
  ],
  [ada, adaAgain, cleo, unlinkable],
  people,
  (dataset) => dataset.replace('.engagement', ''),
);

describe('reach by group', () => {
  it('counts people in the group that their records say, beside those truly of it', () => {
    const [african, british, unknown] = judged.ethnicity;
    expect(african).toMatchObject({
      group: 'black-african',
      children: { figure: 1, truth: 2, error: -0.5 },
      families: { figure: 1, truth: 1, error: 0 },
    });
    expect(british).toMatchObject({ group: 'white-british', adults: { figure: 1, truth: 1, error: 0 } });
    expect(unknown).toMatchObject({ group: null, children: { figure: 1, truth: 0, error: null } });
  });

  it('says how many of a group are counted by no figure, and how often others are counted again', () => {
    expect(judged.ethnicity[0]).toMatchObject({ reached: 2, missed: 1, countedAgain: 1 });
    expect(judged.ethnicity[1]).toMatchObject({ reached: 1, missed: 0, countedAgain: 0 });
  });

  it('lists tenths of deprivation in their order, those of unknown residence last', () => {
    expect(judged.deprivation.map(({ group }) => group)).toEqual(['2', '10', null]);
  });

  it('counts a person with each provider whose files hold them', () => {
    expect(judged.provider.map(({ group, reached: people }) => [group, people])).toEqual([
      ['cook', 3],
      ['garden', 1],
    ]);
    expect(judged.provider[1]).toMatchObject({
      missed: 0,
      countedAgain: 0,
      children: { figure: 1, truth: 1 },
    });
  });

  it('counts nobody for a row that counts as another role', () => {
    const asAdult = record('i4', { role: 'adult' });
    const [group] = reachByGroup([reached('Ada', 'cook', asAdult)], [asAdult], people, () => 'cook').provider;
    expect(group).toMatchObject({ missed: 1, children: { figure: 0, truth: 1 }, adults: { figure: 1 } });
  });
});
