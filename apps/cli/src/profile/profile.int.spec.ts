import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareProfiles } from '@kinledger/intake-files/profiling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeProfile } from './describe-profile.js';
import { profilePage } from './profile-page.js';
import { profileOf, readEarlier } from './profile-of.js';

describe('the profile of a file', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'kinledger-profile-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileOf = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const rows = (phone: (index: number) => string) =>
    Array.from({ length: 20 }, (_, index) => `C${index};${phone(index)};29/02/2020;Hall`).join('\r\n');
  const file = (phone: (index: number) => string) =>
    `Sessions of the quarter\r\n\r\nCase ID;Phone;Visit;Venue\r\n${rows(phone)}\r\n`;

  it('says how it was read, what each column holds and what to correct', async () => {
    const text = describeProfile(await profileOf(fileOf('one.csv', file((index) => (index < 2 ? '7.91E+09' : '07911 123456'))))); // prettier-ignore
    expect(text).toContain('one.csv: 20 rows, 4 columns (utf-8, semicolons, titles in row 3)');
    expect(text).toMatch(/2 {2}Phone +mobile numbers +100\.0 %/);
    expect(text).toContain('"Case ID": every value stands once');
    expect(text).toContain('"Venue": Hall (20)');
    expect(text).toContain('2 cells: Phone is in scientific notation (such as 9.43E+09)');
    expect(text).not.toContain('07911');
  });

  it('says after a correction what is corrected', async () => {
    const before = await profileOf(fileOf('before.csv', file((index) => (index < 2 ? '7.91E+09' : '07911 123456')))); // prettier-ignore
    const stored = readEarlier(fileOf('before.json', JSON.stringify(before)));
    const now = await profileOf(
      fileOf(
        'now.csv',
        file(() => '07911 123456'),
      ),
    );
    const text = describeProfile({ ...now, since: compareProfiles(stored, now) });
    expect(text).toContain('corrected (2): Phone is in scientific notation');
    expect(text).toContain('Nothing was found to correct.');
    const page = profilePage({ ...now, since: compareProfiles(stored, now) });
    expect(page).toContain('<h2>Since the earlier profile</h2>');
    expect(page).toContain('corrected (2): Phone is in scientific notation');
  });

  it('is a page of its own that shows a title as text, and no value that identifies somebody', async () => {
    const content = file(() => '07911 123456').replace('Venue', 'Venue <b>&');
    const page = profilePage(await profileOf(fileOf('page.csv', content)));
    expect(page).toContain('Venue &lt;b&gt;&amp;');
    expect(page).toContain('20 rows, 4 columns');
    expect(page).not.toMatch(/07911|<script|<b>/);
  });

  it.each([
    ['an empty file', '', 'The file is empty.'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), ''],
  ])('refuses %s in one sentence', async (_, content, sentence) => {
    const path = fileOf('refused.csv', content);
    await expect(profileOf(path)).rejects.toThrow(`${path}: ${sentence}`);
  });

  it('refuses what is not there, and an earlier profile that is none', async () => {
    await expect(profileOf(join(folder, 'absent.csv'))).rejects.toThrow('cannot be read (ENOENT)');
    expect(() => readEarlier(fileOf('none.json', '[]'))).toThrow('is no profile');
  });
});
