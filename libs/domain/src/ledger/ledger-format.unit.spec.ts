import {
  pseudonymisedRow,
  readLedgerEvent,
  RowPseudonymised,
  type FamilyId,
  type IndividualId,
  type LedgerDecision,
  type RecordId,
  type RowKey,
} from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.js';
import { commitmentsOf } from './commitments.js';
import { definitionDigest, strategyDigest } from './definition-digests.js';
import { encodeLedgerEvent } from './encode-ledger-event.js';
import { sha256Hex } from './hash-input.js';
import { eventIdOf, familyIdOf, individualIdOf, referralIdOf, relationshipIdOf } from './ledger-ids.js';

/**
 * Nothing in this file may ever change: ledgers are written in this format. The literals were computed with Python's
 * hashlib.
 */
const row = pseudonymisedRow.parse(RowPseudonymised.example.rows[0]);
const cause = '0190a6f4-6c1e-7c43-9f3a-2b6f0cc904d1';
const record = '1e0f6d2c9b8a47561e0f6d2c9b8a4756' as RecordId;
const child = '77aa12bc34de56f077aa12bc34de56f0' as IndividualId;
const adult = '88bb12bc34de56f088bb12bc34de56f0' as IndividualId;

describe('an id in the ledger', () => {
  it('derives, for an individual, from founding record and registering revision', () => {
    expect(individualIdOf(record, 41)).toBe('74da7f2119f1e3b6995326bea92ceec0');
    expect(individualIdOf(record, 2 ** 40 + 3)).toBe('351c9c68bcbeac6fda504445a6e73ac9');
  });

  it('derives, for a family, from scope, founding individual and linking revision', () => {
    expect(familyIdOf('programme', child, 44)).toBe('44152bbdb9cb5835d58b803621c91051' as FamilyId);
  });

  it('derives, for a relationship, from kind, child and other individual, in that order', () => {
    expect(relationshipIdOf('carer', child, adult)).toBe('8b556c3d59627c03f437ea339304fef5');
    expect(relationshipIdOf('same-carer', child, adult)).toBe('133c42d61999bcefd1351a6a117c4ae6');
    expect(relationshipIdOf('carer', adult, child)).not.toBe(relationshipIdOf('carer', child, adult));
  });

  it('derives, for a referral, from reason and row keys, whatever the order of the candidates', () => {
    const subject = 'c1d2e3f405162738c1d2e3f405162738' as RowKey;
    const first = 'd1d2e3f405162738d1d2e3f405162738' as RowKey;
    const second = 'e1d2e3f405162738c1d2e3f405162738' as RowKey;
    for (const candidates of [
      [first, second],
      [second, first],
      new Set([second, first]),
      [second, first, second],
    ]) {
      expect(referralIdOf('birth-dates-differ', subject, candidates)).toBe(
        'e3d874177f1f540baa15429dd2d9108c',
      );
    }
  });

  it('derives, for an event, from its cause and its ordinal among the events of that cause', () => {
    expect(eventIdOf(cause, 0)).toBe('b3608f2c-cee0-8b1b-ba24-fc96e4ca8ef6');
    expect(eventIdOf(cause, 17)).toBe('52c1027d-08de-8472-b6d3-d0ad15da2bd5');
    expect(eventIdOf('definition:é', 1)).toBe('8fac7a4d-1cff-862f-8223-9f7da2d49e13');
  });

  it('is a UUID of version 8 for an event, and differs with cause or ordinal', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (someCause, ordinal) => {
        const id = eventIdOf(someCause, ordinal);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        const from = JSON.stringify([someCause, ordinal]);
        expect(seen.get(id) ?? from).toBe(from);
        seen.set(id, from);
      }),
    );
  });

  it('cannot be made from an invalid revision', () => {
    for (const revision of [-1, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => individualIdOf(record, revision)).toThrow(RangeError);
    }
  });
});

describe('a record’s commitment', () => {
  it('has two parts with these values', () => {
    expect(commitmentsOf(row)).toEqual({
      body: '3ca4176faaeec602e72d647fd1d510442ab0617a7a4ca86d49c162e9149bd49b',
      tokens: '6495c93fcd624ab91fe5062a70799c197feb70fb05b6ce050341cb24943cd80a',
    });
  });

  it('keeps its body part when the tokens change, and its token part when the body changes', () => {
    const before = commitmentsOf(row);
    const rekeyed = commitmentsOf({ ...row, keyVersion: 2 });
    const corrected = commitmentsOf({ ...row, attributes: { ...row.attributes, gender: 'X' } });
    expect([rekeyed.body === before.body, rekeyed.tokens === before.tokens]).toEqual([true, false]);
    expect([corrected.body === before.body, corrected.tokens === before.tokens]).toEqual([false, true]);
  });
});

describe('a digest', () => {
  it('identifies a strategy or programme definition, whatever the order of members', () => {
    const expected = '926a96f895fdf6abed4eb99546a5fab7cea70fb6aac457ec07741ad348502b48';
    const authority = ['nhs-number', 'child-key', 'email', 'mobile'];
    expect(strategyDigest('leap-1', { authority, maxBirthDatesPerToken: 3 })).toBe(expected);
    expect(strategyDigest('leap-1', { maxBirthDatesPerToken: 3, authority })).toBe(expected);
    expect(definitionDigest({ version: 1, name: 'Lambeth Early Action Partnership – été', id: 'leap' })).toBe(
      'e9a5508e90d03e975c720bd7600093367c8fabe70bb8f8581efc282a6858ab01',
    );
  });
});

describe('a ledger event', () => {
  const decided = {
    type: 'RecordsPlaced',
    data: {
      submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
      strategy: 'leap-1',
      chunk: 0,
      placements: [
        {
          rule: 'first-of-its-kind',
          registered: true,
          individual: individualIdOf(record, 41),
          record,
          rowKey: row.rowKey,
          role: 'child',
          commitments: commitmentsOf(row),
        },
      ],
    },
  } as LedgerDecision;
  const placed = { ...decided, revision: 41, time: '2023-10-09T09:30:00Z', cause, ordinal: 1 };

  it('has these bytes, which never change', () => {
    const { id, type, bytes } = encodeLedgerEvent(placed);
    expect(id).toBe('26921047-ca38-87f7-924c-66ce62fb937e');
    expect(type).toBe('RecordsPlaced');
    expect(Buffer.from(bytes).toString()).toBe(
      '{"cause":"0190a6f4-6c1e-7c43-9f3a-2b6f0cc904d1","data":{"chunk":0,"placements":[{"commitments":{"body":"3ca4176faaeec602e72d647fd1d510442ab0617a7a4ca86d49c162e9149bd49b","tokens":"6495c93fcd624ab91fe5062a70799c197feb70fb05b6ce050341cb24943cd80a"},"individual":"74da7f2119f1e3b6995326bea92ceec0","record":"1e0f6d2c9b8a47561e0f6d2c9b8a4756","registered":true,"role":"child","rowKey":"c1d2e3f405162738c1d2e3f405162738","rule":"first-of-its-kind"}],"strategy":"leap-1","submission":"5f0c7a1be2d94c3386f1a0b2c3d4e5f6"},"id":"26921047-ca38-87f7-924c-66ce62fb937e","revision":41,"time":"2023-10-09T09:30:00Z","type":"RecordsPlaced","version":1}',
    );
    // A leaf of the Merkle tree (RFC 9162 §2.1.1).
    expect(sha256Hex(Buffer.concat([Buffer.of(0), bytes]))).toBe(
      '7b5b3fdbbd62f81b2156bf0035de3cdc51c8f88f4880970659167aa1f66d8ef9',
    );
  });

  it('is canonical JSON as a whole', () => {
    const text = Buffer.from(encodeLedgerEvent({ ...placed, cause: 'definition:"é"' }).bytes).toString();
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  });

  it('is read back as it was decided', () => {
    const { id, bytes } = encodeLedgerEvent(placed);
    expect(readLedgerEvent(bytes)).toEqual({
      ...decided,
      id,
      version: 1,
      revision: 41,
      time: '2023-10-09T09:30:00Z',
      cause,
    });
  });
});
