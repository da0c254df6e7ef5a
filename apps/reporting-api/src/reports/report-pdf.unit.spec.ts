import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { reportPdf } from './report-pdf.js';
import type { Report, ReportTable } from './report.js';
import { unwrappedFont } from './unwrapped-font.js';

const table: ReportTable = {
  ...{ caption: 'Reach, Q2', heads: ['Who', 'Count', 'Words'] },
  rows: [
    { name: 'Children', cells: [1200, 'ŵyn'], status: 'Counted' },
    { name: 'Adults', cells: [-7, null], status: 'No files received' },
    { name: 'All', cells: ['[c]', '12.5 %'], status: 'Suppressed', isWhole: true },
  ],
  ...{ definition: 'reach@1: Unique reach.', n: '12 people', denominator: 'None.' },
  ...{ position: 41, disclosure: 'nhs-2018@1' },
};

const report = (tables: readonly ReportTable[]): Report => ({
  ...{ title: 'Service report', of: 'Baby Steps', programme: 'LEAP', definition: 'ab'.repeat(32) },
  ...{ period: '2023-24-Q2', label: 'Q2 2023/24', position: 41, behindSince: null },
  parts: [
    {
      ...{ title: 'Q2 2023/24', about: 'A quarter.' },
      sections: [{ id: 'one', title: 'Reach', finding: 'Twelve were reached.', tables, notes: ['A note.'] }],
    },
  ],
});

/** Objects of a file that PDFKit writes, by number: what stands between “n 0 obj” and “endobj”, in Latin-1. */
const objectsOf = (pdf: Buffer): ReadonlyMap<string, string> =>
  new Map(
    [...pdf.toString('latin1').matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj$/gm)].map(([, n, body]) => [
      n!,
      body!,
    ]),
  );

const streamOf = (object: string): string => {
  const [, packed = ''] = /stream\n([\s\S]*?)\nendstream/.exec(object) ?? [];
  return inflateSync(Buffer.from(packed, 'latin1')).toString('latin1');
};

/** All text of the pages, in the order in which it is drawn, by the Unicode that each font says of its letters. */
function textOf(pdf: Buffer): string {
  const objects = objectsOf(pdf);
  const lettersOf = (font: string): readonly string[] => {
    const [, map = ''] = /\/ToUnicode (\d+) 0 R/.exec(objects.get(font) ?? '') ?? [];
    return [...streamOf(objects.get(map)!).matchAll(/\[([^\]]*)\]/g)].flatMap(([, list]) =>
      [...list!.matchAll(/<([^>]*)>/g)].map(([, hex]) =>
        Buffer.from(hex!.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
      ),
    );
  };
  const fonts = new Map(
    [...objects.values()].flatMap((object) =>
      [...object.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, font]) => [name!, lettersOf(font!)] as const),
    ),
  );
  return [...objects.values()]
    .filter((object) => object.includes('stream\n') && !/\/(?:Type|Length1|Subtype)\b/.test(object))
    .map(streamOf)
    .flatMap((content) => {
      let letters: readonly string[] = [];
      return [...content.matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9a-f]+)>|\bET\b/g)].map(([whole, font, hex]) => {
        if (font !== undefined) letters = fonts.get(font) ?? [];
        if (whole === 'ET') return '\n';
        return (hex?.match(/.{4}/g) ?? []).map((code) => letters[Number.parseInt(code, 16)] ?? '').join('');
      });
    })
    .join('');
}

describe('a report as a PDF', () => {
  it('has the headings, sentences and cells of the report, as text', async () => {
    // A cell that has no room on one line is on two.
    const text = textOf(await reportPdf(report([table]))).replaceAll(/\s+/g, ' ');
    for (const said of [
      'Service report, Q2 2023/24',
      'Twelve were reached.',
      'Children',
      '1,200',
      '−7',
      'ŵyn',
    ])
      expect(text).toContain(said);
    for (const said of ['[c]', '12.5 %', 'No files received', 'n: 12 people', 'Page 1 of 1', 'A note.'])
      expect(text).toContain(said);
  });

  it('is tagged, with a title, a language and the heads of rows and columns', async () => {
    const pdf = (await reportPdf(report([table]))).toString('latin1');
    expect(pdf).toMatch(/\/Lang \(en-GB\)/);
    expect(pdf).toMatch(/\/Marked true/);
    expect(pdf).toMatch(/\/DisplayDocTitle true/);
    expect(pdf).toContain('(Service report, Q2 2023/24)');
    const count = (type: string): number => pdf.match(new RegExp(`/S /${type}\\b`, 'g'))?.length ?? 0;
    expect({
      h1: count('H1'),
      tables: count('Table'),
      rows: count('TR'),
      heads: count('TH'),
      cells: count('TD'),
    }).toEqual({
      ...{ h1: 1, tables: 1, rows: 4, heads: 7, cells: 9 },
    });
    expect(pdf.match(/\/Scope \/Column/g)).toHaveLength(4);
    expect(pdf.match(/\/Scope \/Row/g)).toHaveLength(3);
  });

  it('is the same bytes of the same report, and others of another', async () => {
    const pdf = await reportPdf(report([table]));
    expect(pdf.equals(await reportPdf(report([table])))).toBe(true);
    expect(pdf.equals(await reportPdf({ ...report([table]), position: 42 }))).toBe(false);
  });

  it('keeps every row of a table that is longer than a page', async () => {
    const rows = Array.from({ length: 120 }, (_, index) => ({
      ...{ name: `Row ${index}`, cells: [index, 'word'], status: 'Counted' },
    }));
    const text = textOf(await reportPdf(report([{ ...table, rows }])));
    for (const { name } of rows) expect(text.split('\n')).toContain(name);
  });

  it('refuses a font file that it cannot read', () => {
    expect(() => unwrappedFont(Buffer.alloc(100))).toThrow('no WOFF file');
  });
});
