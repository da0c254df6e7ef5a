import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { MAX_MESSAGE_BYTES, type PseudonymisedRow } from '@kinledger/contracts';
import { unpackBytes } from '@kinledger/database';
import { bodiesIn } from '@kinledger/event-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesIn, logEventsIn, unlistedIn } from '../support/log-events.js';
import { logMeanings } from '../support/log-meanings.js';
import { codesInSources, notProvoked } from './bad-requests.js';
import { attributes, carer, child, needlesOfPeople } from './marked-people.js';
import { MarkedRun } from './marked-run.js';
import { needlesOf, needlesOfHex, type Needle } from './needles.js';
import { Scanner, type Place } from './scanner.js';
import { tracesOf, unlisted, unresolved, wayOfAFile } from './traces.js';

const run = new MarkedRun();
let people: Scanner;

beforeAll(async () => {
  await run.run();
  people = new Scanner(needlesOfPeople(run.salt));
});
afterAll(() => run.dispose());

/** Needles found outside the places where they may be, each once, with the place. */
async function finds(
  scanner: Scanner,
  places: Iterable<Place> | AsyncIterable<Place>,
  allowed: (place: string) => boolean = () => false,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const place of places) {
    if (allowed(place.name)) continue;
    for (const { place: where, what } of scanner.findIn(place)) found.add(`${where}: ${what}`);
  }
  return [...found].sort();
}

/** The distinct values of a column. */
async function values(database: 'platform' | 'bus', sql: string): Promise<readonly string[]> {
  const rows = await run.asSuperuser<{ value: string }>(database, sql);
  return [...new Set(rows.map(({ value }) => value))];
}

async function rows(): Promise<readonly PseudonymisedRow[]> {
  const segments = await values('platform', `SELECT encode(bytes, 'base64') AS value FROM ledger.segment`);
  return segments.flatMap((base64) => [
    ...bodiesIn([{ bytes: unpackBytes(Buffer.from(base64, 'base64'), MAX_MESSAGE_BYTES) }]).values(),
  ]);
}

async function tokens(): Promise<readonly Needle[]> {
  const found = (await rows()).flatMap((row) => [
    ...row.tokens.map(({ token }) => token),
    ...row.derived.flatMap((entry) => entry.tokens),
  ]);
  return [...new Set(found)].flatMap((token) => needlesOfHex('token', token));
}

/** The files of the home that are meant to hold secrets. */
const secretFiles = [
  ...['connection.json', 'tokens.json', 'access.json', 'database-passwords.json', 'signing-key.pem'],
  join('postgres', 'superuser-password'),
];

/** Keys, passwords and bearer tokens, as in their files. */
function secrets(): readonly Needle[] {
  const read = (...path: string[]) => readFileSync(join(run.home, ...path), 'utf8');
  const keys = readdirSync(join(run.home, 'secrets')).map((name) => [name, read('secrets', name)] as const);
  const strings = (document: unknown): string[] =>
    typeof document === 'string'
      ? [document]
      : Object.values(document as Record<string, unknown>).flatMap(strings);
  return [
    ...keys.map(([name, text]) => [`secret ${name}`, text.trim()] as const),
    ['superuser’s password', read('postgres', 'superuser-password').trim()] as const,
    ['signing key', read('signing-key.pem').split('\n')[1] ?? ''] as const,
    ...strings(JSON.parse(read('database-passwords.json'))).map(
      (text) => ['database password', text] as const,
    ),
    ...strings(JSON.parse(read('tokens.json'))).map((text) => ['bearer token', text] as const),
  ].flatMap(([name, text]) => needlesOf(name, [text]));
}

describe('two marked people who went through the whole platform', () => {
  it('were matched, made a family, withdrawn and parked, so that the search has something to find', async () => {
    const counted = await run.asSuperuser<{ type: string; count: number }>(
      'platform',
      'SELECT type, count(*)::integer AS count FROM ledger.event GROUP BY type',
    );
    const counts = Object.fromEntries(counted.map(({ type, count }) => [type, count]));
    expect(counts).toMatchObject({ SubmissionWithdrawn: 1, SubmissionParked: 1 });
    for (const type of ['RecordsPlaced', 'RecordsRetired', 'FamiliesLinked']) {
      expect(counts[type]).toBeGreaterThan(0);
    }
    const derived = (await rows()).flatMap((row) => row.derived.map(({ derivation }) => derivation));
    expect(new Set(derived)).toContain('carer-email-deletions');
    expect(new Set(derived)).toContain('email-deletions');
    const names = new Set<string>();
    for await (const { name, bytes } of run.places()) if (bytes.length > 0) names.add(name);
    const expected = [
      ...['restricted: landing.chunk.sealed', 'restricted: ingest.upload.findings', 'bus: bus.message.key'],
      ...['bus: bus.message.value', 'bus: bus.message.headers', 'platform: ledger.event.bytes'],
      ...[
        'platform: ledger.segment.bytes',
        'platform: ledger.payload.bytes',
        'platform: linker.intake.body',
        'platform: linker.snapshot_piece.bytes',
      ],
      ...['platform: golden.numbered_record.row_key', 'platform: golden_at_12.numbered_record.row_key'],
      ...['platform: operations.upload.findings', 'platform: pg_catalog.pg_statistic.stavalues1'],
      ...['bus: pg_catalog.pg_stat_activity.query', `home: ${join('postgres', 'postgresql.log')}`],
      ...Object.keys(run.platform.connected.services).flatMap((service) => [
        `home: ${join('logs', `${service}.log`)}`,
        `metrics: ${service}`,
      ]),
    ];
    expect(expected.filter((name) => !names.has(name))).toEqual([]);
  });

  it('leave no identifier in any table, log, metric, file or response, in either zone', async () => {
    expect(await finds(people, run.places())).toEqual([]);
  });

  it('leave no identifier in PostgreSQL’s own files, write-ahead log included', async () => {
    expect(await finds(people, await run.postgresFiles())).toEqual([]);
  });

  it('appear in their own provider’s error report and nowhere else', async () => {
    expect(people.find(Buffer.from(run.ownReport))).toContain('email, as written, plain');
    const { services, tokens: bearers } = run.platform.connected;
    for (const token of [bearers.providers['baby-steps-team'], bearers.reader, bearers.operator]) {
      const answer = await fetch(`${services.ingest}/v1/uploads/${run.refused}/errors`, {
        headers: { authorization: `Bearer ${token ?? ''}` },
      });
      expect([403, 404]).toContain(answer.status);
      expect(people.find(Buffer.from(await answer.text()))).toEqual([]);
    }
  });

  it('appear in no message key or header, nor do tokens, row keys and record ids', async () => {
    const keys = await values('platform', 'SELECT row_key::text AS value FROM golden.record');
    const records = await values('platform', 'SELECT record_id::text AS value FROM golden.record');
    const scanner = new Scanner([
      ...(await tokens()),
      ...keys.flatMap((key) => needlesOfHex('row key', key.replaceAll('-', ''))),
      ...records.flatMap((record) => needlesOfHex('record id', record.replaceAll('-', ''))),
    ]);
    const isHead = (name: string) => /^bus: bus\.message\.(key|headers)$/.test(name);
    expect(await finds(scanner, run.tables('bus'), (name) => !isHead(name))).toEqual([]);
    // Message values do hold them, so the scanner recognises them.
    expect(await finds(scanner, run.tables('bus'))).not.toEqual([]);
  });

  it('have tokens in bodies, snapshots and messages of pseudonymised rows only', async () => {
    const scanner = new Scanner(await tokens());
    // PostgreSQL samples bodies and messages for its planner, in the same database; only its superuser can read the samples.
    const mayHold =
      /^(platform: (ledger\.(segment|name_frequencies)\.bytes|linker\.(chunk\.body|snapshot_piece\.bytes))|(platform|bus): pg_catalog\.pg_statistic\..*)$/;
    const isSnapshot = (name: string) => name === 'platform: linker.snapshot_piece.bytes';
    expect(await finds(scanner, run.tables('platform'), (name) => !isSnapshot(name))).not.toEqual([]);
    const isTable = (name: string) => name === 'platform: ledger.name_frequencies.bytes';
    expect(await finds(scanner, run.tables('platform'), (name) => !isTable(name))).not.toEqual([]);
    const rest = await finds(scanner, run.places(), (name) => mayHold.test(name));
    expect([...new Set(rest.map((find) => find.split(': ').slice(0, 2).join(': ')))]).toEqual([
      'bus: bus.message.value',
    ]);
    const messages = await run.asSuperuser<{ topic: string; value: Buffer }>(
      'bus',
      'SELECT topic.name AS topic, value FROM bus.message JOIN bus.topic ON topic.id = message.topic_id',
    );
    const topics = messages.filter(({ value }) => scanner.find(value).length > 0).map(({ topic }) => topic);
    expect([...new Set(topics)]).toEqual(['pseudonymisation.internal.row-pseudonymised.2']);
  });
});

describe('telemetry', () => {
  const telemetry = async function* (): AsyncGenerator<Place> {
    yield* run.logs();
    yield* run.metrics();
    yield* run.traces.exports;
  };

  it('holds no value of a row, no row key and no record id, even when a database error quotes the row', async () => {
    const ids = await values(
      'platform',
      `SELECT row_key::text AS value FROM golden.record UNION SELECT record_id::text FROM golden.record`,
    );
    const scanner = new Scanner([
      ...attributes.flatMap((text) => needlesOf('attribute', [text])),
      ...ids.flatMap((id) => needlesOfHex('id of a row', id.replaceAll('-', ''))),
      ...(await tokens()),
    ]);
    expect(await finds(scanner, telemetry())).toEqual([]);
    const logs = [...run.logs()].map(({ bytes }) => bytes.toString()).join('');
    expect(logs).toContain('violates check constraint');
    expect(logs).toContain('"level":"debug"');
  });

  it('holds no key, password or bearer token; only the files made for them do', async () => {
    const scanner = new Scanner(secrets());
    const isFor = (name: string) =>
      name.startsWith(`home: ${join('secrets', '_').slice(0, -1)}`) ||
      secretFiles.some((file) => name === `home: ${file}`);
    expect(await finds(scanner, run.places(), isFor)).toEqual([]);
    expect(await finds(scanner, run.places(), (name) => !isFor(name))).not.toEqual([]);
  });
});

describe('log lines', () => {
  const services = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'];
  const lines = () =>
    [...run.logs()]
      .filter(({ name }) => services.some((service) => name.endsWith(`${service}.log`)))
      .flatMap(({ bytes }) => linesIn(bytes.toString('utf8')));

  it('have the texts, levels and fields of the sources and no others, whatever fails', () => {
    const events = logEventsIn(fileURLToPath(new URL('../../', import.meta.url)), services).map((event) => ({
      ...event,
      fields: [...event.fields, ...(logMeanings[event.text]?.also ?? [])],
    }));
    expect(lines().length).toBeGreaterThan(100);
    expect(unlistedIn(lines(), events)).toEqual([]);
  });

  it('about a file are found by its submission, and with the trace of the file', () => {
    for (const submission of run.linked) {
      const [trace] = tracesOf(run.traces.spans, submission).keys();
      const its = lines().filter((line) => line['submission'] === submission);
      const texts = ['submitted', 'file pseudonymised', 'file decided', 'file in figures'];
      for (const text of texts) expect(its.map(({ msg }) => msg)).toContain(text);
      // The projector may have been faster than the message that brings it the trace.
      const traced = its.filter(({ msg, trace_id }) => texts.includes(String(msg)) && trace_id !== undefined);
      expect(traced.length).toBeGreaterThanOrEqual(texts.length - 1);
      for (const line of traced) expect(line['trace_id']).toBe(trace);
    }
  });
});

describe('traces', () => {
  const spans = () => run.traces.spans;

  it('follow each file from its upload to the figures, in one trace each', async () => {
    expect(run.linked.length).toBeGreaterThan(4);
    const missing = () =>
      run.linked.flatMap((submission) => {
        const traces = [...tracesOf(spans(), submission).values()];
        if (traces.length !== 1) return [`${traces.length} traces`];
        return wayOfAFile.filter((name) => traces[0]?.includes(name) !== true);
      });
    await expect.poll(missing).toEqual([]);
  });

  it('hold the names, attributes and nothing else that their page lists', () => {
    expect(spans().length).toBeGreaterThan(200);
    expect(unlisted(spans())).toEqual([]);
  });

  it('are whole: every parent and every link leads to a span', async () => {
    await expect.poll(() => unresolved(spans())).toEqual([]);
  });
});

describe('problems', () => {
  it('have the code that each bad request should provoke', () => {
    const other = run.problems.filter(({ request, code }) => request.code !== code);
    expect(other.map(({ request, code }) => `${request.code}, ${request.why}: ${code}`)).toEqual([]);
  });

  it('are all provoked, or listed with the reason why not', () => {
    const provoked = new Set(run.problems.map(({ code }) => code));
    const known = codesInSources();
    expect(known.size).toBeGreaterThan(40);
    expect([...known].filter((code) => !provoked.has(code) && !(code in notProvoked))).toEqual([]);
    expect(Object.keys(notProvoked).filter((code) => provoked.has(code) || !known.has(code))).toEqual([]);
  });
});

describe('this test', () => {
  it('finds a planted value in each kind of place', async () => {
    const hex = Buffer.from(carer.email).toString('hex');
    const log = join(run.home, 'logs', 'linker.log');
    const before = readFileSync(log);
    const file = join(run.temporary, 'planted.tmp');
    for (const database of ['restricted', 'platform', 'bus'] as const) {
      await run.asSuperuser(
        database,
        'CREATE SCHEMA planted',
        'CREATE TABLE planted.row (text text, json jsonb, bytes bytea, many text[])',
        `INSERT INTO planted.row VALUES ('${carer.phone.replace(' ', '')}', '{"a": {"b": "${child.name}"}}', '\\x00${hex}', '{x,"${carer.postcode}"}')`,
        `INSERT INTO planted.row (bytes) VALUES ('\\x${gzipSync(carer.nhsNumber).toString('hex')}')`,
        `COMMENT ON TABLE planted.row IS '${Buffer.from(carer.name).toString('base64')}'`,
      );
    }
    appendFileSync(log, `{"msg":"${encodeURIComponent(carer.email)}"}\n`);
    writeFileSync(file, Buffer.from(child.birthDate, 'utf16le'));
    run.answers.push({ name: 'answer: planted', bytes: Buffer.from(carer.caseNumber) });
    const span = { name: 'traces: planted', bytes: Buffer.from(`\n\x1fGET /x?email=${carer.email}\x12`) };
    run.traces.exports.push(span);
    try {
      const found = await finds(people, run.places());
      expect(found.map((find) => find.replace(/^(\w+: planted\.row\.\w+: [^,]+).*/, '$1'))).toEqual(
        [
          'answer: planted: case number, as written, plain',
          // What is derived of an email or a phone stands in it.
          `home: ${join('logs', 'linker.log')}: derived value, as written, plain`,
          `home: ${join('logs', 'linker.log')}: email, as written, URL`,
          ...['bus', 'platform', 'restricted'].flatMap((database) => [
            // A whole name holds the surname and what is derived of it.
            `${database}: pg_catalog.pg_description.description: derived value, as written, base64`,
            `${database}: pg_catalog.pg_description.description: name, as written, base64`,
            `${database}: pg_catalog.pg_description.description: surname, as written, base64`,
            `${database}: planted.row.bytes: NHS number`,
            `${database}: planted.row.bytes: derived value`,
            `${database}: planted.row.bytes: email`,
            `${database}: planted.row.json: child’s name`,
            `${database}: planted.row.many: postcode`,
            `${database}: planted.row.text: derived value`,
            `${database}: planted.row.text: phone`,
          ]),
          'traces: planted: derived value, as written, plain',
          'traces: planted: email, as written, plain',
          'temporary files: planted.tmp: birth date, as written, UTF-16 LE',
        ].sort(),
      );
      const inFiles = await finds(people, await run.postgresFiles());
      expect(inFiles.some((find) => find.includes('base/'))).toBe(true);
      expect(inFiles.some((find) => find.includes('pg_wal/'))).toBe(true);
    } finally {
      for (const database of ['restricted', 'platform', 'bus'] as const) {
        await run.asSuperuser(database, 'DROP SCHEMA planted CASCADE');
      }
      writeFileSync(log, before);
      rmSync(file);
      run.answers.pop();
      run.traces.exports.splice(run.traces.exports.indexOf(span), 1);
    }
  });
});
