import fs from 'node:fs';
import { readFile as readSecretFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadId } from '@kinledger/contracts';
import { decodeRows, kekFrom, openChunk, readChunks, readFile, unwrapFile } from '@kinledger/landing-store';
import { PinoLogger } from 'nestjs-pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ask, fileOf, goodFile, upload } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';
import { xlsxCell, xlsxOf, xlsxOfParts, xlsxSheet } from '@kinledger/intake-files/testing';
import { UploadExpiry } from './upload-expiry.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'), { KINLEDGER_UPLOAD_MAX_BYTES: '100000' });
});
afterAll(() => ingest.stop());

/** The cells of a CSV file without quotation marks. */
const cellsOf = (file: string) =>
  file
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));

/** Everything stored of uploads, in any table. */
const held = async () => {
  const { rows } = await ingest.pool.query<{ uploads: number; files: number; chunks: number }>(
    `SELECT (SELECT count(*) FROM ingest.upload WHERE state <> 'discarded') AS uploads,
            (SELECT count(*) FROM landing.file) AS files, (SELECT count(*) FROM landing.chunk) AS chunks`,
  );
  return rows[0];
};

const landedRows = async (id: string) => {
  const kek = Buffer.from(
    (await readSecretFile(join(ingest.secretsDirectory, 'landing-kek'), 'utf8')).trim(),
    'hex',
  );
  const file = await readFile(ingest.pool, id as UploadId);
  const { dataKey } = unwrapFile(kekFrom(kek), file);
  const chunks = await readChunks(ingest.pool, file.upload, { from: 0, limit: 1000 });
  return chunks.flatMap((chunk) => decodeRows(openChunk(dataKey, file.upload, chunk.n, chunk.sealed)));
};

describe('an upload', () => {
  it('is validated, counted, mapped, and stored sealed', async () => {
    const { status, headers, body } = await upload(
      ingest,
      fileOf({}, { Mobile: '1234' }, { Postcode: '' }, { 'Case number': 'PT-1' }, { Consent: 'No' }),
    );
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/uploads/${body.id}`);
    expect(body.state).toBe('validated');
    expect(body.counts).toEqual({
      read: 5,
      accepted: 2,
      warned: 1,
      rejected: 2,
      duplicate: 1,
      consentRefused: 1,
    });
    expect(body.findings).toEqual({
      'invalid-contact-number': 1,
      'missing-postcode': 1,
      'duplicate-row': 1,
      'no-consent': 1,
    });
    expect(body.mapping).toContainEqual({
      field: 'gender',
      title: 'Gender',
      column: 8,
      columnTitle: 'Sex',
    });
    const rows = await landedRows(body.id);
    expect(rows.map(([row]) => row)).toEqual([2, 3, 6]);
    // Of a row that refuses consent, only its id and the refusal are kept.
    expect(rows[2]?.[1].filter((value) => value !== null)).toEqual([
      expect.stringMatching(/^PT-\d$/) as string,
      'false',
    ]);
    expect(rows[0]?.[1]).toEqual(
      expect.arrayContaining([
        'PT-1',
        'child',
        'ZOE',
        'amara.okafor7@example.org',
        '07700900123',
        '2020-02-29',
      ]),
    );
    expect(rows[1]?.[1]).not.toContain('1234');
  });

  it.each([
    ['semicolons', (file: string) => file.replaceAll(',', ';')],
    ['tabs', (file: string) => file.replaceAll(',', '\t')],
    ['a byte order mark', (file: string) => `\ufeff${file}`],
    ['other line ends', (file: string) => file.replaceAll('\r\n', '\n')],
    ['blank lines at the end', (file: string) => `${file}\r\n\r\n`],
  ])('is the same file with %s', async (_case, changed) => {
    const { body } = await upload(ingest, changed(fileOf({}, {})));
    expect(body).toMatchObject({ state: 'validated', counts: { read: 2, accepted: 2, warned: 0 } });
  });

  it('may be Windows-1252, which is noted in the response', async () => {
    const { body } = await upload(ingest, Buffer.from(fileOf({}), 'latin1'));
    expect(body).toMatchObject({ state: 'validated', notes: [{ code: 'windows-1252' }] });
    expect((await landedRows(body.id))[0]?.[1]).toContain('ZOE');
  });

  it('may be Excel’s Unicode Text with a title above it; its answer says how it was read', async () => {
    const file = `Report of June\r\n\r\n${fileOf({}, { Consent: '' })}`.replaceAll(',', '\t');
    const { body } = await upload(ingest, Buffer.from(`\ufeff${file}`, 'utf16le'));
    expect(body).toMatchObject({
      state: 'validated',
      read: { encoding: 'utf-16', delimiter: '\t', headerRow: 3 },
      counts: { read: 2, accepted: 1, rejected: 1 },
    });
    expect(body.notes[0]).toEqual({
      code: 'rows-above-the-titles',
      message: 'The column titles were found in row 3. The rows above were not read.',
    });
    const { text } = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}/errors`);
    expect(text.split('\r\n')[1]).toMatch(/^5,/);
  });

  it('shows unknown titles to its sender, and stores none', async () => {
    const file = fileOf({}).replace('Email,', 'Email,Key worker Jo Smith,').replace(',,', ',,,');
    const { body } = await upload(ingest, file);
    expect(body).toMatchObject({ unknownColumns: 1, unknownTitles: ['Key worker Jo Smith'] });
    const later = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}`);
    expect(later.body).toMatchObject({
      unknownColumns: 1,
      mapping: body.mapping.map(({ field }) => ({ field })),
    });
    expect(later.text).not.toContain('Smith');
    const { rows } = await ingest.pool.query<{ text: string }>(
      'SELECT u::text AS text FROM ingest.upload u WHERE upload = $1',
      [body.id],
    );
    expect(rows[0]?.text).not.toContain('Smith');
  });

  it('may contain only refusals of consent with a row id', async () => {
    const { body } = await upload(ingest, fileOf({ Consent: 'withdrawn' }, { Consent: 'Opted out' }));
    expect(body).toMatchObject({
      state: 'validated',
      counts: { read: 2, accepted: 0, rejected: 2, consentRefused: 2 },
      notes: [{ code: 'consent-refused' }],
    });
    const nameless = await upload(ingest, fileOf({ Consent: 'No', 'Case number': '' }));
    expect(nameless.body).toMatchObject({ state: 'refused', reason: 'no-usable-row' });
  });

  it('is refused as a whole if too many rows are rejected, and only the error report is kept', async () => {
    const two = await upload(ingest, fileOf({}, { Postcode: '' }, { Postcode: 'x' }));
    expect(two.body).toMatchObject({ state: 'validated', counts: { rejected: 2 }, rejectionMinimum: 3 });
    const { status, body } = await upload(
      ingest,
      fileOf({}, { Postcode: '' }, { Postcode: 'x' }, { Postcode: 'y' }),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'refused', reason: 'too-many-rejected-rows' });
    expect(await landedRows(body.id)).toEqual([]);
    const report = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}/errors`);
    expect(report.text.split('\r\n').filter((line) => line.includes('-postcode'))).toHaveLength(3);
    const submitted = await ask(ingest, 'officer', 'POST', `/v1/uploads/${body.id}/submit`);
    expect(submitted).toMatchObject({ status: 409, body: { type: 'urn:kinledger:problem:upload-refused' } });
  });

  it('is not refused for families that declined', async () => {
    const { body } = await upload(
      ingest,
      fileOf({}, { Consent: 'No' }, { Consent: 'No' }, { Consent: 'No' }),
    );
    expect(body).toMatchObject({
      state: 'validated',
      counts: { rejected: 3 },
      findings: { 'no-consent': 3 },
    });
  });
});

describe('a workbook', () => {
  const file = fileOf({}, { 'Case number': 'PT-2', Mobile: '1234' }, { 'Case number': 'PT-3', Postcode: '' });
  const kept = async (id: string) => (await landedRows(id)).map(([, values]) => values);

  it('gives the same rows, counts and findings as its CSV file, and says which sheet was read', async () => {
    const csv = await upload(ingest, file);
    const notes = [['Notes of the team'], ['Email addresses were checked']];
    const workbook = await upload(ingest, xlsxOf(notes, [['Children and adults'], ...cellsOf(file)]), {
      headers: { 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
    });
    expect(workbook.status).toBe(201);
    expect(workbook.body).toMatchObject({
      state: 'validated',
      counts: csv.body.counts,
      findings: csv.body.findings,
      mapping: csv.body.mapping,
      read: { format: 'xlsx', sheet: 2, sheetName: 'Sheet2', headerRow: 2, delimiter: null },
    });
    expect(csv.body).toMatchObject({ read: { format: 'csv', sheet: null, delimiter: ',' } });
    expect(await kept(workbook.body.id)).toEqual(await kept(csv.body.id));
    const again = await ask(ingest, 'officer', 'GET', `/v1/uploads/${workbook.body.id}`);
    expect(again.body).toMatchObject({ read: { format: 'xlsx', sheet: 2 } });
    // A sheet may be called anything.
    expect(again.text).not.toContain('Sheet2');
  });

  it('tells of rows that its sheet does not show', async () => {
    const [titles = [], ...people] = cellsOf(file);
    const row = (cells: readonly string[], attributes = '') =>
      `<row ${attributes}>${cells.map(xlsxCell).join('')}</row>`;
    const sheet = xlsxSheet(row(titles) + people.map((cells) => row(cells, 'hidden="1"')).join(''));
    const { body } = await upload(ingest, xlsxOfParts({ sheets: [sheet] }));
    expect(body).toMatchObject({ state: 'validated', counts: { read: 3 } });
    expect(body.notes.map(({ code }) => code)).toEqual(['hidden-rows']);
  });
});

describe('a file that cannot be read', () => {
  const good = fileOf({}, {});
  const cases: readonly [string, string | Uint8Array<ArrayBuffer>, number, string][] = [
    ['empty', '', 422, 'empty-file'],
    ['blank lines', '\r\n\r\n', 422, 'empty-file'],
    ['no header', good.split('\r\n').slice(1).join('\r\n'), 422, 'no-header'],
    ['no rows', `${good.split('\r\n')[0] ?? ''}\r\n`, 422, 'no-rows'],
    ['no consent column', good.replace('Consent,', 'Agreed,'), 422, 'missing-columns'],
    ['two postcode columns', good.replace('Home language', 'Post code'), 422, 'duplicate-columns'],
    ['a broken workbook', Buffer.from('PK\x03\x04[Content_Types].xml'), 422, 'workbook-damaged'],
    ['two sheets of people', xlsxOf(cellsOf(good), cellsOf(good)), 422, 'several-sheets'],
    ['a workbook without titles', xlsxOf(cellsOf(good).slice(1)), 422, 'no-header'],
    ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 415, 'excel-file'],
    ['a PDF', '%PDF-1.7 something', 415, 'binary-file'],
    ['UTF-16 that breaks off', Buffer.from(`\ufeff${good}`, 'utf16le').subarray(0, -1), 415, 'utf-16-file'],
    ['NUL bytes', `${good}PT-9,\0`, 422, 'nul-bytes'],
    ['an unclosed quotation mark', `${good}PT-9,"Child`, 422, 'unbalanced-quotes'],
    ['a misplaced quotation mark', `${good}PT-9,Chi"ld`, 422, 'unbalanced-quotes'],
    ['a declared length over the limit', 'x'.repeat(100_001), 413, 'body-too-large'],
    ['an overlong value', fileOf({ 'First name': 'x'.repeat(20_000) }), 422, 'field-too-long'],
  ];

  it.each(cases)(
    'is refused with one clear problem, and leaves nothing: %s',
    async (_case, body, status, code) => {
      const before = await held();
      const answer = await upload(ingest, body);
      expect(answer).toMatchObject({ status, body: { type: `urn:kinledger:problem:${code}`, status } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      const { detail } = answer.body as unknown as { detail: string };
      expect(detail.length).toBeGreaterThan(20);
      expect(answer.text).not.toContain('amara');
      expect(answer.text).not.toContain('PT-1');
      expect(await held()).toEqual(before);
    },
  );

  it('is refused if it is too large without declaring it', async () => {
    const before = await held();
    const row = goodFile(400).split('\r\n').slice(1).join('\r\n');
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(goodFile(400))),
      pull: (controller) => controller.enqueue(Buffer.from(row)),
    });
    const response = await fetch(
      `${ingest.url}/v1/uploads?dataset=pairs-together-time.user&period=2023-24-Q2`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${ingest.tokens['officer'] ?? ''}`, 'content-type': 'text/csv' },
        body: stream,
        duplex: 'half',
      },
    );
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ type: 'urn:kinledger:problem:body-too-large' });
    expect(await held()).toEqual(before);
  });

  it.each([
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }, 'unsupported-media-type'],
    ['a web form', { 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported-media-type'],
    ['JSON', { 'content-type': 'application/json' }, 'unsupported-media-type'],
    ['a compressed body', { 'content-encoding': 'gzip' }, 'content-encoding-unsupported'],
  ])('is refused if sent as %s', async (_case, headers, code) => {
    const answer = await upload(ingest, fileOf({}), { headers });
    expect(answer).toMatchObject({ status: 415, body: { type: `urn:kinledger:problem:${code}` } });
  });

  it.each([
    ['a malformed period', { period: 'last summer' }, 400, 'period-unknown'],
    ['a period that has not begun', { period: '2098-99-Q1' }, 400, 'period-not-begun'],
    ['a period that no agreement covers', { period: '2015-16-Q1' }, 409, 'no-live-agreement'],
    ['an unknown dataset', { dataset: 'nowhere.user' }, 404, 'dataset-unknown'],
  ])('is refused for %s', async (_case, options, status, code) => {
    const answer = await upload(ingest, fileOf({}), options);
    expect(answer).toMatchObject({ status, body: { type: `urn:kinledger:problem:${code}` } });
  });
});

describe('the error report', () => {
  it('lists each finding with its row, case number, advice and value, safe to open in a spreadsheet', async () => {
    const { body } = await upload(
      ingest,
      fileOf(
        {},
        { Mobile: '=HYPERLINK("x")' },
        { 'Date registered': '31/02/2023' },
        { Consent: 'No', Postcode: '' },
        {},
      ).replace('Disability,', 'Remarks,'),
    );
    const { text, headers } = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}/errors`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toContain('attachment');
    const [titles, ...lines] = text.split('\r\n');
    expect(titles).toBe('row,case_number,column,field,rule,severity,message,suggestion,value');
    expect(lines.filter((line) => line !== '')).toEqual([
      ',,,disability,missing-disability,warning,The file has no such column: every row lacks it.,Add the column to the export if you hold it.,',
      expect.stringMatching(
        /^3,PT-2,Mobile,contact_number,invalid-contact-number,warning,.*,"'=HYPERLINK\(""x""\)"$/,
      ),
      expect.stringMatching(
        /^4,PT-3,Date registered,date_registered,unreal-date-date-registered,error|warning,.*,31\/02\/2023$/,
      ),
    ]);
  });

  it.each(['+44 7700', '-1', '@x', '=1+1', '\t=1'])('escapes %s', async (value) => {
    const { body } = await upload(ingest, fileOf({}, { Mobile: value }));
    const { text } = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}/errors`);
    const line = text.split('\r\n').find((candidate) => candidate.includes('contact-number')) ?? '';
    expect(line.endsWith(`,'${value.trim()}`)).toBe(true);
  });

  it('is deleted with the upload', async () => {
    const { body } = await upload(ingest, fileOf({ Mobile: '1' }));
    expect((await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${body.id}`)).status).toBe(204);
    const report = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}/errors`);
    expect(report).toMatchObject({
      status: 410,
      body: { type: 'urn:kinledger:problem:error-report-deleted' },
    });
  });
});

describe('access', () => {
  it('lets a provider send files of its own datasets only', async () => {
    const answer = await upload(ingest, fileOf({}), { caller: 'stranger' });
    expect(answer).toMatchObject({ status: 403, body: { type: 'urn:kinledger:problem:not-your-dataset' } });
  });

  it('is refused before a large file has been read', async () => {
    const large = Buffer.alloc(30_000_000, 'x');
    const answer = await upload(ingest, large, { caller: 'stranger' });
    expect(answer).toMatchObject({ status: 403, body: { type: 'urn:kinledger:problem:not-your-dataset' } });
    expect((await upload(ingest, large, { caller: 'nobody' })).status).toBe(401);
    expect((await upload(ingest, large, { headers: { 'content-type': 'application/zip' } })).status).toBe(
      415,
    );
  });

  it('to another provider’s upload is answered like one to an unknown upload', async () => {
    const { body } = await upload(ingest, fileOf({}));
    const never = 'f'.repeat(32);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/errors'],
      ['POST', '/submit'],
      ['DELETE', ''],
    ] as const) {
      const theirs = await ask(ingest, 'stranger', method, `/v1/uploads/${body.id}${path}`);
      const none = await ask(ingest, 'stranger', method, `/v1/uploads/${never}${path}`);
      expect(theirs.status).toBe(404);
      expect({ ...theirs.body, instance: '' }).toEqual({ ...none.body, instance: '' });
    }
    expect((await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}`)).status).toBe(200);
  });

  it('lets the data team act for every provider', async () => {
    const { status, body } = await upload(ingest, fileOf({}), { caller: 'data-team' });
    expect(status).toBe(201);
    expect((await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}`)).status).toBe(200);
  });

  it('is refused to everybody else', async () => {
    expect((await upload(ingest, fileOf({}), { caller: 'reader' })).status).toBe(403);
    expect((await upload(ingest, fileOf({}), { caller: 'nobody' })).status).toBe(401);
  });
});

describe('an upload that is not submitted', () => {
  it('is gone once discarded, and can be discarded again', async () => {
    const { body } = await upload(ingest, fileOf({}));
    const before = await held();
    expect((await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${body.id}`)).status).toBe(204);
    expect((await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${body.id}`)).status).toBe(204);
    expect(await held()).toEqual({
      uploads: (before?.uploads ?? 0) - 1,
      files: (before?.files ?? 0) - 1,
      chunks: (before?.chunks ?? 0) - 2,
    });
    const { rows } = await ingest.pool.query(
      'SELECT reason, chunks FROM landing.deletion WHERE upload = $1',
      [body.id],
    );
    expect(rows).toEqual([{ reason: 'discarded', chunks: 2 }]);
    const submitted = await ask(ingest, 'officer', 'POST', `/v1/uploads/${body.id}/submit`);
    expect(submitted).toMatchObject({
      status: 410,
      body: { type: 'urn:kinledger:problem:upload-discarded' },
    });
  });

  it('expires, and so does what a crash left', async () => {
    const { body: old } = await upload(ingest, fileOf({}));
    const { body: fresh } = await upload(ingest, goodFile(2));
    await ingest.pool.query(
      "UPDATE ingest.upload SET expires_at = now() - interval '1 second' WHERE upload = $1",
      [old.id],
    );
    const { body: crashed } = await upload(ingest, goodFile(3));
    await ingest.pool.query(
      "UPDATE ingest.upload SET state = 'receiving', alive_at = now() - interval '1 hour' WHERE upload = $1",
      [crashed.id],
    );
    await expect(ingest.service.app.get(UploadExpiry).sweep()).resolves.toBe(2);
    expect((await ask(ingest, 'officer', 'GET', `/v1/uploads/${old.id}`)).body).toMatchObject({
      state: 'discarded',
      reason: 'expired',
    });
    expect((await ask(ingest, 'officer', 'GET', `/v1/uploads/${crashed.id}`)).status).toBe(404);
    expect((await ask(ingest, 'officer', 'GET', `/v1/uploads/${fresh.id}`)).body).toMatchObject({
      state: 'validated',
    });
    const { rows } = await ingest.pool.query('SELECT upload FROM landing.file WHERE upload = ANY ($1)', [
      [old.id, crashed.id],
    ]);
    expect(rows).toEqual([]);
  });
});

describe('telemetry', () => {
  it('contains nothing of a row', async () => {
    const written: string[] = [];
    // A process has one root logger, that of the first service started in it, which another test file may have
    // silenced.
    const { level } = PinoLogger.root;
    PinoLogger.root.level = 'info';
    const write = vi.spyOn(fs, 'writeSync').mockImplementation((_fd: number, text: unknown) => {
      const line = String(text);
      written.push(line);
      return Buffer.byteLength(line);
    });
    try {
      await upload(ingest, fileOf({}, { Mobile: '07700 900999x', Postcode: 'canary' }, {}));
      await upload(ingest, `${fileOf({})}PT-9,"Child`);
      await upload(ingest, fileOf({ 'First name': 'canary'.repeat(2000) }));
      await upload(ingest, fileOf({}), { period: 'canary' });
      await ask(ingest, 'officer', 'GET', '/v1/uploads/canary');
    } finally {
      write.mockRestore();
      PinoLogger.root.level = level;
    }
    const log = written.join('');
    expect(log).toContain('"state":"validated"');
    expect(log).toContain('"reason":"unbalanced-quotes"');
    for (const value of ['canary', 'amara', '900123', '900999', 'PT-', 'SW9', 'Zo', '29/02', '2020-02-29']) {
      expect(log.includes(value), value).toBe(false);
    }
    const metrics = (await ask(ingest, 'nobody', 'GET', '/metrics')).text;
    expect(metrics).toMatch(
      /kinledger_upload_rows_total\{dataset="pairs-together-time.user",outcome="accepted",service="ingest"\} [1-9]/,
    );
    expect(metrics).toMatch(
      /kinledger_upload_findings_total\{[^}]*rule="invalid-contact-number"[^}]*\} [1-9]/,
    );
    expect(metrics).toMatch(/kinledger_uploads_total\{[^}]*outcome="unbalanced-quotes"[^}]*\} [1-9]/);
    for (const value of ['canary', 'amara', 'PT-']) expect(metrics.includes(value), value).toBe(false);
  });
});
