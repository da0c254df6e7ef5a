import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportLedger } from '../../apps/cli/dist/ledger/export/export-ledger.js';
import { signedLedger, STREAM } from '../../apps/cli/dist/ledger/testing/signed-ledger.js';
import { askVerifier } from './verifier-answer.js';

/** The ledger of which the second verifier gets the export: the key was changed at positions 5 and 9. */
const changed = {
  keyChanges: [
    { at: 5, to: 2 },
    // Its line in keys.txt has a plus sign within the key.
    { at: 9, to: 8 },
  ],
  signedAt: [2, 5, 6, 9, 10, 15],
};

describe('the second verifier, after changes of the signing key', () => {
  let scratch: string;
  beforeAll(() => (scratch = mkdtempSync(join(tmpdir(), 'kinledger-key-changes-'))));
  afterAll(() => rmSync(scratch, { recursive: true }));

  async function exported(options: Parameters<typeof signedLedger>[0], from = 0, to = 14): Promise<string> {
    const { store, checkpoints } = await signedLedger({ ...changed, ...options });
    const out = mkdtempSync(join(scratch, 'export-'));
    await exportLedger({ store, checkpoints, stream: STREAM, out, from, to });
    return out;
  }

  it.each([
    ['the whole', 0, 14],
    ['a part behind both', 11, 12],
    ['a part between them', 6, 7],
    ['a part before them', 2, 3],
  ])('follows them in %s', async (_, from, to) => {
    expect(askVerifier(await exported({}, from, to)).faults).toEqual([]);
  });

  it.each([
    [
      'a change that the key before it did not sign',
      {
        keyChanges: [
          { at: 5, to: 2, signedBy: 4 },
          { at: 9, to: 3 },
        ],
      },
      5,
    ],
    ['a checkpoint by the old key after the change', { signedWith: { 6: 1 } }, 5],
    ['a checkpoint by the new key before the change', { signedWith: { 5: 2 } }, 4],
  ])('names %s', async (_, options, position) => {
    expect(askVerifier(await exported(options)).faults[0]).toMatchObject({ position });
  });

  it('finds a line of the keys that is missing or has another signature', async () => {
    const out = await exported({}, 11, 12);
    const file = join(out, 'keys.txt');
    const text = readFileSync(file, 'utf8');
    const [first = '', second = '', third = ''] = text.split('\n');
    for (const lines of [
      [first, third],
      [first, second],
      [first, second.replace(/..==$/, 'AA=='), third],
    ]) {
      writeFileSync(file, `${lines.join('\n')}\n`);
      expect(askVerifier(out).faults).not.toEqual([]);
    }
  });
});
