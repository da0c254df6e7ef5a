import { randomBytes } from 'node:crypto';
import type { UploadId } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCommitmentSeed,
  createDataKey,
  kekFrom,
  openChunk,
  openPersonRequest,
  sealChunk,
  sealPersonRequest,
  unwrapCommitmentSeed,
  unwrapDataKey,
  wrapCommitmentSeed,
  wrapDataKey,
  type ChunkKind,
} from './envelope.js';
import { isNotAuthentic } from './errors.js';

const upload = '0a1b2c3d4e5f60718293a4b5c6d7e8f9' as UploadId;
const other = 'ffffffffffffffffffffffffffffffff' as UploadId;
const dataKey = createDataKey();
const plaintext = Buffer.from('[[2,["amara.okafor7@example.org",null]]]');

const failure = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a sealed chunk', () => {
  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000 }),
        fc.nat(),
        fc.constantFrom<ChunkKind>('rows', 'errors'),
        (bytes, n, kind) => {
          const opened = openChunk(dataKey, upload, n, sealChunk(dataKey, upload, n, bytes, kind), kind);
          expect(Buffer.compare(opened, bytes)).toBe(0);
        },
      ),
    );
  });

  it('reveals nothing of what was sealed', () => {
    const sealed = Buffer.from(sealChunk(dataKey, upload, 0, plaintext));
    expect(sealed.includes('amara')).toBe(false);
  });

  it('is compressed before it is sealed', () => {
    const alike = Buffer.from(JSON.stringify(Array.from({ length: 500 }, () => plaintext.toString())));
    expect(sealChunk(dataKey, upload, 0, alike).byteLength).toBeLessThan(alike.byteLength / 20);
  });

  it('is different each time it is sealed', () => {
    const first = sealChunk(dataKey, upload, 0, plaintext);
    expect(Buffer.compare(first, sealChunk(dataKey, upload, 0, plaintext))).not.toBe(0);
  });

  it('is refused after a change of any bit', () => {
    const sealed = sealChunk(dataKey, upload, 3, plaintext);
    fc.assert(
      fc.property(fc.nat(sealed.byteLength - 1), fc.nat(7), (at, bit) => {
        const changed = Uint8Array.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(isNotAuthentic(failure(() => openChunk(dataKey, upload, 3, changed)))).toBe(true);
      }),
    );
  });

  it.each([
    ['another number', () => openChunk(dataKey, upload, 4, sealChunk(dataKey, upload, 3, plaintext))],
    ['another upload', () => openChunk(dataKey, other, 3, sealChunk(dataKey, upload, 3, plaintext))],
    ['another kind', () => openChunk(dataKey, upload, 3, sealChunk(dataKey, upload, 3, plaintext, 'errors'))],
    ['another key', () => openChunk(createDataKey(), upload, 3, sealChunk(dataKey, upload, 3, plaintext))],
    ['less than a header', () => openChunk(dataKey, upload, 3, new Uint8Array(27))],
  ])('is refused as %s', (_case, work) => {
    expect(isNotAuthentic(failure(work))).toBe(true);
  });

  it('is refused without naming a value', () => {
    const error = failure(() => openChunk(dataKey, upload, 4, sealChunk(dataKey, upload, 3, plaintext)));
    expect(String(error)).toContain(`rows chunk 4 of upload ${upload}`);
    expect(String(error)).not.toContain('amara');
  });
});

describe('a wrapped key', () => {
  const kek = kekFrom(randomBytes(32));

  it('unwraps under its KEK and for its upload', () => {
    expect(Buffer.from(unwrapDataKey(kek, upload, wrapDataKey(kek, upload, dataKey)))).toEqual(
      Buffer.from(dataKey),
    );
    const seed = createCommitmentSeed();
    expect(Buffer.from(unwrapCommitmentSeed(kek, upload, wrapCommitmentSeed(kek, upload, seed)))).toEqual(
      Buffer.from(seed),
    );
  });

  it.each([
    ['another KEK', () => unwrapDataKey(kekFrom(randomBytes(32)), upload, wrapDataKey(kek, upload, dataKey))],
    ['another upload', () => unwrapDataKey(kek, other, wrapDataKey(kek, upload, dataKey))],
    [
      'a seed for a key',
      () => unwrapDataKey(kek, upload, wrapCommitmentSeed(kek, upload, createCommitmentSeed())),
    ],
  ])('is refused as %s', (_case, work) => {
    expect(isNotAuthentic(failure(work))).toBe(true);
  });

  it('needs 32 bytes', () => {
    expect(() => kekFrom(new Uint8Array(16))).toThrow(RangeError);
  });
});

describe('a sealed request about a person', () => {
  const kek = kekFrom(randomBytes(32));

  it('opens to what was sealed, for its own request and under its own key alone', () => {
    const sealed = sealPersonRequest(kek, 'request-1', plaintext);
    expect(Buffer.compare(openPersonRequest(kek, 'request-1', sealed), plaintext)).toBe(0);
    expect(Buffer.concat([sealed.wrappedDataKey, sealed.sealed]).includes('amara')).toBe(false);
    expect(isNotAuthentic(failure(() => openPersonRequest(kek, 'request-2', sealed)))).toBe(true);
    const another = kekFrom(randomBytes(32));
    expect(isNotAuthentic(failure(() => openPersonRequest(another, 'request-1', sealed)))).toBe(true);
  });

  it('cannot be put together from two requests', () => {
    const [one, other] = [0, 1].map(() => sealPersonRequest(kek, 'request-1', plaintext));
    const mixed = { wrappedDataKey: one!.wrappedDataKey, sealed: other!.sealed };
    expect(isNotAuthentic(failure(() => openPersonRequest(kek, 'request-1', mixed)))).toBe(true);
  });
});
