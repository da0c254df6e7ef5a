import { hash } from 'node:crypto';
import {
  columnReadings,
  footerSignsOf,
  isFileRefused,
  knownTitles,
  mapHeader,
  openFile,
  RowValidator,
  sampled,
  type RowOutcome,
  FileCounts,
} from '@kinledger/intake-files';
import { archiveOf, odsCell, odsOfRows, xlsxOf } from '@kinledger/intake-files/testing';
import { datasetSchema, plausibility } from '@kinledger/programme/definition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Files of each property; KINLEDGER_PROPERTY_FACTOR multiplies them. */
const FILES = Math.ceil(150 * Number(process.env['KINLEDGER_PROPERTY_FACTOR'] ?? 1));

const field = (name: string, rest: object, extension: object = {}) => ({
  ...{ name, title: name, type: 'string' },
  ...rest,
  'x-kinledger': { invalid: 'warning', ...extension },
});
const schema = datasetSchema.parse({
  fields: [
    field('case', {}, { format: 'case-number', missing: 'error', invalid: 'error' }),
    field('email', { format: 'email' }),
    field('mobile', {}, { format: 'mobile' }),
    field('born', { type: 'date' }, { target: { to: 'birth-month' } }),
    field('seen', { type: 'date' }, { target: { to: 'fact', name: 'eventDate' }, invalid: 'error' }),
    field('postcode', {}, { format: 'postcode', missing: 'error', invalid: 'error' }),
    field('consent', { type: 'boolean' }, { consent: true }),
  ],
  primaryKey: ['case'],
  'x-kinledger': { role: 'child' },
});
const titles = schema.fields.map(({ title }) => title);

/** Rows that the landing store keeps; written down here again, to be compared. */
const kept: readonly RowOutcome[] = ['accepted', 'warned', 'consent-refused'];

/** Reads a file as intake does, and counts its rows in two ways. */
async function counted(bytes: Uint8Array, size: number) {
  async function* inPieces(): AsyncGenerator<Uint8Array, undefined> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    return undefined;
  }
  const table = await openFile(
    inPieces(),
    knownTitles(schema),
    { maxColumns: 20, maxRowBytes: 10_000 },
    footerSignsOf(schema),
  );
  const mapping = mapHeader(schema, table.header);
  const { sample, batches } = await sampled(table.batches);
  const validator = new RowValidator({ schema }, mapping, {
    headerLength: table.header.length,
    dates: {
      today: '2023-10-09',
      period: { start: '2023-07-01', end: '2023-10-01' },
      holdsEarlierRows: false,
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 1000 },
    readings: columnReadings(schema, mapping, sample),
    sha256: (text) => hash('sha256', text, 'hex'),
  });
  const counts = new FileCounts();
  let landed = 0;
  let row = table.headerRow;
  for await (const batch of batches)
    for (const record of batch) {
      row += 1;
      const validated = validator.validate(record, row);
      counts.add(validated);
      if (kept.includes(validated.outcome)) landed += 1;
    }
  return { counts: counts.counts, landed, footer: table.remarks().footerRows };
}

function expectEveryRowOnce({ counts, landed }: Awaited<ReturnType<typeof counted>>): void {
  expect(counts.accepted + counts.rejected + counts.duplicate).toBe(counts.read);
  expect(landed).toBe(counts.accepted + counts.consentRefused);
  expect(counts.warned).toBeLessThanOrEqual(counts.accepted);
}

const cells: Readonly<Record<string, fc.Arbitrary<string>>> = {
  case: fc.oneof(fc.constantFrom('C-1', 'C-2', 'C-3', 'n/a', '1.2E+11', ''), fc.integer({ min: 1, max: 40 }).map(String)), // prettier-ignore
  email: fc.constantFrom('a@mail.example', '<b@mail.example>', 'none', 'x', '', 'a@b.c, d@e.f'),
  mobile: fc.constantFrom('07700123123', '7700123123', '7.7E+09', '', '07777777777'),
  born: fc.constantFrom('29/02/2020', '43890', '12/31/2020', '01/02/2020', '', '30/02/2020', '01/01/1900'),
  seen: fc.constantFrom('14/08/2023', '45152', '08/14/2023', '04/07/2023', '14/08/2032', '', 'soon'),
  postcode: fc.constantFrom('SW9 1AA', 'sw9', '', 'NFA'),
  consent: fc.constantFrom('Yes', 'No', 'withdrawn', '', 'perhaps'),
};
const dirt = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', ' ', 'é', 'x', '=') }),
  },
  { weight: 1, arbitrary: fc.constantFrom('Total', '#REF!', 'End of report', "'", '\u00a0') },
);
const cellOf = (title: string) =>
  fc.oneof({ weight: 12, arbitrary: cells[title] ?? fc.constant('') }, { weight: 1, arbitrary: dirt });
const blank = titles.map(() => '');
const rows = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.tuple(...titles.map(cellOf)) },
    { weight: 1, arbitrary: fc.constant(blank) },
    { weight: 1, arbitrary: fc.constant(['Total', '', '', '', '', '', '']) },
  ),
  { minLength: 1, maxLength: 30 },
);
const isBlank = (row: readonly string[]) => row.every((cell) => cell.trim() === '');

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csvOf = (delimiter: string, end: string) => (data: readonly (readonly string[])[]) =>
  Buffer.from(data.map((row) => row.map(quoted).join(delimiter)).join(end));
const utf16 = (data: readonly (readonly string[])[]) =>
  Buffer.from(`\ufeff${csvOf('\t', '\r\n')(data).toString()}`, 'utf16le');
const odsOf = (data: readonly (readonly string[])[]) =>
  odsOfRows(data.map((row) => `<table:table-row>${row.map((cell) => odsCell(cell)).join('')}</table:table-row>`).join('')); // prettier-ignore
const writers = { ',': csvOf(',', '\r\n'), ';': csvOf(';', '\n'), tab: csvOf('\t', '\r'), utf16, xlsx: xlsxOf, ods: odsOf }; // prettier-ignore

describe('every row of a file', { timeout: 30_000 + FILES * 100 }, () => {
  it('is accepted, rejected or a duplicate, and none is lost or read twice, in whatever format', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom(...(Object.keys(writers) as (keyof typeof writers)[])),
        fc.integer({ min: 1, max: 3000 }),
        async (data, format, size) => {
          const bytes = writers[format]([titles, ...data]);
          const file = await counted(bytes, size);
          expectEveryRowOnce(file);
          expect(file.counts.read + file.footer).toBe(data.filter((row) => !isBlank(row)).length);
        },
      ),
      { numRuns: FILES },
    );
  });

  it('is counted likewise in a file with damaged bytes, unless the file is refused', async () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(3)), { minLength: 1, maxLength: 6 }); // prettier-ignore
    let read = 0;
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom(...(Object.keys(writers) as (keyof typeof writers)[])),
        damage,
        async (data, format, mishaps) => {
          const bytes = Buffer.from(writers[format]([titles, ...data]));
          for (const [at, byte] of mishaps) bytes[at % bytes.length] = byte;
          const [[at, , kind] = [0, 0, 0]] = mishaps;
          const cut = kind === 0 ? bytes.subarray(0, at % bytes.length) : bytes;
          try {
            expectEveryRowOnce(await counted(cut, 700));
            read += 1;
          } catch (error) {
            if (!isFileRefused(error)) throw error;
            expect(error.detail).toMatch(/\.$/);
          }
        },
      ),
      { numRuns: FILES },
    );
    expect(read).toBeGreaterThan(0);
  });

  it('is counted likewise in a workbook with damaged XML, unless the workbook is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.nat(),
        fc.constantFrom('<', '>', '/', '"', 'r', '&', '0', ''),
        async (data, at, mishap) => {
          const content = data.map((row) => `<table:table-row>${row.map((cell) => odsCell(cell)).join('')}</table:table-row>`).join(''); // prettier-ignore
          const header = `<table:table-row>${titles.map((cell) => odsCell(cell)).join('')}</table:table-row>`;
          const place = at % Math.max(1, content.length);
          const damaged = content.slice(0, place) + mishap + content.slice(place + 1);
          const xml = `<office:document-content><office:body><office:spreadsheet><table:table table:name="One">${header}${damaged}</table:table></office:spreadsheet></office:body></office:document-content>`;
          try {
            expectEveryRowOnce(await counted(archiveOf([{ name: 'content.xml', content: xml }]), 5000));
          } catch (error) {
            if (!isFileRefused(error)) throw error;
          }
        },
      ),
      { numRuns: FILES },
    );
  });
});
