import { deflateRawSync } from 'node:zlib';
import { digestOf, digestOpLeap1 } from '@kinledger/domain';
import { topics } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { xlsxCell, xlsxOfParts, xlsxSheet } from '@kinledger/intake-files/testing';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ask, upload } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'));
});
afterAll(() => ingest.stop());

const DATASET = 'health-visiting.user';
const PERIOD = '2023-24-Q2';
const titles = 'CaseNumber,ParticipantType,NHSNumber,Email,DOB,Mobile,Gender,BirthMonth,LSOA,DateRegistered';

/** Digests as a program at source digests any cell. */
const digested = (text: string) => digestOpLeap1({ Value: text }, ingest.salt);
const row = (cells: Partial<Record<'case' | 'nhs' | 'email' | 'dob' | 'mobile', string>>) =>
  [
    cells.case ?? '',
    'adult',
    cells.nhs ?? '',
    cells.email ?? '',
    cells.dob ?? '',
    cells.mobile ?? '',
    'female',
    '1990-02',
    'E01003014',
    '2023-08-01',
  ].join(',');
const caseOf = (number: number) => digestOf('case-number', `HV${number}` as never, ingest.salt);
const fileOf = (...rows: readonly string[]) => [titles, ...rows, ''].join('\n');
const send = (body: string | Uint8Array<ArrayBuffer>) =>
  upload(ingest, body, { caller: 'data-team', dataset: DATASET, period: PERIOD });
/** A workbook with the salt in no byte as it is sent. */
const packed = (...sheets: readonly string[]) =>
  xlsxOfParts({ sheets, pack: (bytes) => deflateRawSync(bytes) });
const reportOf = async (id: string) =>
  (await ask(ingest, 'data-team', 'GET', `/v1/uploads/${id}/errors`)).text;
async function incidents(kind: string): Promise<number> {
  const { text } = await ask(ingest, 'nobody', 'GET', '/metrics');
  const sample = new RegExp(
    `^kinledger_data_incidents_total\\{dataset="${DATASET}",kind="${kind}",[^}]*\\} (\\d+)$`,
    'm',
  ).exec(text);
  return Number(sample?.[1]);
}

describe('digests of nothing', () => {
  it('are treated as missing, counted by column, and named in the report', async () => {
    const blanks = { nhs: digested(''), email: digested('none@none.com'), mobile: digested('07777777777') };
    const { body } = await send(
      fileOf(
        row({ case: caseOf(1), ...blanks, dob: digested('') }),
        row({ case: caseOf(2), ...blanks, dob: digested('01.01.1900') }),
        row({ case: caseOf(3), nhs: digested('NULL') }),
      ),
    );
    expect(body).toMatchObject({ state: 'validated', counts: { read: 3, accepted: 3, warned: 3 } });
    expect(body.findings).toMatchObject({
      'placeholder-nhs-number': 3,
      'placeholder-email': 2,
      'placeholder-contact-number': 2,
      'placeholder-date-of-birth': 2,
    });
    const report = await reportOf(body.id);
    expect(report).toContain('NHSNumber is the digest of no value');
    expect(report).not.toMatch(/[0-9A-F]{64},*\r\n/);
  });

  it('make no row id that rows would share', async () => {
    const blank = digested('');
    const { body } = await send(
      fileOf(row({ case: caseOf(1) }), row({ case: blank, nhs: 'x' }), row({ case: blank })),
    );
    expect(body.counts).toMatchObject({ accepted: 1, rejected: 2, duplicate: 0 });
    expect(body.findings).toMatchObject({ 'placeholder-case-number': 2 });
  });
});

describe('clear text in place of a digest', () => {
  const clear = ['9434765919', 'anna.muster@example.org', 'Error: Before File Open', '07700900123'] as const;

  it('is refused without being shown, and is an incident', async () => {
    const before = await incidents('clear-text');
    const rows = clear.map((nhs, index) => row({ case: caseOf(index), nhs }));
    const { text, body } = await send(fileOf(...rows));
    expect(body).toMatchObject({
      state: 'validated',
      findings: { 'clear-text-nhs-number': 4 },
      notes: [{ code: 'clear-text' }],
    });
    const report = await reportOf(body.id);
    expect(report).toContain('This is a data incident');
    for (const value of clear) expect(`${text}${report}`).not.toContain(value);
    expect(await incidents('clear-text')).toBe(before + 1);
  });

  it('is distinguished from a truncated digest', async () => {
    const before = await incidents('clear-text');
    const { body } = await send(
      fileOf(
        row({ case: caseOf(1), nhs: caseOf(9).slice(0, 40) }),
        row({ case: caseOf(2), nhs: '9.43E+63' }),
      ),
    );
    expect(body.findings).toMatchObject({ 'invalid-nhs-number': 2 });
    expect(await incidents('clear-text')).toBe(before);
  });
});

describe('a file that holds the salt', () => {
  const places: readonly (readonly [string, (salt: string) => string | Uint8Array<ArrayBuffer>])[] = [
    ['in a cell', (salt) => fileOf(row({ case: caseOf(1) }), row({ case: caseOf(2), nhs: salt }))],
    ['inside a cell', (salt) => fileOf(row({ case: caseOf(1), email: `key=${salt};` }))],
    ['in a quoted cell', (salt) => fileOf(row({ case: caseOf(1), email: `"${salt}"` }))],
    ['in a title', (salt) => fileOf(row({ case: caseOf(1) })).replace('LSOA', salt)],
    ['in the only title', (salt) => `${salt}\n1\n`],
    ['in an unmapped column', (salt) => `${titles},Note\n${row({ case: caseOf(1) })},${salt}\n`],
    ['beyond the last column', (salt) => fileOf(`${row({ case: caseOf(1) })},,${salt}`)],
    ['in an unterminated last line', (salt) => `${fileOf(row({ case: caseOf(1) }))}${salt}`],
    ['after an unclosed quotation mark', (salt) => `${fileOf(row({ email: '"' }))}${salt}`],
    [
      'after many rows',
      (salt) => fileOf(...Array.from({ length: 3000 }, (_, n) => row({ case: caseOf(n) })), salt),
    ],
    [
      'in the run log of a program',
      (salt) =>
        `OpenPseudonymiser\nRun started\n\nUser selected salt: ${salt}\nOpenPseudonymiser Config Security: \n`,
    ],
    ['as the whole file', (salt) => salt],
    ['packed in a workbook', (salt) => packed(xlsxSheet(`<row>${xlsxCell(titles)}${xlsxCell(salt)}</row>`))],
    [
      'packed in a sheet that is not read',
      (salt) => packed(xlsxSheet(''), xlsxSheet(`<row>${xlsxCell(salt)}</row>`)),
    ],
  ];

  it.each(places)('%s: is refused as a whole, and nothing of it is kept or shown', async (_, written) => {
    const before = await incidents('salt');
    const kept = async () => {
      const tables = ['ingest.upload', 'ingest.row_register', 'landing.file', 'landing.chunk'];
      const counts = tables.map((table) => `(SELECT count(*) FROM ${table})`).join(" || ' ' || ");
      return (await ingest.pool.query<{ counts: string }>(`SELECT ${counts} AS counts`)).rows[0]?.counts;
    };
    const keptBefore = await kept();
    const answer = await send(written(ingest.salt));
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:kinledger:problem:holds-the-salt' } });
    expect(answer.text).toContain('must be treated as leaked');
    expect(answer.text).not.toContain(ingest.salt);
    expect(await kept()).toBe(keptBefore);
    expect(await incidents('salt')).toBe(before + 1);
  });

  it('leaves only the message that it arrived', async () => {
    await send(fileOf(ingest.salt));
    const bus = createPool({ url: ingest.databases.superuserUrl('bus'), applicationName: 'test' });
    try {
      const told = await vi.waitFor(async () => {
        const { rows } = await bus.query<{ value: string }>(
          `SELECT convert_from(value, 'UTF8') AS value FROM bus.message
           JOIN bus.topic ON topic.id = topic_id WHERE topic.name = $1`,
          [topics.submissionStateChanged.name],
        );
        const values = rows.map(({ value }) => value).filter((value) => value.includes('holds-the-salt'));
        expect(values.length).toBeGreaterThan(0);
        return values;
      });
      for (const value of told)
        expect(JSON.parse(value)).toMatchObject({
          dataset: DATASET,
          period: PERIOD,
          state: 'refused',
          findings: {},
        });
    } finally {
      await bus.end();
    }
  });
});

describe('intake before the pseudonymiser has ever started', () => {
  it('accepts no file, is not ready, and recovers by itself', async () => {
    const { rows } = await ingest.pool.query<{ marks: object }>('SELECT marks FROM pseudonymiser.salt_marks');
    const pseudonymiser = createPool({
      url: ingest.databases.superuserUrl('restricted'),
      applicationName: 'test',
    });
    try {
      await pseudonymiser.query('DELETE FROM pseudonymiser.salt_marks');
      expect(await send(fileOf(row({ case: caseOf(1) })))).toMatchObject({
        status: 503,
        body: { type: 'urn:kinledger:problem:not-available' },
      });
      expect(await ask(ingest, 'nobody', 'GET', '/health/ready')).toMatchObject({
        status: 503,
        body: { checks: { 'salt-marks': 'down' } },
      });
      await pseudonymiser.query('INSERT INTO pseudonymiser.salt_marks (fingerprint, marks) VALUES ($1, $2)', [
        'of the test',
        JSON.stringify(rows[0]?.marks),
      ]);
      expect((await send(fileOf(row({ case: caseOf(1) })))).status).toBe(201);
    } finally {
      await pseudonymiser.end();
    }
  });
});
