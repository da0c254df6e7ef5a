import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { localConnection, MAX_MESSAGE_BYTES, RowChunk } from '@kinledger/contracts';
import { packBytes, unpackBytes } from '@kinledger/database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../e2e/installation.js';
import { oracleAbsent } from './oracle-answer.js';
import { askVerifier } from './verifier-answer.js';
import { fewDatasets } from '../support/few-datasets.js';

interface Manifest {
  readonly files: readonly { readonly dataset: string; readonly period: string; readonly path: string }[];
}
interface Verified {
  readonly events: number;
  readonly checkpoints: number;
  readonly signedUpTo: number;
  readonly root: string;
  readonly bodies?: { readonly checked: number; readonly erased: number };
}
interface Replayed {
  readonly counts: Readonly<Record<string, number>>;
  readonly records: number;
}
interface Exported {
  readonly events: number;
  readonly signedUpTo: number;
}

const absent = oracleAbsent();
const because = absent === undefined ? '' : ` (skipped: ${absent})`;
const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const began = performance.now(); !(await holds());) {
    if (performance.now() - began > 120_000) throw new Error(`it did not come to be that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** An auditor's way: export, verify, and verify by a program of their own. */
describe('the ledger of an installation', () => {
  const installation = new Installation();
  const files = join(installation.home, 'programme');
  const scratch = join(installation.home, 'exports');
  const out = join(scratch, 'whole');
  let running: ReturnType<Installation['begin']> | undefined;
  let exported: Exported;

  const connection = () =>
    localConnection.parse(JSON.parse(readFileSync(join(installation.home, 'connection.json'), 'utf8')));
  const kept = () => {
    const folder = join(installation.home, 'checkpoints');
    return existsSync(folder)
      ? readdirSync(folder)
          .sort()
          .map((name) => join(folder, name))
      : [];
  };
  const sizeOf = (file: string) => Number(readFileSync(file, 'utf8').split('\n')[1]);
  const asSuperuser = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const url = new URL(connection().evaluation.platformUrl);
    url.username = 'postgres';
    url.password = readFileSync(join(installation.home, 'postgres', 'superuser-password'), 'utf8').trim();
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const untilSigned = () =>
    until('all is signed', async () => {
      const { rows } = await asSuperuser((client) =>
        client.query<{ head: string | null }>('SELECT max(revision) AS head FROM ledger.event'),
      );
      const newest = kept().at(-1);
      return newest !== undefined && sizeOf(newest) === Number(rows[0]?.head) + 1;
    });

  beforeAll(async () => {
    const size = ['--people', '40', '--quarters', '1', '--seed', 'auditor', ...fewDatasets];
    expect(await installation.run('generate', '--out', files, ...size)).toMatchObject({ code: 0 });
    running = installation.begin('start', '--free-ports', '--seed', 'auditor');
    await running.said('Kinledger is running');
    const manifest = JSON.parse(readFileSync(join(files, 'manifest.json'), 'utf8')) as Manifest;
    const [first, second] = manifest.files.filter(({ dataset }) => dataset.endsWith('.user'));
    for (const file of [first!, second!]) {
      const args = ['submit', join(files, file.path), '--dataset', file.dataset, '--period', file.period];
      expect(await installation.run(...args)).toMatchObject({ code: 0 });
    }
    await untilSigned();
    mkdirSync(scratch);
    exported = await installation.json<Exported>('ledger', 'export', '--out', out);
  });
  afterAll(async () => {
    running?.child.kill('SIGINT');
    await running?.ended;
    await installation.dispose();
  });

  it('is signed by its linker, copied to the home, and verifies where it is and as an export', async () => {
    const newest = kept().at(-1)!;
    expect(statSync(newest).mode & 0o777).toBe(0o644);
    const live = await installation.json<Verified>('ledger', 'verify', '--live', '--checkpoint', newest);
    const whole = await installation.json<Verified>('ledger', 'verify', out, '--checkpoint', newest);
    expect(live).toMatchObject({ events: exported.events, signedUpTo: exported.events, root: whole.root });
    expect(live.bodies!.checked).toBeGreaterThan(10);
    expect(whole).toMatchObject({ events: exported.events, signedUpTo: exported.events });
    const person = await installation.run('ledger', 'verify', out, '--checkpoint', newest);
    expect(person.stdout).toContain('Nothing was changed, left out, added or moved.');
  });

  it('comes out the same when its decisions are made again', async () => {
    const replayed = await installation.json<Replayed>('ledger', 'replay');
    expect(replayed).toMatchObject({
      counts: { diverged: 0, 'not-decidable': 0 },
      faults: [],
      unfinished: 0,
    });
    expect(replayed.records).toBeGreaterThan(10);
    const person = await installation.run('ledger', 'replay', '--from', '2');
    expect(person.stdout).toContain('What was decided is what the recorded inputs give.');
  });

  it('holds nothing of a body in its export', async () => {
    const names = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(out, name)).isFile(),
    );
    const text = names
      .filter((name) => !name.startsWith('definitions/'))
      .map((name) => readFileSync(join(out, name), 'utf8'))
      .join('\n');
    const values = await asSuperuser(async (client) => {
      const { rows: segments } = await client.query<{ bytes: Buffer }>('SELECT bytes FROM ledger.segment');
      const rows = segments.flatMap(({ bytes }) => {
        const chunk = new RowChunk(unpackBytes(bytes, MAX_MESSAGE_BYTES));
        return Array.from({ length: chunk.count }, (_, ordinal) => chunk.row(ordinal) ?? []).flat();
      });
      return new Set(rows.flatMap(({ salt, tokens }) => [salt, ...tokens.map(({ token }) => token)]));
    });
    expect(values.size).toBeGreaterThan(20);
    for (const value of values) expect(text).not.toContain(value);
  });

  it.skipIf(absent !== undefined)(
    `is what a second verifier says, in whole and in part${because}`,
    async () => {
      const whole = await installation.json<Verified>('ledger', 'verify', out);
      const newest = kept().at(-1)!;
      expect(askVerifier(out, newest)).toMatchObject({ events: whole.events, root: whole.root, faults: [] });
      const part = join(scratch, 'part');
      const range = ['--from', '3', '--to', String(Math.floor(whole.events / 2))];
      await installation.json<Exported>('ledger', 'export', '--out', part, ...range);
      const ours = await installation.json<Verified>('ledger', 'verify', part);
      expect(askVerifier(part)).toMatchObject({ events: ours.events, root: ours.root, faults: [] });
    },
  );

  it.skipIf(absent !== undefined)(
    `is found out by both verifiers where a byte was changed${because}`,
    async () => {
      const copy = join(scratch, 'copy');
      const missed: string[] = [];
      for (const [name, at] of [
        ...([70, 200, 5_000] as const).map((at) => ['events.txt', at] as const),
        ['keys.txt', 40] as const,
        ['export.json', 30] as const,
        ...readdirSync(join(out, 'checkpoints')).flatMap((file) =>
          [20, 60, 120].map((at) => [join('checkpoints', file), at] as const),
        ),
      ]) {
        rmSync(copy, { recursive: true, force: true });
        cpSync(out, copy, { recursive: true });
        const bytes = readFileSync(join(copy, name));
        bytes[at]! ^= 1;
        writeFileSync(join(copy, name), bytes);
        const ours = await installation.run('ledger', 'verify', copy);
        if (ours.code !== 1) missed.push(`the command misses ${name} at ${at}`);
        if (askVerifier(copy).faults.length === 0) missed.push(`the second verifier misses ${name} at ${at}`);
      }
      expect(missed).toEqual([]);
    },
  );

  it('goes on being signed after its linker was killed', async () => {
    const before = kept();
    const log = () => readFileSync(join(installation.home, 'logs', 'linker.log'), 'utf8');
    const pid = Number(/"pid":(\d+)/.exec(log().trim().split('\n').at(-1)!)![1]);
    process.kill(pid, 'SIGKILL');
    const manifest = JSON.parse(readFileSync(join(files, 'manifest.json'), 'utf8')) as Manifest;
    const third = manifest.files.filter(({ dataset }) => dataset.endsWith('.user'))[2]!;
    const args = ['submit', join(files, third.path), '--dataset', third.dataset, '--period', third.period];
    // The command may find the linker away; a file that was sent is answered with its submission.
    await until('the file is linked', async () => (await installation.run(...args)).code === 0);
    await untilSigned();
    for (const file of before) expect(existsSync(file)).toBe(true);
    await installation.json<Verified>('ledger', 'verify', '--live', '--checkpoint', before.at(-1)!);
  });

  it('names the position of an event that somebody changed in the database, and of a body', async () => {
    const newest = kept().at(-1)!;
    await asSuperuser((client) =>
      client.query(
        `UPDATE ledger.event SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE revision = 5`,
      ),
    );
    const { code, stderr } = await installation.run('ledger', 'verify', '--live', '--checkpoint', newest);
    expect(code).toBe(1);
    expect(stderr).toContain('first, the event at position 5 is not the one whose hash stands beside it');
    await asSuperuser((client) =>
      client.query(
        `UPDATE ledger.event SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE revision = 5`,
      ),
    );
    const segment = await asSuperuser(async (client) => {
      const { rows } = await client.query<{ revision: string; bytes: Buffer }>(
        'SELECT revision, bytes FROM ledger.segment ORDER BY revision LIMIT 1',
      );
      return rows[0]!;
    });
    const put = (bytes: Uint8Array) =>
      asSuperuser((client) =>
        client.query('UPDATE ledger.segment SET bytes = $2 WHERE revision = $1', [segment.revision, bytes]),
      );
    const changed = Uint8Array.from(unpackBytes(segment.bytes, MAX_MESSAGE_BYTES));
    // A row begins with its salt.
    new RowChunk(changed).slice(0)[0]! ^= 1;
    await put(packBytes(changed));
    const body = await installation.run('ledger', 'verify', '--live');
    expect(body.code).toBe(1);
    expect(body.stderr).toContain(`the event at position ${segment.revision} is committed to`);
    expect(body.stderr).toContain('(1 fault in all)');
    const damaged = Uint8Array.from(segment.bytes);
    damaged[damaged.length >> 1]! ^= 1;
    await put(damaged);
    const packed = await installation.run('ledger', 'verify', '--live');
    expect(packed.code).toBe(1);
    expect(packed.stderr).toContain(`position ${segment.revision}`);
  });
});
