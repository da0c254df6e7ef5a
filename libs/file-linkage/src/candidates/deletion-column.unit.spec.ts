import type { FieldKind } from '@kinledger/kin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextTable } from '../values/text-table.js';
import { deletionColumn, writeDeletionsOfText } from './deletion-column.js';

/** The numbers of the deletions of one value, ascending. */
function ofColumn(kind: FieldKind, value: string): readonly number[] {
  const table = new TextTable();
  table.numberOfText(value);
  return [...deletionColumn({ kind, texts: table.texts() }).deletions].sort((a, b) => a - b);
}

function ofText(kind: FieldKind, value: string): readonly number[] {
  const into = new Int32Array(200);
  return [...into.subarray(0, writeDeletionsOfText(kind, value, into, 0))].sort((a, b) => a - b);
}

describe('the deletions of values', () => {
  const unit = fc.constantFrom(...'aabbc1 é'.split(''));
  const text = fc.oneof(
    fc.string({ unit, minLength: 1, maxLength: 9 }),
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 60, maxLength: 70 }),
  );

  it.each(['surname', 'birth-date', 'mobile'] as const)('of a %s are the same hashed as made', (kind) => {
    fc.assert(
      fc.property(text, (value) => {
        expect(ofColumn(kind, value)).toEqual(ofText(kind, value));
      }),
      { numRuns: 500 },
    );
  });

  it('of an email address are those before the @', () => {
    const domain = fc.constantFrom('@x.uk', '@é.uk', '', '@');
    fc.assert(
      fc.property(text, domain, (local, rest) => {
        expect(ofColumn('email', local + rest)).toEqual(ofText('email', local + rest));
      }),
      { numRuns: 500 },
    );
  });
});
