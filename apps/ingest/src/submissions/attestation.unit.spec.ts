import { sha256Hex } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import {
  allAttestations,
  attestedActs,
  currentVersion,
  currentWords,
  requireAttestation,
  wordsOf,
} from './attestation.js';

describe('the words that a person confirms', () => {
  it('are never changed: new words are a new version', () => {
    const digests = allAttestations().map(({ act, version, words }) => [
      act,
      version,
      sha256Hex(words).slice(0, 16),
    ]);
    expect(digests).toEqual([
      ['submission', 1, 'a94748c94f1220a4'],
      ['nil-return', 1, 'ca3bc053c81aad5e'],
    ]);
  });

  it.each(attestedActs)('have one current version, the last: %s', (act) => {
    const current = allAttestations().filter((one) => one.act === act && one.current);
    expect(current).toEqual([{ act, version: currentVersion(act), words: currentWords(act), current: true }]);
    expect(wordsOf(act, currentVersion(act))).toBe(currentWords(act));
    expect(wordsOf(act, currentVersion(act) + 1)).toBeUndefined();
  });
});

describe('an act', () => {
  const confirmed = (version: number | undefined, isRequired: boolean) => () =>
    requireAttestation('submission', version, isRequired);

  it('needs the words only where the installation requires them', () => {
    expect(confirmed(undefined, false)).not.toThrow();
    expect(confirmed(currentVersion('submission'), true)).not.toThrow();
    expect(confirmed(undefined, true)).toThrow(
      expect.objectContaining({ status: 409, code: 'attestation-required' }),
    );
  });

  it.each([true, false])('never accepts other words than the current ones (required: %s)', (isRequired) => {
    expect(confirmed(currentVersion('submission') + 1, isRequired)).toThrow(
      expect.objectContaining({ status: 409, code: 'attestation-outdated' }),
    );
  });
});
