import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeCloudEvent,
  RowPseudonymised,
  SubmissionStateChanged,
  topics,
  type CloudEvent,
  type FileAccepted,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createInMemoryMessageBus, type MessageBus, type OutgoingMessage } from '@kinledger/message-bus';
import { readProgramme, type Programme } from '@kinledger/programme';
import { createSecrets, createTokenMaster, keysOf, readSecrets } from '@kinledger/pseudonymisation';
import { Backlog } from '@kinledger/service-kit';
import { canonicalEmail, digestOf } from '@kinledger/domain';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { noRows, type RowCounts } from '@kinledger/pseudonymised-rows';
import { withMethods } from '@kinledger/test-doubles';
import { RowWorkers } from '../worker/row-workers.js';
import { FilePseudonymiser } from './file-pseudonymiser.js';
import { landFile, type FileToLand } from './landed-file.fixture.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const programmeDirectory = join(root, 'programmes/leap');
const entry = join(root, 'apps/pseudonymiser/dist/worker/row-worker.js');
const at = new Date('2023-10-09T10:00:00.000Z');

let databases: TestDatabases;
let ingest: pg.Pool;
let pool: pg.Pool;
let home: string;
let secretsDirectory: string;
let programme: Programme;
let workers: RowWorkers;

beforeAll(async () => {
  // Worker threads run the output of `npm run build`.
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'apps/pseudonymiser'], {
    cwd: root,
  });
  databases = await createTestDatabases(inject('postgresUrl'));
  ingest = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'test' });
  pool = createPool({ url: databases.url('restricted', 'pseudonymiser'), applicationName: 'test' });
  home = await mkdtemp(join(tmpdir(), 'kinledger-pseudonymiser-'));
  secretsDirectory = join(home, 'secrets');
  await createSecrets(secretsDirectory, { seed: 'pseudonymiser-test' });
  programme = await readProgramme(programmeDirectory);
  workers = new RowWorkers({ threads: 2, programmeDirectory, secretsDirectory, entry, execArgv: [] });
  await workers.ready();
});
afterAll(async () => {
  await workers.close();
  await Promise.all([ingest.end(), pool.end()]);
  await databases.drop();
  await rm(home, { recursive: true });
});

/** A bus that records what is published, and can be made to fail. */
class RecordingBus {
  readonly published: OutgoingMessage[] = [];
  failAfter = Infinity;
  readonly bus: MessageBus;

  constructor() {
    const inner = createInMemoryMessageBus();
    this.bus = withMethods(inner, {
      publish: async (topic: string, messages: readonly OutgoingMessage[]) => {
        expect(topic).toBe(topics.rowPseudonymised.name);
        if (this.published.length >= this.failAfter) throw new Error('the bus is away');
        this.published.push(...messages);
      },
    });
  }
}

let recording: RecordingBus;
let counts: RowCounts;
let ended: string[];
/** Number of chunks that the linker has not consumed yet. */
let unlinked: number;
let asked = 0;
let keyInForce: number;
let files: FilePseudonymiser;
const never = new AbortController().signal;

beforeEach(() => {
  recording = new RecordingBus();
  counts = noRows();
  ended = [];
  unlinked = 0;
  keyInForce = 1;
  files = publishingTo('first topic');
});

const publishingTo = (rowsTopic: string) =>
  new FilePseudonymiser({
    programme: 'leap',
    pool,
    bus: recording.bus,
    rowsTopic,
    workers,
    keys: { version: () => Promise.resolve(keyInForce) },
    unlinked: new Backlog({
      measure: async () => {
        asked += 1;
        return unlinked;
      },
      limit: 10,
      everyMs: 1,
    }),
    filesAtOnce: 4,
    now: () => at,
    observer: {
      onRows: (some) => {
        counts.rows += some.rows;
        counts.unknownPostcodes += some.unknownPostcodes;
      },
      onFinished: (_file, { outcome }) => ended.push(outcome),
    },
    wakeOutbox: () => undefined,
  });

const land = (file: FileToLand) => landFile(ingest, secretsDirectory, file);
const participants = () => programme.dataset('natural-thinkers.user')!;
const child = (index: number): Record<string, string | null> => ({
  case_number: `C-${index}`,
  participant_type: 'child',
  first_name: 'ZOE',
  carer_email: `carer${index}@canary.example.org`,
  contact_number: '07700900123',
  date_of_birth: '2020-02-29',
  gender: 'F',
  postcode: index % 2 === 0 ? 'ZZ1 1AA' : 'SW9 9ZZ',
  date_registered: '2023-07-04',
  ethnicity: 'black-african',
  home_language: 'english',
  consent_given: 'true',
});
const children = (count: number) => Array.from({ length: count }, (_, index) => child(index));
const chunksOf = (messages: readonly OutgoingMessage[]) =>
  messages.map((message) => decodeCloudEvent(RowPseudonymised, message));
const bytesOf = (messages: readonly OutgoingMessage[]) =>
  messages.map(({ key, headers, value }) => [key, headers, Buffer.from(value).toString('latin1')]);

/** Takes the states from the outbox. */
async function takeStates(): Promise<CloudEvent<typeof SubmissionStateChanged>[]> {
  const { rows } = await pool.query<{
    topic: string;
    key: string;
    headers: Record<string, string>;
    value: Buffer;
  }>('WITH taken AS (DELETE FROM pseudonymiser.outbox RETURNING *) SELECT * FROM taken ORDER BY id');
  return rows.map(({ topic, key, headers, value }) => {
    expect(topic).toBe(topics.submissionStateChanged.name);
    const state = decodeCloudEvent(SubmissionStateChanged, { headers, value });
    expect(key).toBe(state.data.upload);
    return state;
  });
}

async function leftInLanding({ data }: CloudEvent<typeof FileAccepted>): Promise<number> {
  const { rows } = await pool.query<{ left: number }>(
    `SELECT (SELECT count(*) FROM landing.chunk WHERE upload = $1)
          + (SELECT count(*) FROM landing.file WHERE upload = $1) AS left`,
    [data.upload],
  );
  return rows[0]!.left;
}

/** Returns what is published of a file whose outcome cannot be recorded. */
async function publishedBeforeCrash(event: Parameters<FilePseudonymiser['process']>[0]) {
  const superuser = createPool({ url: databases.superuserUrl('restricted'), applicationName: 'test' });
  try {
    await superuser.query('REVOKE INSERT ON pseudonymiser.finished_file FROM kinledger_pseudonymiser');
    await expect(files.process(event, never)).rejects.toThrow(/permission denied/);
    await superuser.query('GRANT INSERT ON pseudonymiser.finished_file TO kinledger_pseudonymiser');
  } finally {
    await superuser.end();
  }
  return bytesOf(recording.published.splice(0));
}

describe('an accepted file', () => {
  it('becomes numbered chunks of rows, in order, and leaves only the record of its deletion', async () => {
    const { event } = await land({ dataset: participants(), rows: children(1201) });
    const end = await files.process(event, never);

    const chunks = chunksOf(recording.published);
    expect(end).toMatchObject({ outcome: 'pseudonymised', rows: 1201, chunks: chunks.length });
    expect(chunks.map(({ data }) => data.chunk)).toEqual(chunks.map((_, index) => index));
    expect(chunks.map(({ data }) => data.last)).toEqual(
      chunks.map((_, index) => index === chunks.length - 1),
    );
    expect(new Set(recording.published.map(({ key }) => key))).toEqual(new Set([event.data.submission]));
    expect(
      chunks.every(({ time, traceparent }) => time === event.time && traceparent === event.traceparent),
    ).toBe(true);
    expect(Math.max(...recording.published.map(({ value }) => value.byteLength))).toBeLessThanOrEqual(
      256 * 1024,
    );

    const rows = chunks.flatMap(({ data }) => data.rows);
    expect(rows).toHaveLength(1201);
    expect(new Set(rows.map(({ record }) => record)).size).toBe(1201);
    const { tokens } = keysOf(await readSecrets(secretsDirectory), 1);
    const salt = (await readSecrets(secretsDirectory)).opLeapSalt.export().toString();
    rows.forEach((row, index) => {
      const email = canonicalEmail(`carer${index}@canary.example.org`)!;
      expect(row.tokens).toContainEqual({
        domain: 'email',
        use: 'carer',
        token: tokens.tokenOf('email', digestOf('email', email, salt)),
      });
    });

    expect(await leftInLanding(event)).toBe(0);
    const { rows: deletions } = await pool.query('SELECT reason FROM landing.deletion WHERE upload = $1', [
      event.data.upload,
    ]);
    expect(deletions).toEqual([{ reason: 'pseudonymised' }]);
    expect((await takeStates()).map(({ data }) => data)).toEqual([
      expect.objectContaining({
        submission: event.data.submission,
        intake: event.data.intake,
        state: 'pseudonymised',
        at: at.toISOString(),
        chunks: chunks.length,
        counts: event.data.counts,
      }),
    ]);
    expect(counts).toMatchObject({ rows: 1201, unknownPostcodes: 600 });
    expect(ended).toEqual(['pseudonymised']);
  });

  it('exposes no identifier in any byte that leaves', async () => {
    const { event } = await land({ dataset: participants(), rows: children(40) });
    await files.process(event, never);
    const left = [...recording.published.map((message) => JSON.stringify(bytesOf([message])))];
    left.push(JSON.stringify(await takeStates()));
    const canaries = [
      /canary|carer\d+@/i,
      /7700900123/,
      /zz1 ?1aa|sw9 ?9zz/i,
      /29\.02\.2020|2020-02-29|20200229/,
      /"zoe/i,
      /"c-\d/i,
    ];
    const found = canaries.filter((canary) => left.some((text) => canary.test(text.replaceAll('\\', ''))));
    expect(found).toEqual([]);
  });

  it('publishes refusals of consent as row keys only, wherever they are in the file, and in equal bytes again', async () => {
    const refusal = (index: number) => ({ case_number: `C-${index}`, consent_given: 'false' });
    // The last row refuses for the first; the one before it consents again; two more refuse for rows of other files.
    const rows = [...children(1200), refusal(5000), refusal(6000), refusal(7), child(7), refusal(0)];
    const counts = { read: 1205, accepted: 1201, warned: 0, rejected: 4, duplicate: 0, consentRefused: 4 };
    const { event } = await land({ dataset: participants(), rows, changed: { counts } });
    const before = await publishedBeforeCrash(event);
    const end = await files.process(event, never);
    expect(bytesOf(recording.published)).toEqual(before);

    const chunks = chunksOf(recording.published);
    const told = chunks.flatMap(({ data }) => data.rows);
    const refused = chunks.flatMap(({ data }) => data.refused);
    expect(end).toMatchObject({ rows: 1199, chunks: chunks.length });
    expect(told).toHaveLength(1199);
    expect(refused).toHaveLength(3);
    expect(told.filter(({ rowKey }) => refused.includes(rowKey))).toEqual([]);
    const plain = await land({ dataset: participants(), rows: [child(0), child(5000), child(6000)] });
    recording.published.splice(0);
    await files.process(plain.event, never);
    const keys = chunksOf(recording.published).flatMap(({ data }) => data.rows.map(({ rowKey }) => rowKey));
    expect(refused.toSorted()).toEqual(keys.toSorted());
  });

  it('without rows has one empty chunk, the last', async () => {
    const { event } = await land({ dataset: participants(), rows: [] });
    await files.process(event, never);
    expect(chunksOf(recording.published).map(({ data }) => data)).toEqual([
      expect.objectContaining({ chunk: 0, last: true, rows: [] }),
    ]);
    await takeStates();
  });

  it('keeps its own order and rows when several are processed at once', async () => {
    const landed = await Promise.all(
      [700, 1, 1300, 500, 60].map((count) => land({ dataset: participants(), rows: children(count) })),
    );
    await Promise.all(landed.map(({ event }) => files.process(event, never)));
    for (const { event } of landed) {
      const own = chunksOf(recording.published.filter(({ key }) => key === event.data.submission));
      expect(own.map(({ data }) => data.chunk)).toEqual(own.map((_, index) => index));
      expect(own.flatMap(({ data }) => data.rows)).toHaveLength(event.data.counts.accepted);
    }
    expect(await takeStates()).toHaveLength(5);
  });

  it('has its occurrences of natural keys counted across chunks', async () => {
    const session = {
      case_number: 'C-1',
      participant_type: 'adult',
      session_date: '2023-07-04',
      session_kind: 'group-session',
      attended: 'true',
    };
    const dataset = programme.dataset('natural-thinkers.engagement')!;
    const { event } = await land({ dataset, rows: Array.from({ length: 1100 }, () => session) });
    await files.process(event, never);
    const rowKeys = chunksOf(recording.published).flatMap(({ data }) =>
      data.rows.map(({ rowKey }) => rowKey),
    );
    expect(new Set(rowKeys).size).toBe(1100);
    await takeStates();
  });
});

describe('a file that is delivered again', () => {
  it('after its outcome has only its state published again, in the same bytes', async () => {
    const { event } = await land({ dataset: participants(), rows: children(10) });
    await files.process(event, never);
    const [first] = await takeStates();
    const published = recording.published.length;
    expect(await files.process(event, never)).toMatchObject({ outcome: 'pseudonymised' });
    expect(recording.published).toHaveLength(published);
    expect(await takeStates()).toEqual([first]);
  });

  it('to a bus whose topic of rows was made anew since is said to have lost them, besides its outcome', async () => {
    const { event } = await land({ dataset: participants(), rows: children(10) });
    await files.process(event, never);
    const [first] = await takeStates();
    expect(await publishingTo('first topic').process(event, never)).toMatchObject({
      outcome: 'pseudonymised',
    });
    expect(await takeStates()).toEqual([first]);
    await publishingTo('second topic').process(event, never);
    const [same, lost, ...others] = await takeStates();
    expect(same).toEqual(first);
    expect(lost?.data).toMatchObject({
      ...{ submission: event.data.submission, intake: event.data.intake },
      ...{ state: 'unprocessable', reason: 'rows-lost' },
    });
    expect(lost?.id).not.toBe(first?.id);
    expect(others).toEqual([]);
  });

  it('after the bus failed halfway has everything published again, byte for byte', async () => {
    const { event } = await land({ dataset: participants(), rows: children(6000) });
    recording.failAfter = 1;
    await expect(files.process(event, never)).rejects.toThrow('the bus is away');
    expect(await takeStates()).toEqual([]);
    expect(await leftInLanding(event)).toBeGreaterThan(0);
    const partial = bytesOf(recording.published);
    expect(partial.length).toBeGreaterThan(0);

    recording.published.length = 0;
    recording.failAfter = Infinity;
    await files.process(event, never);
    const whole = bytesOf(recording.published);
    expect(whole.length).toBeGreaterThan(partial.length);
    expect(whole.slice(0, partial.length)).toEqual(partial);
    await takeStates();
  });

  it('after a crash before its outcome was recorded has everything published again, byte for byte', async () => {
    const { event } = await land({ dataset: participants(), rows: children(1000) });
    const before = await publishedBeforeCrash(event);
    await files.process(event, never);
    expect(bytesOf(recording.published)).toEqual(before);
    await takeStates();
  });

  it('is read under the key in force; after a crash again under the key with which it was begun', async () => {
    await createTokenMaster(secretsDirectory, 2);
    const secrets = await readSecrets(secretsDirectory);
    const { event } = await land({ dataset: participants(), rows: children(3) });
    const before = await publishedBeforeCrash(event);
    keyInForce = 2;
    await files.process(event, never);
    expect(bytesOf(recording.published)).toEqual(before);
    const older = chunksOf(recording.published.splice(0)).flatMap(({ data }) => data.rows);
    const again = await land({ dataset: participants(), rows: children(3) });
    await files.process(again.event, never);
    const newer = chunksOf(recording.published).flatMap(({ data }) => data.rows);
    expect([older, newer].map((rows) => rows.map(({ keyVersion }) => keyVersion))).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
    const { tokens } = keysOf(secrets);
    expect(newer.map((row) => row.tokens)).toEqual(
      older.map((row) => row.tokens.map((one) => ({ ...one, token: tokens.wrap(one.domain, one.token, 1) }))),
    );
  });

  it('while it is still processed elsewhere gets one outcome', async () => {
    const { event } = await land({ dataset: participants(), rows: children(1000) });
    const ends = await Promise.allSettled([files.process(event, never), files.process(event, never)]);
    // The second finds the rows deleted or the worker taken over; it may fail and be retried, but not end differently.
    for (const end of ends) if (end.status === 'fulfilled') expect(end.value.outcome).toBe('pseudonymised');
    expect(await files.process(event, never)).toMatchObject({ outcome: 'pseudonymised' });
    for (const { data } of await takeStates()) expect(data.state).toBe('pseudonymised');
  });

  it('stops between chunks when told to, without an outcome', async () => {
    const { event } = await land({ dataset: participants(), rows: children(3000) });
    const stopping = new AbortController();
    stopping.abort(new Error('stopping'));
    await expect(files.process(event, stopping.signal)).rejects.toThrow('stopping');
    expect(await takeStates()).toEqual([]);
    await files.process(event, never);
    await takeStates();
  });
});

describe('a file that cannot be processed', () => {
  const refused = async (file: FileToLand, reason: string, damage?: (upload: string) => Promise<unknown>) => {
    const { event } = await land(file);
    await damage?.(event.data.upload);
    const left = await leftInLanding(event);
    expect(await files.process(event, never)).toMatchObject({ outcome: 'unprocessable', reason });
    // Processing it again has the same outcome.
    expect(await files.process(event, never)).toMatchObject({ outcome: 'unprocessable', reason });
    const [first, second] = await takeStates();
    expect(second).toEqual(first);
    expect(first?.data).toMatchObject({ state: 'unprocessable', reason });
    expect(first?.data).not.toHaveProperty('chunks');
    expect(await leftInLanding(event)).toBe(left);
    expect(ended).toEqual(['unprocessable']);
  };
  const landing = (sql: string) => async (upload: string) => {
    const superuser = createPool({ url: databases.superuserUrl('restricted'), applicationName: 'test' });
    await superuser.query(sql, [upload]).finally(() => superuser.end());
  };

  it('is processed again for a later intake number, and then succeeds for every number', async () => {
    const { event } = await land({ dataset: participants(), rows: children(700) });
    const lost = 'SELECT upload, kind, n, rows, sealed FROM landing.chunk WHERE upload = $1 AND n = 0';
    const { rows } = await ingest.query<Record<string, unknown>>(lost, [event.data.upload]);
    await ingest.query('DELETE FROM landing.chunk WHERE upload = $1 AND n = 0', [event.data.upload]);
    const place = (intake: number) => ({ ...event, data: { ...event.data, intake } });
    expect(await files.process(place(7), never)).toMatchObject({ outcome: 'unprocessable' });
    expect(await files.process(place(19), never)).toMatchObject({ outcome: 'unprocessable' });
    await ingest.query('INSERT INTO landing.chunk SELECT $1, $2, $3, $4, $5', Object.values(rows[0]!));
    // A second delivery for an old number changes nothing; a new number does.
    expect(await files.process(place(7), never)).toMatchObject({ outcome: 'unprocessable' });
    expect(await files.process(place(21), never)).toMatchObject({ outcome: 'pseudonymised' });
    expect(await leftInLanding(event)).toBe(0);
    expect(await files.process(place(7), never)).toMatchObject({ outcome: 'pseudonymised' });
    expect(await files.process(place(23), never)).toMatchObject({ outcome: 'pseudonymised' });
    const states = await takeStates();
    expect(states.map(({ data }) => [data.intake, data.state])).toEqual([
      [7, 'unprocessable'],
      [19, 'unprocessable'],
      [7, 'unprocessable'],
      [21, 'pseudonymised'],
      [7, 'pseudonymised'],
      [23, 'pseudonymised'],
    ]);
    expect(new Set(states.map(({ id }) => id)).size).toBe(5);
  });

  it('if a chunk was changed', () =>
    refused(
      { dataset: participants(), rows: children(600) },
      'landing-not-authentic',
      landing(
        'UPDATE landing.chunk SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE upload = $1 AND n = 1',
      ),
    ));

  it('if chunks were swapped', () =>
    refused(
      { dataset: participants(), rows: children(1000) },
      'landing-not-authentic',
      landing(
        'UPDATE landing.chunk AS c SET sealed = o.sealed FROM landing.chunk AS o WHERE c.upload = $1 AND o.upload = $1 AND o.n = 1 - c.n',
      ),
    ));

  it('if its key was changed', () =>
    refused(
      { dataset: participants(), rows: children(1) },
      'landing-not-authentic',
      landing(
        'UPDATE landing.file SET wrapped_data_key = set_byte(wrapped_data_key, 30, get_byte(wrapped_data_key, 30) # 1) WHERE upload = $1',
      ),
    ));

  it('if a chunk is missing', () =>
    refused(
      { dataset: participants(), rows: children(1000) },
      'landing-incomplete',
      landing('DELETE FROM landing.chunk WHERE upload = $1 AND n = 0'),
    ));

  it('if nothing of it exists', () =>
    refused(
      { dataset: participants(), rows: children(1) },
      'landing-file-gone',
      landing(
        'WITH c AS (DELETE FROM landing.chunk WHERE upload = $1) DELETE FROM landing.file WHERE upload = $1',
      ),
    ));

  it('if its schema has changed', () =>
    refused(
      { dataset: participants(), rows: children(1), changed: { schemaHash: '0'.repeat(64) } },
      'schema-unknown',
    ));

  it('if its dataset is not part of the programme', () =>
    refused(
      {
        dataset: { ...participants(), id: 'no-such-service.user' as ReturnType<typeof participants>['id'] },
        rows: children(1),
      },
      'dataset-unknown',
    ));

  it('if a row lacks what its data type requires', () =>
    refused(
      {
        dataset: programme.dataset('natural-thinkers.engagement')!,
        rows: [{ case_number: 'C-1', participant_type: 'adult' }],
      },
      'row-without-fact',
    ));
});

describe('a linker that is far behind', () => {
  it('leaves rows sealed in the landing store until it catches up', async () => {
    const { event } = await land({ dataset: participants(), rows: children(3) });
    unlinked = 11;
    const processing = files.process(event, never);
    const before = asked;
    await expect.poll(() => asked).toBeGreaterThan(before + 3);
    expect(recording.published).toEqual([]);
    unlinked = 10;
    await processing;
    expect(recording.published).toHaveLength(1);
  });

  it('does not keep the service from stopping: the file is delivered again', async () => {
    const { event } = await land({ dataset: participants(), rows: children(3) });
    unlinked = 11;
    const stop = new AbortController();
    const processing = files.process(event, stop.signal);
    stop.abort();
    await expect(processing).rejects.toThrow();
    expect([recording.published, ended]).toEqual([[], []]);
  });
});
