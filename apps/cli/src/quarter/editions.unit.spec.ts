import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addPublishCommand, digestAsked, wholeDigest } from './publish.command.js';
import { laterText } from './show.command.js';

const period = '2023-24-Q2';
const digest = `0123456789ab${'c'.repeat(52)}`;

describe('publishing an edition', () => {
  it('needs the digest of what was looked at', async () => {
    const quarter = new Command('quarter').exitOverride();
    addPublishCommand(quarter);
    for (const command of quarter.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await expect(quarter.parseAsync(['publish', period], { from: 'user' })).rejects.toThrow('--digest');
  });

  it('takes a digest whole or by its first twelve digits, and nothing else', () => {
    expect(digestAsked(digest)).toBe(digest);
    expect(digestAsked(digest.slice(0, 12))).toBe('0123456789ab');
    for (const text of ['0123456789a', `${digest}0`, '0123456789AB', ''])
      expect(() => digestAsked(text)).toThrow('64 hexadecimal digits, or the first 12 or more');
  });

  it('is of the edition whose digest begins so, and leaves a whole one to the linker', () => {
    const edition = { period, edition: 2, digest };
    expect(wholeDigest('0123456789ab', edition)).toBe(digest);
    expect(wholeDigest('f'.repeat(64), edition)).toBe('f'.repeat(64));
    expect(() => wholeDigest('f'.repeat(12), edition)).toThrow(
      'look at "kinledger quarter show 2023-24-Q2 --edition 2"',
    );
    expect(() => wholeDigest('f'.repeat(12), { ...edition, digest: null })).toThrow('not computed yet');
  });
});

describe('an edition that is shown', () => {
  it('says that a later one is closed and not published, and nothing where none is', () => {
    const first = { period, edition: 1, standing: 'published' as const };
    const second = { period, edition: 2, standing: 'unpublished' as const };
    expect(laterText(first, [second, first])).toEqual([
      'Edition 2 is closed and not published: --edition 2 shows it.',
    ]);
    expect(laterText(second, [second, first])).toEqual([]);
    expect(laterText(first, [{ ...second, period: '2023-24-Q3' }, first])).toEqual([]);
    expect(laterText(first, [{ ...second, standing: 'withdrawn' }, first])).toEqual([]);
  });
});
