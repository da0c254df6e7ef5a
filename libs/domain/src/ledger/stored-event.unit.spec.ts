import { isForeignEvent, isUnreadableContract, StrategyAdopted } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { encodeLedgerEvent } from './encode-ledger-event.js';
import { checkedLedgerEventOf, ledgerEventOf, type StoredLedgerEvent } from './stored-event.js';

const STREAM = 'programme-leap';
const ours: StoredLedgerEvent = {
  ...encodeLedgerEvent({
    type: 'StrategyAdopted',
    data: StrategyAdopted.schema.parse(StrategyAdopted.example),
    revision: 7,
    time: '2026-11-28T10:00:00.000Z',
    cause: 'definition:1',
    ordinal: 0,
  }),
  revision: 7,
};
const bytesOf = (change: object) =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(ours.bytes).toString()) as object), ...change }));
const failure = (read: typeof ledgerEventOf, stored: StoredLedgerEvent): unknown => {
  try {
    read(stored, STREAM);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe.each([
  ['believed where it is ours', ledgerEventOf],
  ['checked', checkedLedgerEventOf],
])('an event of the ledger, %s', (_, read) => {
  it('is read', () => {
    expect(read(ours, STREAM)).toMatchObject({ type: 'StrategyAdopted', revision: 7 });
  });

  it.each([
    ['whose bytes are no JSON', { ...ours, type: 'Noted', bytes: Buffer.from('hello') }, 'type Noted'],
    ['whose bytes are no text', { ...ours, bytes: Buffer.from([0xff, 0xfe]) }, 'type StrategyAdopted'],
    ['of another type than its bytes say', { ...ours, type: 'SubmissionLinked' }, 'type SubmissionLinked'],
    ['at another revision than its bytes say', { ...ours, revision: 8 }, 'revision 8 of programme-leap'],
    [
      'with another id than its bytes say',
      { ...ours, id: '00000000-0000-8000-8000-000000000001' },
      'revision 7 of programme-leap',
    ],
    ['that is no object', { ...ours, bytes: Buffer.from('7') }, 'revision 7'],
    ['whose version is no number', { ...ours, bytes: bytesOf({ version: 'one' }) }, 'revision 7'],
    [
      'with a type that is a sentence',
      { ...ours, type: 'born 2019-04-01\n' },
      'with a name that is not shown',
    ],
  ])(
    'is refused as foreign if it is one %s; the error names its revision and stream',
    (_case, stored, part) => {
      const error = failure(read, stored);
      expect(isForeignEvent(error)).toBe(true);
      expect((error as Error).message).toMatch(
        /^revision \d of programme-leap was not written by Kinledger \(type .*\)$/,
      );
      expect((error as Error).message).toContain(part);
      expect((error as Error).message).not.toContain('2019');
    },
  );

  it.each([
    ['version', { ...ours, bytes: bytesOf({ version: 99 }) }],
    ['type', { ...ours, type: 'SomethingLater', bytes: bytesOf({ type: 'SomethingLater' }) }],
  ])('is refused as one of a newer Kinledger if its %s is unknown', (_case, stored) => {
    expect(isUnreadableContract(failure(read, stored))).toBe(true);
  });
});

it('only checkedLedgerEventOf refuses data that the contract does not allow', () => {
  const stored = { ...ours, bytes: bytesOf({ data: { strategy: 7 } }) };
  expect(failure(ledgerEventOf, stored)).toBeUndefined();
  expect(isForeignEvent(failure(checkedLedgerEventOf, stored))).toBe(true);
});
