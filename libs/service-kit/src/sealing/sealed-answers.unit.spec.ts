import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SealedAnswers, sealFor } from './sealed-answers.js';

describe('sealed answers', () => {
  const bytes = Buffer.from('8f83bf72ccad009eb00a569c35d6dbe6', 'hex');

  it('are opened by the process for which they were sealed, and by no other', () => {
    const [one, other] = [new SealedAnswers(), new SealedAnswers()];
    const sealed = sealFor(one.publicKey, bytes);
    expect(one.open(sealed)).toEqual(bytes);
    expect(one.open(sealFor(one.publicKey, Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
    expect(() => other.open(sealed)).toThrow();
  });

  it('never have the same bytes twice, and contain nothing of what they seal', () => {
    const { publicKey } = new SealedAnswers();
    expect(sealFor(publicKey, bytes)).not.toEqual(sealFor(publicKey, bytes));
    expect(sealFor(publicKey, bytes).includes(bytes)).toBe(false);
  });

  it('are refused if a byte was changed or is missing', () => {
    const answers = new SealedAnswers();
    const sealed = sealFor(answers.publicKey, bytes);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => answers.open(changed), `byte ${at}`).toThrow();
    }
    expect(() => answers.open(sealed.subarray(0, -1))).toThrow();
    expect(() => answers.open(Buffer.alloc(0))).toThrow();
  });

  it('are not made for a key of another kind', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(() => sealFor(der, bytes)).toThrow('X25519');
  });
});
