import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeRowChunk,
  type CommandId,
  type DataOf,
  type PersonRequested,
  type ProgrammeId,
  type ProviderId,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import {
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalEmail,
  canonicalNhsNumber,
} from '@kinledger/domain';
import { kekFrom, sealPersonRequest } from '@kinledger/landing-store';
import { createInMemoryMessageBus, type MessageBus, type OutgoingMessage } from '@kinledger/message-bus';
import { readProgramme, type Programme } from '@kinledger/programme';
import { createSecrets, readSecrets } from '@kinledger/pseudonymisation';
import type { PersonIdentifiers } from '@kinledger/pseudonymised-rows';
import { Backlog } from '@kinledger/service-kit';
import { withMethods } from '@kinledger/test-doubles';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { FilePseudonymiser } from '../files/file-pseudonymiser.js';
import { landFile, type LandedFile } from '../files/landed-file.fixture.js';
import { RowWorkers } from '../worker/row-workers.js';
import { PersonRequests } from './person-requests.js';
import { SuppressionFile } from './suppression-file.js';
import { lastLine, suppressedAfter } from './suppression-log.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const programmeDirectory = join(root, 'programmes/leap');
const entry = join(root, 'apps/pseudonymiser/dist/worker/row-worker.js');
const leap = 'leap' as ProgrammeId;
const never = new AbortController().signal;
const keys = { version: () => Promise.resolve(1) };
const numbers = ['9434765919', '9876543210', '9434765870'] as const;

let secretsDirectory: string;
let home: string;
let programme: Programme;
let workers: RowWorkers;

beforeAll(async () => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'apps/pseudonymiser'], {
    cwd: root,
  });
  home = await mkdtemp(join(tmpdir(), 'kinledger-people-'));
  secretsDirectory = join(home, 'secrets');
  await createSecrets(secretsDirectory, { seed: 'people' });
  programme = await readProgramme(programmeDirectory);
  workers = new RowWorkers({ threads: 1, programmeDirectory, secretsDirectory, entry, execArgv: [] });
  await workers.ready();
});
afterAll(async () => {
  await workers.close();
  await rm(home, { recursive: true });
});

describe('requests about people', () => {
  let databases: TestDatabases;
  let ingest: pg.Pool;
  let pool: pg.Pool;
  let list: string;
  let answered: string[];
  let asked = 0;

  beforeEach(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    ingest = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'test' });
    pool = createPool({ url: databases.url('restricted', 'pseudonymiser'), applicationName: 'test' });
    list = join(home, `suppressions-${asked}.jsonl`);
    answered = [];
    return async () => {
      await Promise.all([ingest.end(), pool.end()]);
      await databases.drop();
    };
  });

  const listFile = () => new SuppressionFile(list, leap, (line) => answered.push(`line ${line}`));
  const requests = (suppressions: SuppressionFile | undefined = listFile(), client: pg.Pool = pool) =>
    new PersonRequests({
      ...{ programme: leap, pool: client, workers, list: suppressions, keys },
      now: () => new Date('2024-04-02T10:00:01Z'),
      wakeOutbox: () => undefined,
      onAnswered: (_, outcome, marks) => answered.push(`${outcome} ${marks}`),
    });
  /** Seals what intake seals. */
  async function seal(
    identifiers: PersonIdentifiers,
    act: 'erase' | 'lift' = 'erase',
  ): Promise<DataOf<typeof PersonRequested>> {
    asked += 1;
    const request = `request-${asked}` as CommandId;
    const kek = kekFrom((await readSecrets(secretsDirectory)).landingKek);
    const { wrappedDataKey, sealed } = sealPersonRequest(
      kek,
      request,
      Buffer.from(JSON.stringify(identifiers)),
    );
    await ingest.query(
      'INSERT INTO landing.person_request (request, wrapped_data_key, sealed) VALUES ($1, $2, $3)',
      [request, wrappedDataKey, sealed],
    );
    const at = '2024-04-02T10:00:00.000Z';
    return {
      programme: leap,
      request,
      act,
      askedBy: { person: 'operator' },
      reason: 'data-subject-request',
      at,
    };
  }
  const nhs = (number: string): PersonIdentifiers => ({ nhsNumber: canonicalNhsNumber(number)! });
  const answerTo = async ({ request }: { request: string }) => {
    const { rows } = await ingest.query<{ outcome: string; refusal: string | null; tokens: object[] }>(
      'SELECT outcome, refusal, tokens FROM pseudonymiser.person_answer WHERE request = $1',
      [request],
    );
    return rows[0];
  };
  const sealedLeft = async () =>
    (await pool.query<{ request: string }>('SELECT request FROM landing.person_request')).rows.length;
  const outgoing = async () =>
    (await pool.query<{ value: Buffer }>('SELECT value FROM pseudonymiser.outbox ORDER BY id')).rows.map(
      ({ value }) => value.toString(),
    );
  const macsNow = async () => suppressedAfter(pool, await lastLine(pool));
  const lines = async () => (await readFile(list, 'utf8')).trimEnd().split('\n');

  it('suppress, on the list and in the database, before they are answered; what was sealed is gone then', async () => {
    const request = await seal(nhs(numbers[0]));
    await requests().carryOut(request);
    expect(await answerTo(request)).toMatchObject({ outcome: 'done', tokens: [{ domain: 'nhs-number' }] });
    expect(await sealedLeft()).toBe(0);
    const [line] = await lines();
    const { marks } = JSON.parse(line ?? '') as { marks: { mac: string }[] };
    expect(await macsNow()).toEqual(new Set(marks.map(({ mac }) => mac)));
    expect((await stat(list)).mode & 0o777).toBe(0o600);
    const told = await outgoing();
    expect(told).toHaveLength(1);
    for (const { token } of (await answerTo(request))!.tokens as { token: string }[])
      expect(`${told.join()}${line}`).not.toContain(token);
    expect(`${told.join()}${line}`).not.toContain(numbers[0]);
  });

  it('that come again are answered again, and are one line', async () => {
    const request = await seal(nhs(numbers[0]));
    await requests().carryOut(request);
    await requests().carryOut(request);
    expect(await lines()).toHaveLength(1);
    expect(await lastLine(pool)).toBe(1);
    expect(await outgoing()).toHaveLength(2);
    expect(answered).toEqual(['done 1']);
  });

  it('are finished once after a failure at each step', async () => {
    const request = await seal(nhs(numbers[0]));
    // The process dies when the list has the line, and the database does not.
    const dying = withMethods(pool, { connect: () => Promise.reject(new Error('killed')) });
    await expect(requests(listFile(), dying).carryOut(request)).rejects.toThrow('killed');
    expect(await lines()).toHaveLength(1);
    expect(await macsNow()).toEqual(new Set());
    expect(await sealedLeft()).toBe(1);
    // The list counts at the next start, before the request comes again.
    expect(await listFile().merge(pool)).toBe(1);
    expect((await macsNow()).size).toBe(1);
    await requests().carryOut(request);
    expect(await lines()).toHaveLength(1);
    expect(await lastLine(pool)).toBe(1);
    expect(await answerTo(request)).toMatchObject({ outcome: 'done' });
  });

  it('are refused where nobody can be suppressed, nothing is sealed, or the number names nobody', async () => {
    const one = await seal(nhs(numbers[0]));
    const without = new PersonRequests({
      ...{ programme: leap, pool, workers, list: undefined, keys, now: () => new Date() },
      ...{ wakeOutbox: () => undefined, onAnswered: () => undefined },
    });
    await without.carryOut(one);
    expect(await answerTo(one)).toMatchObject({ outcome: 'refused', refusal: 'suppressions-not-configured' });
    const gone = { ...one, request: 'request-gone' as CommandId };
    await requests().carryOut(gone);
    expect(await answerTo(gone)).toMatchObject({ refusal: 'request-gone' });
    const value = canonicalCaseNumber('C-1')!;
    const nobody = await seal({ caseNumber: { provider: 'nobody' as ProviderId, value } });
    await requests().carryOut(nobody);
    expect(await answerTo(nobody)).toMatchObject({ refusal: 'names-nobody', tokens: [] });
    const another = await seal(nhs(numbers[0]));
    const swapped = { ...another, request: 'request-swapped' as CommandId };
    const superuser = createPool({ url: databases.superuserUrl('restricted'), applicationName: 'test' });
    await superuser.query('UPDATE landing.person_request SET request = $1', [swapped.request]);
    await superuser.end();
    await requests().carryOut(swapped);
    expect(await answerTo(swapped)).toMatchObject({ refusal: 'request-not-authentic' });
    expect(await macsNow()).toEqual(new Set());
  });

  it('lift what is suppressed, and nothing else', async () => {
    const { act: _, ...rest } = await seal(nhs(numbers[0]));
    await requests().carryOut({ ...rest, act: 'erase' });
    await requests().carryOut(await seal(nhs(numbers[1]), 'lift'));
    const lift = await seal(nhs(numbers[0]), 'lift');
    await requests().carryOut(lift);
    expect(answered).toEqual(['done 1', 'not-suppressed 0', 'done 1']);
    expect(await macsNow()).toEqual(new Set());
    expect(await answerTo(lift)).toMatchObject({ outcome: 'done', tokens: [] });
    expect((await lines()).map((line) => (JSON.parse(line) as { act: string }).act)).toEqual([
      'suppress',
      'lift',
    ]);
  });

  it('outlive an older database by the list, in its order, and a list that was lost by the database', async () => {
    await requests().carryOut(await seal(nhs(numbers[0])));
    await requests().carryOut(await seal(nhs(numbers[1])));
    await requests().carryOut(await seal(nhs(numbers[1]), 'lift'));
    const [before, listed] = [await macsNow(), await lines()];
    const older = await createTestDatabases(inject('postgresUrl'));
    const restored = createPool({ url: older.url('restricted', 'pseudonymiser'), applicationName: 'test' });
    try {
      expect(await listFile().merge(restored)).toBe(3);
      expect(await suppressedAfter(restored, await lastLine(restored))).toEqual(before);
      await rm(list);
      expect(await listFile().merge(restored)).toBe(0);
      expect(await lines()).toEqual(listed);
    } finally {
      await restored.end();
      await older.drop();
    }
    await writeFile(list, `${listed.join('\n')}\nno suppression\n{"cut`);
    expect(await listFile().merge(pool)).toBe(0);
    expect(answered.at(-1)).toBe('line 4');
  });

  describe('and the rows of files', () => {
    let published: OutgoingMessage[];
    let failing: boolean;
    let bus: MessageBus;

    beforeEach(() => {
      published = [];
      failing = false;
      bus = withMethods(createInMemoryMessageBus(), {
        publish: async (_: string, messages: readonly OutgoingMessage[]) => {
          published.push(...messages);
          if (failing) throw new Error('the bus is away');
        },
      });
    });
    const files = () =>
      new FilePseudonymiser({
        ...{ programme: leap, pool, bus, workers, keys, filesAtOnce: 1, now: () => new Date() },
        rowsTopic: 'topic',
        unlinked: new Backlog({ measure: async () => 0, limit: 10, everyMs: 1 }),
        observer: { onRows: () => undefined, onFinished: () => undefined },
        wakeOutbox: () => undefined,
      });
    const land = (rows: readonly string[]) =>
      landFile(ingest, secretsDirectory, {
        dataset: programme.dataset('baby-steps.user')!,
        rows: rows.map((nhs_number, index) => ({
          ...{
            case_number: `C-${index}`,
            participant_type: 'adult',
            nhs_number,
            email: `a${index}@example.org`,
          },
          ...{ date_of_birth: '1990-01-01', gender: 'F', postcode: 'ZZ1 1AA', date_registered: '2023-07-04' },
        })),
      });
    const rowsPublished = () => published.flatMap(({ value }) => decodeRowChunk(value).rows.length);
    const suppress = async (number: string) => requests().carryOut(await seal(nhs(number)));
    const parked = ({ event }: LandedFile, intake: number) => ({ ...event, data: { ...event.data, intake } });

    it('leave out whoever was suppressed before the file was accepted, and count the row', async () => {
      await suppress(numbers[0]);
      const file = await land(numbers);
      expect(await files().process(file.event, never)).toMatchObject({
        ...{ outcome: 'pseudonymised', rows: 2, suppressed: 1, chunks: 1 },
      });
      expect(rowsPublished()).toEqual([2]);
    });

    it('are the same again where somebody is suppressed after the first of them was published', async () => {
      const file = await land(numbers);
      failing = true;
      await expect(files().process(file.event, never)).rejects.toThrow('the bus is away');
      failing = false;
      await suppress(numbers[0]);
      expect(await files().process(file.event, never)).toMatchObject({ rows: 3, suppressed: 0 });
      const [first, second] = published.map(({ value }) => Buffer.from(value).toString('hex'));
      expect(second).toBe(first);
      expect((await pool.query('SELECT FROM pseudonymiser.begun_file')).rowCount).toBe(0);
    });

    it('end the file instead where it is tried at a later place in the order of intake', async () => {
      const file = await land(numbers);
      failing = true;
      await expect(files().process(file.event, never)).rejects.toThrow('the bus is away');
      failing = false;
      await suppress(numbers[2]);
      const again = parked(file, file.event.data.intake + 1);
      expect(await files().process(again, never)).toMatchObject({
        ...{ outcome: 'unprocessable', reason: 'person-suppressed-since' },
      });
      expect(published).toHaveLength(1);
    });

    it('leave out an adult who is named by email and birth date, and no one else who has either', async () => {
      const person = {
        email: canonicalEmail('a0@example.org')!,
        birthDate: canonicalBirthDate('1990-01-01')!,
      };
      await requests().carryOut(await seal({ ...person, contactsAlone: true }));
      expect(answered).toEqual(['done 2']);
      const file = await land(numbers);
      expect(await files().process(file.event, never)).toMatchObject({ rows: 2, suppressed: 1 });
    });

    it('leave out whoever is suppressed by now in a file of which nothing was published', async () => {
      const file = await land(numbers);
      await suppress(numbers[0]);
      expect(await files().process(parked(file, 99), never)).toMatchObject({ rows: 2, suppressed: 1 });
    });
  });
});
