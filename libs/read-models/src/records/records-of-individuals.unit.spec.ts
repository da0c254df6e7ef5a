import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOBODY, RecordsOfIndividuals } from './records-of-individuals.js';

const RECORDS = 6;
const INDIVIDUALS = 40;

/** Records that do not belong to anybody yet. */
function begin(): RecordsOfIndividuals {
  const records = new RecordsOfIndividuals();
  for (let record = 0; record < RECORDS; record += 1) records.push();
  return records;
}
const ownersIn = (records: RecordsOfIndividuals): readonly number[] =>
  Array.from({ length: RECORDS }, (_, record) => records.individualOf(record));

describe('records of individuals', () => {
  it('belong to nobody at first, and then to the individual to which they were last moved', () => {
    const records = begin();
    records.move(0, 1);
    records.move(2, 3);
    records.move(0, 3);
    records.move(2, NOBODY);
    expect(ownersIn(records)).toEqual([3, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY]);
  });

  it.each([0, 1, 2])('follow their individual into another, except record %i, which left before', (left) => {
    const records = begin();
    for (const record of [0, 1, 2]) records.move(record, 1);
    records.move(left, 2);
    records.moveAll(1, 3);
    expect(ownersIn(records).slice(0, 3)).toEqual([0, 1, 2].map((record) => (record === left ? 2 : 3)));
  });

  it('stay if an individual without records is moved', () => {
    const records = begin();
    records.move(0, 1);
    records.moveAll(30, 1);
    records.moveAll(2, 1);
    expect(ownersIn(records)).toEqual([1, 0, 0, 0, 0, 0]);
  });

  it('agree after any moves with a plain list of owners', () => {
    const record = fc.nat(RECORDS - 1);
    // Few individuals, so that they often meet; a high number comes before lower ones.
    const individual = fc.constantFrom(1, 2, 3, INDIVIDUALS);
    const step = fc.oneof(
      fc.record({ record, to: fc.oneof(individual, fc.constant(NOBODY)) }),
      fc.record({ from: individual, to: individual }).filter(({ from, to }) => from !== to),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const records = begin();
        const owners = ownersIn(records).slice();
        for (const each of steps) {
          if ('from' in each) {
            records.moveAll(each.from, each.to);
            owners.forEach((owner, at) => {
              if (owner === each.from) owners[at] = each.to;
            });
          } else {
            records.move(each.record, each.to);
            owners[each.record] = each.to;
          }
          expect(ownersIn(records)).toEqual(owners);
        }
      }),
      { numRuns: 500, seed: 20_260_404 },
    );
  });
});
