import { RowPseudonymised, type PseudonymisedRow } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitmentsOf } from './commitments.js';
import { committedBody } from './committed-body.js';
import { bodyBytes } from './record-body.js';

const hex128 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

const rows = fc.record({
  record: hex128,
  rowKey: hex128,
  role: fc.constantFrom('child', 'adult', 'practitioner', 'volunteer', 'none'),
  tokens: fc.array(
    fc.record({
      domain: fc.constantFrom('email', 'nhs-number', 'case-number:refuge'),
      use: fc.constantFrom('identity', 'carer', 'local', 'guard'),
      token: hex128,
    }),
    { maxLength: 5 },
  ),
  derived: fc.array(
    fc.record({
      derivation: fc.constant('surname-metaphone'),
      version: fc.integer({ min: 1, max: 9 }),
      domain: fc.constant('surname'),
      tokens: fc.array(hex128, { maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
  attributes: fc.dictionary(
    fc.constantFrom('gender', 'birthMonth', 'lsoa', 'b', 'B'),
    fc.string({ minLength: 1 }),
  ),
  facts: fc.oneof(
    fc.record(
      { kind: fc.constant('registration'), registeredOn: fc.constant('2023-07-04') },
      { requiredKeys: ['kind'] },
    ),
    fc.record({
      kind: fc.constant('outcome'),
      eventDate: fc.constant('2023-07-04'),
      instrument: fc.constant('asq-3'),
      measure: fc.constant('communication'),
      occasion: fc.constant('first'),
      score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    }),
  ),
  keyVersion: fc.integer({ min: 1, max: 99 }),
  salt: hex128,
}) as unknown as fc.Arbitrary<PseudonymisedRow>;

describe('a body with its commitments', () => {
  it('is what the two functions make one by one', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const { bytes, commitments } = committedBody(row);
        expect(Buffer.from(bytes).toString('utf8')).toBe(Buffer.from(bodyBytes(row)).toString('utf8'));
        expect(commitments).toEqual(commitmentsOf(row));
      }),
    );
  });

  it('is so for the contract’s example', () => {
    const [row] = RowPseudonymised.schema.parse(RowPseudonymised.example).rows;
    if (row === undefined) throw new Error('the example has no row');
    const { bytes, commitments } = committedBody(row);
    expect(bytes).toEqual(bodyBytes(row));
    expect(commitments).toEqual(commitmentsOf(row));
  });
});
