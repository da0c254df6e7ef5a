import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isFileRefused } from '../file-refused.js';
import { openFile } from '../open-file.js';
import { ZipArchive } from './zip-archive.js';
import { archiveOf } from '../../testing/archive-of.js';
import {
  odsCell,
  odsOfRows,
  xlsxCell,
  xlsxOfParts,
  xlsxSheet,
  type XlsxParts,
} from '../../testing/workbook-of.js';

const limits = { maxColumns: 20, maxRowBytes: 10_000 };
const known = (cells: readonly string[]) =>
  cells.filter((cell) => /^(email|postcode|name)$/i.test(cell.trim())).length;

const titles = `<row r="1">${xlsxCell('email')}${xlsxCell('name')}</row>`;
const odsTitles = `<table:table-row>${odsCell('email')}${odsCell('name')}</table:table-row>`;
const pack = (bytes: Uint8Array) => deflateRawSync(bytes);

/** An .xlsx workbook with one sheet. */
const xlsx = (sheet: XlsxParts['sheets'][number], rest: Omit<XlsxParts, 'sheets'> = {}) =>
  xlsxOfParts({ sheets: [sheet], pack, ...rest });

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  return undefined;
}

async function read(bytes: Uint8Array, inspect?: () => (text: Uint8Array) => void) {
  const file = await openFile(inPieces(bytes), known, { ...limits, inspect });
  let rows = 0;
  let last: readonly string[] = [];
  for await (const batch of file.batches) {
    rows += batch.length;
    last = batch.at(-1) ?? last;
  }
  return { header: file.header, rows, last };
}
const refusal = async (bytes: Uint8Array) => {
  try {
    await read(bytes);
  } catch (error) {
    if (isFileRefused(error)) return error;
    throw error;
  }
  return undefined;
};

describe('a workbook that nobody’s spreadsheet program wrote', () => {
  it('is read if it is small and well-formed', async () => {
    const row = `<row r="2">${xlsxCell('a@b.org')}<c r="B2"><v>7</v></c></row>`;
    expect(await read(xlsx(xlsxSheet(titles + row)))).toEqual({
      header: ['email', 'name'],
      rows: 1,
      last: ['a@b.org', '7'],
    });
  });

  const entity = '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
  it.each<[string, Uint8Array, string]>([
    [
      'that unpacks to a thousand times its size',
      xlsx(xlsxSheet(titles + '<x/>'.repeat(8 * 1024 ** 2))),
      'workbook-too-large',
    ],
    [
      'with a comment of megabytes',
      xlsx(`<worksheet><!--${'ab<c>'.repeat(500_000)}--><sheetData>${titles}</sheetData></worksheet>`),
      'workbook-damaged',
    ],
    ['with a document type', xlsx(entity + xlsxSheet(titles)), 'workbook-damaged'],
    [
      'with an entity that nobody defined',
      xlsx(xlsxSheet('<row r="1"><c t="inlineStr"><is><t>&a;</t></is></c></row>')),
      'workbook-damaged',
    ],
    [
      'whose part is not the one that was packed',
      xlsx({ content: xlsxSheet(titles), checksum: 1 }),
      'workbook-damaged',
    ],
    [
      'whose part is encrypted',
      xlsx({ content: xlsxSheet(titles), isEncrypted: true }),
      'password-protected',
    ],
    ['that breaks off', xlsx(xlsxSheet(titles)).subarray(0, -30), 'workbook-damaged'],
    ['whose sheet breaks off', xlsx(`<worksheet><sheetData>${titles}`), 'workbook-damaged'],
    ['whose rows are out of order', xlsx(xlsxSheet(`${titles}<row r="1"/>`)), 'workbook-damaged'],
    [
      'with a row below the last',
      xlsx(xlsxSheet(`${titles}<row r="1048577">${xlsxCell('x')}</row>`)),
      'workbook-damaged',
    ],
    ['with a column beyond the last', xlsx(xlsxSheet('<row r="1"><c r="XFE1"/></row>')), 'workbook-damaged'],
    [
      'that lacks a shared text',
      xlsx(xlsxSheet('<row r="1"><c t="s"><v>5</v></c></row>'), {
        sharedStrings: '<sst><si><t>a</t></si></sst>',
      }),
      'workbook-damaged',
    ],
    [
      'with more shared texts than fit in memory',
      xlsx(xlsxSheet(titles), { sharedStrings: `<sst>${'<si/>'.repeat(1_000_001)}</sst>` }),
      'workbook-too-large',
    ],
    [
      'with two parts of one name',
      xlsx(xlsxSheet(titles), { more: [{ name: '_rels/.rels', content: 'x' }] }),
      'workbook-damaged',
    ],
    [
      'with too many columns',
      xlsx(xlsxSheet(`<row r="1">${xlsxCell('email').repeat(21)}</row>`)),
      'too-many-columns',
    ],
    ['without anything in it', xlsx(xlsxSheet('')), 'empty-file'],
    ['that is binary', archiveOf([{ name: 'xl/workbook.bin', content: 'x' }]), 'excel-file'],
    ['that is a text document', archiveOf([{ name: 'word/document.xml', content: 'x' }]), 'binary-file'],
    [
      'of OpenDocument with a password',
      odsOfRows(odsTitles, [
        { name: 'META-INF/manifest.xml', content: '<m:manifest><m:encryption-data/></m:manifest>' },
      ]),
      'password-protected',
    ],
    [
      'of OpenDocument with more rows than a sheet has',
      odsOfRows(
        `${odsTitles}<table:table-row table:number-rows-repeated="9999999">${odsCell('x')}</table:table-row>`,
      ),
      'workbook-damaged',
    ],
    [
      'of OpenDocument with a formula that nobody calculated',
      odsOfRows(`${odsTitles}<table:table-row><table:table-cell table:formula="of:=1+1"/></table:table-row>`),
      'formula-without-value',
    ],
  ])('is refused %s', async (_case, bytes, reason) => {
    const error = await refusal(bytes);
    expect(error?.reason).toBe(reason);
    expect(error?.detail).toMatch(/\.$/);
  });

  it('is unpacked only so often: all sheets of OpenDocument are in one part, which is read for each', async () => {
    const archive = ZipArchive.open(archiveOf([{ name: 'content.xml', content: 'x'.repeat(1000) }]), 2500);
    const readAll = async () => {
      let size = 0;
      for await (const piece of archive.part('content.xml', 1000)) size += piece.length;
      return size;
    };
    expect([await readAll(), await readAll()]).toEqual([1000, 1000]);
    await expect(readAll()).rejects.toMatchObject({ reason: 'workbook-too-large' });
  });

  it('gives a blank record for each of a million blank rows, and no row of cells that are only formatted', async () => {
    const styled = Array.from(
      { length: 1000 },
      (_, row) => `<row r="${row + 2}"><c r="A${row + 2}" s="1"/></row>`,
    );
    const last = `<row r="1048576">${xlsxCell('a@b.org')}</row>`;
    expect(await read(xlsx(xlsxSheet(titles + styled.join(''))))).toMatchObject({ rows: 0 });
    expect(await read(xlsx(xlsxSheet(titles + last)))).toMatchObject({ rows: 1_048_575, last: ['a@b.org'] });
  });

  it('is read no further than its titles reach, however often OpenDocument repeats a cell', async () => {
    const wide = `<table:table-row>${odsCell('x', 'table:number-columns-repeated="16384"')}</table:table-row>`;
    const end = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>';
    expect(await read(odsOfRows(odsTitles + wide + end))).toMatchObject({ rows: 1, last: ['x', 'x'] });
  });

  it('does not take comments and drawings in a cell of OpenDocument for its text', async () => {
    const comment = '<office:annotation><text:p>ask her mother</text:p></office:annotation>';
    const cell = `<table:table-cell office:value-type="string">${comment}<text:p>a@b.org</text:p></table:table-cell>`;
    expect(await read(odsOfRows(`${odsTitles}<table:table-row>${cell}</table:table-row>`))).toMatchObject({
      last: ['a@b.org'],
    });
  });

  it('does not take the pronunciation of a text for the text', async () => {
    const shared =
      '<sst><si><t>email</t><rPh><t>meru</t></rPh></si><si><r><t>na</t></r><r><t>me</t></r></si></sst>';
    const row = '<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>';
    expect((await read(xlsx(xlsxSheet(row), { sharedStrings: shared }))).header).toEqual(['email', 'name']);
  });

  it('shows all of its text to an inspection, read or not, before anything else', async () => {
    const seen: string[] = [];
    const inspect = () => (piece: Uint8Array) => void seen.push(Buffer.from(piece).toString());
    await read(
      xlsx(xlsxSheet(titles), { more: [{ name: 'xl/comments1.xml', content: '<c>a secret</c>' }] }),
      inspect,
    );
    expect(seen.join('')).toContain('a secret');
    expect(seen.join('')).toContain('<sheetData>');
  });
});
