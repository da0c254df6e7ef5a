import { describe, expect, it } from 'vitest';
import { isUnreadableContract } from '../contract.js';
import { topics, type Topic } from '../topics.js';
import { publicationTopics, type LedgerContract } from './event-roles.js';
import {
  closesDecision,
  concerns,
  erasesBodies,
  isClosing,
  isErasing,
  isLedgerEventType,
  isPlacing,
  isPublished,
  isPublishedType,
  ledgerContracts,
  readLedgerEvent,
} from './ledger-event.js';

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
  it('are listed under their contract’s name', () => {
    for (const [type, contract] of Object.entries(ledgerContracts)) expect(contract.name).toBe(type);
    for (const type of ['toString', '__proto__', 'constructor', ''])
      expect(isLedgerEventType(type)).toBe(false);
  });

  it('of every type can be read', () => {
    for (const { name, version, example } of Object.values(ledgerContracts)) {
      const event = { ...envelope, type: name, version, data: example };
      expect(readLedgerEvent(bytes(event))).toEqual(event);
    }
  });

  it('that are invalid are refused with an error of their own', () => {
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

describe('the roles of ledger events', () => {
  const contracts = Object.values<LedgerContract>(ledgerContracts);
  const eventOf = ({ name, version, example }: LedgerContract) =>
    readLedgerEvent(bytes({ ...envelope, type: name, version, data: example }));

  it('determine the answers of the predicates on events', () => {
    for (const contract of contracts) {
      const { name, roles } = contract;
      const event = eventOf(contract);
      expect(closesDecision(name), name).toBe(roles.closes);
      expect(isClosing(event), name).toBe(roles.closes);
      expect(isPublishedType(name), name).toBe(roles.publishedOn.length > 0);
      expect(isPublished(event), name).toBe(roles.publishedOn.length > 0);
      expect(isPlacing(event), name).toBe(roles.bodies === 'brings');
      expect(isErasing(event), name).toBe(roles.bodies === 'erases');
      expect(erasesBodies(name), name).toBe(roles.bodies === 'erases');
      for (const reader of ['linkage', 'programme-ledger'] as const) {
        expect(concerns(reader, event), `${name} for ${reader}`).toBe(!roles.ignoredBy.includes(reader));
      }
    }
  });

  it('do not make an unknown type close a decision, be published or erase bodies', () => {
    for (const type of ['LinkGuessed', 'toString', '__proto__', '']) {
      expect([closesDecision(type), isPublishedType(type), erasesBodies(type)]).toEqual([
        false,
        false,
        false,
      ]);
    }
  });

  it('name topics that the linker sends; only closing events announce a decision', () => {
    for (const name of publicationTopics) expect((topics[name] as Topic).producers).toEqual(['linker']);
    for (const { name, roles } of contracts) {
      if (roles.publishedOn.includes('submissionDecided')) expect(roles.closes, name).toBe(true);
    }
  });
});
