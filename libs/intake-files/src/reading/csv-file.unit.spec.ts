import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFileRefused } from './file-refused.js';
import { openFile as openInBrowser } from './open-file-in-browser.js';
import { openFile as openInNode } from './open-file.js';
import type { OpenFile } from './table-file.js';

const limits = { maxColumns: 20, maxRowBytes: 10_000 };
const known = (cells: readonly string[]) =>
  cells.filter((cell) => /^(email|postcode|name)$/i.test(cell.trim())).length;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  return undefined;
}

describe.each<[string, OpenFile]>([
  ['Node', openInNode],
  ['a browser', openInBrowser],
])('reading a CSV file in %s', (_where, openFile) => {
  async function read(content: string | Uint8Array, size = 65_536) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const file = await openFile(inPieces(bytes, size), known, limits);
    const rows: (readonly string[])[] = [];
    for await (const batch of file.batches) rows.push(...batch);
    const { header, headerRow, delimiter } = file;
    return { header, headerRow, delimiter, rows, encoding: file.encoding() };
  }

  const refusal = async (content: string | Uint8Array, size?: number) => {
    try {
      await read(content, size);
    } catch (error) {
      if (isFileRefused(error)) return error;
      throw error;
    }
    return undefined;
  };

  it.each([
    ['comma', 'email,postcode\na@b.org,SW9 1AA\n', ','],
    ['semicolon', 'email;postcode\na@b.org;SW9 1AA\n', ';'],
    ['tab', 'email\tpostcode\na@b.org\tSW9 1AA\n', '\t'],
    ['comma among titles with semicolons', '"email","a;b;c;d"\na@b.org,SW9 1AA\n', ','],
    ['Excel’s hint', 'sep=;\r\nemail;postcode\r\na@b.org;SW9 1AA\r\n', ';'],
  ])('detects the delimiter: %s', async (_case, content, delimiter) => {
    const file = await read(content);
    expect(file.delimiter).toBe(delimiter);
    expect(file.rows).toEqual([['a@b.org', 'SW9 1AA']]);
  });

  it.each([1, 2, 3, 7, 65_536])('reads the same in chunks of %i bytes', async (size) => {
    const content =
      '\ufeffemail,name\r\n"a@b.org","Zoë ""Z"" O\'Hara, the\r\nsecond"\r\n\r\nb@c.org,Ágnes\nc@d.org,x\r';
    const file = await read(content, size);
    expect(file.header).toEqual(['email', 'name']);
    expect(file.rows).toEqual([
      ['a@b.org', 'Zoë "Z" O\'Hara, the\r\nsecond'],
      [''],
      ['b@c.org', 'Ágnes'],
      ['c@d.org', 'x'],
    ]);
    expect(file.encoding).toBe('utf-8');
  });

  it('reads back any written cells', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', ';', '"', '\n', '\r', ' ', 'é', '\t') });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        async (rows, size) => {
          const content = ['email,name', ...rows.map((row) => row.map(quoted).join(','))].join('\r\n');
          expect((await read(content, size)).rows).toEqual(rows);
        },
      ),
    );
  });

  it.each([
    ['little', Buffer.from('\ufeffemail\tname\r\na@b.org\tZoë 👶\r\n', 'utf16le')],
    ['big', Buffer.from('\ufeffemail\tname\r\na@b.org\tZoë 👶\r\n', 'utf16le').swap16()],
  ])('reads UTF-16, %s end first, however it is cut into chunks', async (_end, content) => {
    for (const size of [1, 3, 8, 65_536]) {
      const file = await read(content, size);
      expect(file.encoding).toBe('utf-16');
      expect(file.header).toEqual(['email', 'name']);
      expect(file.rows).toEqual([['a@b.org', 'Zoë 👶']]);
    }
  });

  it.each([
    ['a title and a blank line', 'Report of 1 June 2023\r\n\r\n', 3],
    ['a blank line', '\n', 2],
    ['a title with a quotation mark', 'Children over 30" tall\n', 2],
    ['a title block with cells', 'Service:;Baby Steps\nRun by;A. Other\nEmail;\n', 4],
    ['nineteen rows', 'x\n'.repeat(19), 20],
    ['a title in quotes over two lines', '"Report\nof June"\n', 3],
  ])('finds the column titles below %s', async (_case, above, row) => {
    for (const size of [1, 65_536]) {
      const file = await read(`${above}email;name;age\na@b.org;x;3\n`, size);
      expect(file).toMatchObject({ headerRow: row, delimiter: ';', header: ['email', 'name', 'age'] });
      expect(file.rows).toEqual([['a@b.org', 'x', '3']]);
    }
  });

  it('takes the first row with two known titles, though a later one has more', async () => {
    const file = await read('email,name\na@b.org,x\nemail,name,postcode\n');
    expect(file).toMatchObject({ headerRow: 1, header: ['email', 'name'] });
  });

  it('takes a row with one known title if none has two, and the first row with text if none has any', async () => {
    expect(await read('Report\nemail,other\na@b.org,x\n')).toMatchObject({ headerRow: 2 });
    expect(await read('\nReport;June\nother;more\n')).toMatchObject({ headerRow: 2, delimiter: ';' });
  });

  it('looks no further than twenty rows', async () => {
    expect(await read(`${'x\n'.repeat(20)}email,name\n`)).toMatchObject({ headerRow: 1, header: ['x'] });
  });

  it('detects Windows-1252', async () => {
    const file = await read(Buffer.from('email,name\na@b.org,Zo\xeb\n', 'latin1'));
    expect(file.encoding).toBe('windows-1252');
    expect(file.rows).toEqual([['a@b.org', 'Zoë']]);
  });

  const utf16 = Buffer.from('\ufeffemail,name\na@b.org,x\n', 'utf16le');
  it.each([
    ['nothing', '', 'empty-file'],
    ['a byte order mark alone', '\ufeff', 'empty-file'],
    ['blank lines', '\r\n\r\n', 'empty-file'],
    ['no-break spaces alone', '\u00a0\r\n\u00a0\r\n', 'no-header'],
    ['an Excel workbook', Buffer.from('PK\x03\x04 rest of the workbook'), 'workbook-damaged'],
    ['an old Excel workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'excel-file'],
    ['a PDF', '%PDF-1.7 and more', 'binary-file'],
    ['UTF-16 that breaks off within a character', utf16.subarray(0, -1), 'utf-16-file'],
    [
      'UTF-16 with half a character',
      Buffer.concat([utf16, Buffer.from([0x00, 0xd8, 0x0a, 0x00])]),
      'utf-16-file',
    ],
    ['NUL in UTF-16', Buffer.from('\ufeffemail,name\na@b.org,\0\n', 'utf16le'), 'nul-bytes'],
    ['NUL bytes', 'email,name\na@b.org,\0\n', 'nul-bytes'],
    ['a quotation mark that is never closed', 'email,name\na@b.org,"x\nb@c.org,y\n', 'unbalanced-quotes'],
    ['a quotation mark inside a value', 'email,name\na@b.org,x"y\n', 'unbalanced-quotes'],
    ['text after a closing quotation mark', 'email,name\n"a@b.org"x,y\n', 'unbalanced-quotes'],
    ['a row without end', `email,name\na@b.org,"${'x'.repeat(20_000)}`, 'unbalanced-quotes'],
    ['too many columns', `${Array.from({ length: 21 }, (_, n) => `c${n}`).join(',')}\n`, 'too-many-columns'],
    ['no line at all', 'x'.repeat(300_000), 'no-header'],
  ])('refuses %s', async (_case, content, reason) => {
    for (const size of [65_536, 5]) {
      if (content.length > 100_000 && size === 5) continue;
      const error = await refusal(content, size);
      expect(error?.reason).toBe(reason);
      expect(error?.detail).toMatch(/\.$/);
      expect(error?.detail).not.toContain('a@b.org');
    }
  });

  it('says near which row a quotation mark is misplaced', async () => {
    const rows = Array.from({ length: 5000 }, (_, index) => `p${index}@example.org,name`);
    rows[4000] = 'p@example.org,5" tall';
    const error = await refusal(`email,name\n${rows.join('\n')}\n`);
    expect(error?.detail).toContain('near row 4002');
  });
});
