import { createCipheriv, createHmac } from 'node:crypto';
import type { DatasetId, ProviderId, SubmissionId } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableHashing } from '../portable-hashing.js';
import { CommitmentSalts, RecordIds } from './numbered-rows.js';
import { RowKeys } from './row-keys.js';

const key = Buffer.alloc(32, 7);
const keyed = portableHashing.hmacSha256(key);
const keyedOtherwise = portableHashing.hmacSha256(Buffer.alloc(32, 8));
const provider = 'natural-thinkers-team' as ProviderId;
const dataset = 'natural-thinkers.user' as DatasetId;
const submission = '5f0c7a1be2d94c3386f1a0b2c3d4e5f6' as SubmissionId;
const firstHalf = (secret: Uint8Array, message: string) =>
  createHmac('sha256', secret).update(Buffer.from(message, 'hex')).digest('hex').slice(0, 32);

/** Each text after its length in UTF-8 bytes as 8 hex digits, all in hex. */
const prefixed = (...texts: string[]) =>
  texts
    .map((text) => {
      const bytes = Buffer.from(text, 'utf8');
      return bytes.length.toString(16).padStart(8, '0') + bytes.toString('hex');
    })
    .join('');

describe('row keys', () => {
  const keys = new RowKeys(keyed, provider, dataset);

  it('never change', () => {
    expect(keys.ofRowId(['C-17'])).toBe('c745810f264c08e0165739e78d705095');
    expect(keys.ofRowId(['C-17', 'é'])).toBe('ac930378222bf2fdf7e4bd6759e32ada');
    expect(keys.ofNaturalKey(['C-17', '2023-07-04'], 'email identity 5 a@b.c', 2)).toBe(
      firstHalf(
        key,
        prefixed(provider, dataset, 'stable-key', 'C-17', '2023-07-04', 'email identity 5 a@b.c', '2'),
      ),
    );
    expect(keys.ofSubmittedRow(submission, 17)).toBe(
      firstHalf(key, prefixed(provider, dataset, 'submitted-row', submission, '17')),
    );
    expect([
      keys.ofNaturalKey(['C-17', '2023-07-04'], 'email identity 5 a@b.c', 2),
      keys.ofSubmittedRow(submission, 17),
    ]).toEqual(['e1a187a93fd288542baa6b9d7675f57b', 'f01d7faf4e2554bba11ed7ae666a5b39']);
  });

  it('distinguish row ids, natural keys, occurrences, datasets and providers', () => {
    const made = [
      keys.ofRowId(['a', '1']),
      keys.ofRowId(['a1']),
      keys.ofRowId(['a', '1', '1']),
      keys.ofNaturalKey(['a'], '', 1),
      keys.ofNaturalKey(['a'], '', 11),
      keys.ofNaturalKey(['a'], '1', 1),
      keys.ofNaturalKey(['a', '1'], '', 1),
      keys.ofSubmittedRow(submission, 1),
      keys.ofSubmittedRow(submission, 11),
      keys.ofSubmittedRow('6f0c7a1be2d94c3386f1a0b2c3d4e5f6' as SubmissionId, 1),
      new RowKeys(keyed, 'refuge' as ProviderId, dataset).ofRowId(['a', '1']),
      new RowKeys(keyed, provider, 'baby-steps.user' as DatasetId).ofRowId(['a', '1']),
      new RowKeys(keyedOtherwise, provider, dataset).ofRowId(['a', '1']),
    ];
    expect(new Set(made).size).toBe(made.length);
  });

  it('accept long values', () => {
    const long = 'x'.repeat(5000);
    expect(keys.ofRowId([long])).toMatch(/^[0-9a-f]{32}$/);
    expect(keys.ofRowId([long])).not.toBe(keys.ofRowId([`${long}x`]));
  });
});

/** AES-256 of a number, under HMAC-SHA-256 of a purpose, computed with Node only. */
function block(secret: Uint8Array, purpose: string, number: number): string {
  const own = createHmac('sha256', secret).update(`kinledger ${purpose}`).digest();
  const aes = createCipheriv('aes-256-ecb', own, null).setAutoPadding(false);
  return aes.update(number.toString(16).padStart(32, '0'), 'hex', 'hex');
}

describe('record ids', () => {
  const ids = new RecordIds(portableHashing, keyed);
  const other = '6f0c7a1be2d94c3386f1a0b2c3d4e5f6' as SubmissionId;

  it('are blocks of a keystream whose key is unique to the submission', () => {
    for (const number of [0, 17, 511, 512, 2 ** 40 + 1])
      expect(ids.recordIdOf(submission, number)).toBe(block(key, `record ids ${submission}`, number));
    expect(ids.recordIdOf(submission, 17)).toBe('2eb1bf53803bf26d91a27451e3ea8253');
  });

  it('are the same in any order, and differ by row and submission', () => {
    const rows = fc.tuple(fc.constantFrom(submission, other), fc.nat(2_000));
    const again = new RecordIds(portableHashing, keyed);
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 20 }), (some) => {
        const made = some.map(([one, row]) => ids.recordIdOf(one, row));
        expect(some.toReversed().map(([one, row]) => again.recordIdOf(one, row))).toEqual(made.toReversed());
        expect(new Set(made).size).toBe(new Set(some.map(([one, row]) => `${one} ${row}`)).size);
      }),
    );
  });
});

describe('commitment salts', () => {
  it('are blocks of a keystream whose key is derived from the file’s seed', () => {
    const salts = new CommitmentSalts(portableHashing, key);
    expect(salts.saltOf(17)).toBe(block(key, 'commitment salts', 17));
    expect(salts.saltOf(17)).toBe('f03ac8d238dd80455afa5dd6789aad88');
    expect(new CommitmentSalts(portableHashing, Buffer.alloc(32, 8)).saltOf(17)).not.toBe(salts.saltOf(17));
  });

  it('have nothing in common with record ids, even under the same secret', () => {
    const ids = new RecordIds(portableHashing, keyed);
    const salts = new CommitmentSalts(portableHashing, key);
    const all = Array.from({ length: 600 }, (_, row) => [ids.recordIdOf(submission, row), salts.saltOf(row)]);
    expect(new Set(all.flat()).size).toBe(1_200);
  });

  it('refuse an invalid row number', () => {
    for (const number of [-1, 1.5, NaN, 2 ** 53]) {
      expect(() => new CommitmentSalts(portableHashing, key).saltOf(number)).toThrow(RangeError);
    }
  });
});
