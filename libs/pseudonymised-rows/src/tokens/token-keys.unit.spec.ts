import { createHmac } from 'node:crypto';
import type { Token } from '@kinledger/contracts';
import { canonicalDigest, type Digest } from '@kinledger/domain/identifiers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableHashing } from '../portable-hashing.js';
import { TokenKeys } from './token-keys.js';

const digest = (text: string): Digest => canonicalDigest(text)!;
const publishedKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const masters = (count: number) => Array.from({ length: count }, (_, index) => Buffer.alloc(32, index + 1));

describe('with the key 00 01 … 1f, known answers', () => {
  const keys = new TokenKeys(1, () => [portableHashing.hmacSha256(publishedKey)]);

  it.each([
    [
      'nhs-number',
      '643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575',
      '8f83bf72ccad009eb00a569c35d6dbe6',
    ],
    [
      'email',
      '6F360E04B6B400782E538BDC343B363B7FB7356DE542A11D689BAB36F581E22D',
      'ff6e71e73e135602248b83cd1fccafe1',
    ],
    [
      'mobile',
      'C48B5BC7D11162DA843CE8C0347AC2C08C282CCD4BC45F5DD04D4ACAED0F267F',
      '6627bbc3b6fd96c32ee780158564cccd',
    ],
    [
      'child-key',
      '700D43006FFCB61BCB057827F8D2314DF261BFB6A9C15C0AAF1EA50E054DB1C1',
      'f918696f4c2180e018d25e7de739e5f1',
    ],
    [
      'birth-date',
      'A2DF76EC074224A137D4790F918F70EB72C7A44257C9A4F87D7DE912AADD209F',
      '5f6aafa00d2ed4efdd9177650668fa57',
    ],
  ])('%s', (domain, made, token) => {
    expect(keys.tokenOf(domain, digest(made))).toBe(token);
  });
});

describe('keys derived from masters', () => {
  const zeros = digest('0'.repeat(64));

  it('never change', () => {
    const keys = TokenKeys.fromMasters(portableHashing, masters(2));
    expect(keys.tokenOf('email', zeros)).toBe('7a4970f05b453609ecfdc31760b91c3d');
    expect(keys.tokenOf('case-number:refuge', zeros)).toBe('99ca3f743e97c5de866ba0adbf124d91');
    expect(TokenKeys.fromMasters(portableHashing, masters(1)).tokenOf('email', zeros)).toBe(
      'b39e57ca45538b77401fc65556b8a855',
    );
  });

  it('are HMAC-SHA-256 of the label under the master', () => {
    const key = createHmac('sha256', Buffer.alloc(32, 1)).update('kinledger token key email').digest();
    const expected = createHmac('sha256', key).update(Buffer.alloc(32)).digest('hex').slice(0, 32);
    expect(TokenKeys.fromMasters(portableHashing, masters(1)).tokenOf('email', zeros)).toBe(expected);
  });

  it('separate value domains', () => {
    const keys = TokenKeys.fromMasters(portableHashing, masters(1));
    const domains = [
      'nhs-number',
      'email',
      'mobile',
      'child-key',
      'birth-date',
      'gender',
      'case-number:a',
      'case-number:b',
    ];
    expect(new Set(domains.map((domain) => keys.tokenOf(domain, zeros))).size).toBe(domains.length);
  });
});

describe('rotation', () => {
  const hex256 = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => digest(Buffer.from(bytes).toString('hex')));

  it('wraps an older token to the token that its digest has now', () => {
    fc.assert(
      fc.property(
        hex256,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (made, one, other) => {
          const [before, now] = [Math.min(one, other), Math.max(one, other)];
          const old = TokenKeys.fromMasters(portableHashing, masters(before)).tokenOf('email', made);
          const keys = TokenKeys.fromMasters(portableHashing, masters(now));
          expect(keys.version).toBe(now);
          expect(keys.wrap('email', old, before)).toBe(keys.tokenOf('email', made));
        },
      ),
    );
  });

  it('refuses an unknown version', () => {
    const keys = TokenKeys.fromMasters(portableHashing, masters(2));
    const token = '00'.repeat(16) as Token;
    for (const version of [0, 3, -1, 1.5])
      expect(() => keys.wrap('email', token, version)).toThrow(RangeError);
  });
});
