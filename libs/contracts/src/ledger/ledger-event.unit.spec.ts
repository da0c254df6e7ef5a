import { describe, expect, it } from 'vitest';
import { isUnreadableContract } from '../contract.js';
import { closingEvents, isLedgerEventType, ledgerContracts, readLedgerEvent } from './ledger-event.js';

const envelope = {
  id: 'b3608f2c-cee0-8b1b-ba24-fc96e4ca8ef6',
  type: 'LinkReferralLapsed',
  version: 1,
  revision: 41,
  time: '2023-10-09T09:30:00Z',
  cause: '0190a6f4-6c1e-7c43-9f3a-2b6f0cc904d1',
  data: { referral: 'aa0f6d2c9b8a47561e0f6d2c9b8a4756' },
};
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('ledger events', () => {
  it('are known by their contract’s own name', () => {
    for (const [type, contract] of Object.entries(ledgerContracts)) expect(contract.name).toBe(type);
    for (const type of closingEvents) expect(isLedgerEventType(type)).toBe(true);
    for (const type of ['toString', '__proto__', 'constructor', ''])
      expect(isLedgerEventType(type)).toBe(false);
  });

  it('of every type are read', () => {
    for (const { name, version, example } of Object.values(ledgerContracts)) {
      const event = { ...envelope, type: name, version, data: example };
      expect(readLedgerEvent(bytes(event))).toEqual(event);
    }
  });

  it('that do not fit are refused with an error of their own', () => {
    const cases: Uint8Array[] = [
      bytes({ ...envelope, type: 'LinkGuessed' }),
      bytes({ ...envelope, type: '__proto__' }),
      bytes({ ...envelope, version: 2 }),
      bytes({ ...envelope, version: 0 }),
      bytes({ ...envelope, revision: -1 }),
      bytes({ ...envelope, time: 'yesterday' }),
      bytes({ ...envelope, id: '7' }),
      bytes({ ...envelope, cause: '' }),
      bytes({ ...envelope, data: {} }),
      bytes(null),
      bytes([]),
      new TextEncoder().encode('{'),
      Uint8Array.of(0xff),
      new Uint8Array(),
    ];
    for (const value of cases) {
      try {
        readLedgerEvent(value);
        expect.unreachable(new TextDecoder().decode(value));
      } catch (error) {
        expect(isUnreadableContract(error), String(error)).toBe(true);
      }
    }
  });
});
