import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashHex, leafHash } from '../merkle/index.js';
import { originOf, parseCheckpoint, signCheckpoint } from './checkpoint.js';
import { isSignedBy, parseNote, signNote } from './signed-note.js';
import { formatVerifierKey, parseVerifierKey, verifierKey } from './verifier-key.js';

/** The example from Go's golang.org/x/mod/sumdb/note, which defined the format. */
const neumann = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const saying =
  'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
    '’',
    "'",
  );
const signature =
  'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
const note = `${saying}\n— PeterNeumann ${signature}\n`;
const bytes = (text: string) => Buffer.from(text, 'utf8');

const newKey = (name: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { verifier: verifierKey(name, rawKey(publicKey)), key: privateKey };
};
const rawKey = (key: KeyObject) =>
  Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('base64');

describe('a verifier key', () => {
  it('reads and writes the example of the specification', () => {
    const key = parseVerifierKey(neumann)!;
    expect(key).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3' });
    expect(formatVerifierKey(key)).toBe(neumann);
    expect(verifierKey(key.name, Buffer.from(key.publicKey).toString('base64'))).toEqual(key);
  });

  it('is rejected if its id, type, length or name is wrong', () => {
    expect(parseVerifierKey(neumann.replace('c74f20a3', 'c74f20a4'))).toBeUndefined();
    expect(parseVerifierKey(neumann.replace('+ARpc', '+AhRp'))).toBeUndefined();
    expect(parseVerifierKey(neumann.slice(0, -4))).toBeUndefined();
    expect(parseVerifierKey('PeterNeumann')).toBeUndefined();
    expect(() => verifierKey('two words', 'AAAA')).toThrow('expected the base64 of an Ed25519 public key');
    expect(() => verifierKey('two words', Buffer.alloc(32).toString('base64'))).toThrow(
      'cannot be the name of a key',
    );
  });
});

describe('a signed note', () => {
  it('verifies the signature of the specification’s example', () => {
    const read = parseNote(bytes(note))!;
    expect(read.text).toBe(saying);
    expect(isSignedBy(read, parseVerifierKey(neumann)!)).toBe(true);
  });

  it('does not verify with another key, or with the right key under another name', () => {
    const read = parseNote(bytes(note))!;
    const { verifier } = newKey('PeterNeumann');
    expect(isSignedBy(read, verifier)).toBe(false);
    expect(isSignedBy(read, { ...parseVerifierKey(neumann)!, name: 'Peter' })).toBe(false);
  });

  it('does not verify after a bit flip in any byte', () => {
    const { verifier, key } = newKey('kinledger/programme-leap');
    const whole = bytes(signNote('one\n\ntwo\n', verifier, key));
    expect(isSignedBy(parseNote(whole)!, verifier)).toBe(true);
    for (let at = 0; at < whole.length; at += 1) {
      for (const bit of [1, 0x20, 0x80]) {
        const spoilt = Buffer.from(whole);
        spoilt[at]! ^= bit;
        const read = parseNote(spoilt);
        expect(read !== undefined && isSignedBy(read, verifier)).toBe(false);
      }
    }
  });

  it('may carry signatures by others beside ours', () => {
    const [ours, theirs] = [newKey('ours'), newKey('theirs')];
    const one = signNote(saying, ours.verifier, ours.key);
    const witness = signNote(saying, theirs.verifier, theirs.key).split('\n').at(-2)!;
    const read = parseNote(bytes(`${one}${witness}\n`))!;
    expect(read.signatures).toHaveLength(2);
    expect([ours, theirs].every(({ verifier }) => isSignedBy(read, verifier))).toBe(true);
  });

  it.each([
    ['without a signature', saying],
    ['with an empty list of signatures', `${saying}\n`],
    ['without its last line end', note.slice(0, -1)],
    ['with a carriage return', note.replace('\n', '\r\n')],
    ['with a hyphen for a dash', note.replace('—', '-')],
    ['with base64 that is written another way', note.replace(signature, signature.slice(0, -1))],
  ])('is rejected %s', (_, text) => {
    expect(parseNote(bytes(text))).toBeUndefined();
  });

  it('cannot be signed over text without a final newline, or with a control character', () => {
    const { verifier, key } = newKey('ours');
    expect(() => signNote('no line end', verifier, key)).toThrow(TypeError);
    expect(() => signNote('a\tb\n', verifier, key)).toThrow(TypeError);
  });
});

describe('a checkpoint', () => {
  const { verifier, key } = newKey(originOf('programme-leap'));
  const root = leafHash(bytes('one'));

  it('states origin, size and root, one line each', () => {
    const signed = signCheckpoint({ origin: originOf('programme-leap'), size: 1, root }, verifier, key);
    expect(signed.split('\n').slice(0, 4)).toEqual([
      'kinledger/programme-leap',
      '1',
      Buffer.from(root).toString('base64'),
      '',
    ]);
    const read = parseCheckpoint(bytes(signed))!;
    expect(read.checkpoint).toMatchObject({ origin: 'kinledger/programme-leap', size: 1, extensions: [] });
    expect(hashHex(read.checkpoint.root)).toBe(hashHex(root));
    expect(isSignedBy(read.note, verifier)).toBe(true);
  });

  it('is the same bytes each time the same tree is signed', () => {
    fc.assert(
      fc.property(fc.nat(), (size) => {
        const sign = () => signCheckpoint({ origin: 'o', size, root }, verifier, key);
        expect(sign()).toBe(sign());
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['a leading zero', 'o\n01\n'],
    ['a size below zero', 'o\n-1\n'],
    ['a size that no number holds', 'o\n99999999999999999999\n'],
    ['no origin', '\n1\n'],
  ])('is rejected with %s', (_, start) => {
    const signed = signNote(`${start}${Buffer.from(root).toString('base64')}\n`, verifier, key);
    expect(parseCheckpoint(bytes(signed))).toBeUndefined();
  });

  it('is rejected with a root of the wrong length or an empty extension line', () => {
    const read = (text: string) => parseCheckpoint(bytes(signNote(text, verifier, key)));
    const base64 = Buffer.from(root).toString('base64');
    expect(read('o\n1\nAAAA\n')).toBeUndefined();
    expect(read(`o\n1\n${base64}\n\nmore\n`)).toBeUndefined();
    expect(read(`o\n1\n${base64}\nmore\n`)?.checkpoint.extensions).toEqual(['more']);
  });
});
