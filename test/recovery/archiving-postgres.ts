import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  dataDirectory,
  giveToServer,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@kinledger/embedded-postgres';
import pg from 'pg';

/** A server that archives its write-ahead log, as an operator runs one, and its base backup. */
export class ArchivingPostgres {
  readonly #folder: string;
  readonly #server: EmbeddedPostgres;

  private constructor(folder: string, server: EmbeddedPostgres) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(folder: string): Promise<ArchivingPostgres> {
    const archive = join(folder, 'archive');
    mkdirSync(archive, { recursive: true });
    // The server's account is another one.
    for (const path of [folder, archive]) chmodSync(path, 0o777);
    const server = await startEmbeddedPostgres({
      directory: join(folder, 'server'),
      settings: {
        ...lean,
        wal_level: 'replica',
        archive_mode: 'on',
        archive_command: `cp %p ${archive}/%f`,
      },
    });
    return new ArchivingPostgres(folder, server);
  }

  get url(): string {
    return this.#server.url();
  }

  /** Copies the data while the server runs (PostgreSQL, “Making a base backup using the low level API”). */
  async backUp(): Promise<void> {
    const to = join(this.#folder, 'base');
    await withClient(this.url, async (client) => {
      await client.query(`SELECT pg_backup_start('base', true)`);
      const data = dataDirectory(join(this.#folder, 'server'));
      const left = new Set(['pg_wal', 'postmaster.pid', 'postmaster.opts'].map((name) => join(data, name)));
      cpSync(data, to, { recursive: true, filter: (path) => !left.has(path) });
      const { rows } = await client.query<{ label: string }>(
        'SELECT labelfile AS label FROM pg_backup_stop()',
      );
      writeFileSync(join(to, 'backup_label'), rows[0]?.label ?? '');
      mkdirSync(join(to, 'pg_wal'));
      // The restored server has the same superuser.
      cpSync(join(this.#folder, 'server', 'superuser-password'), join(this.#folder, 'password'));
    });
  }

  /** This instant by the server's clock, to which it can be restored. */
  async now(): Promise<string> {
    return withClient(this.url, async (client) => {
      const { rows } = await client.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
      // A restore goes on to the first commit after its target.
      await client.query(
        'CREATE TABLE IF NOT EXISTS public.later (n int); INSERT INTO public.later VALUES (1)',
      );
      return rows[0]?.now ?? '';
    });
  }

  /** Archives what was written up to now, then loses the server. */
  async lose(): Promise<void> {
    await withClient(this.url, async (client) => {
      const { rows } = await client.query<{ file: string }>(
        'SELECT pg_walfile_name(pg_switch_wal()) AS file',
      );
      const file = join(this.#folder, 'archive', rows[0]?.file ?? '');
      while (!existsSync(file)) await pause(50);
    });
    await this.destroy();
  }

  /** Ends it and deletes its data; backup and archive stay. */
  async destroy(): Promise<void> {
    await this.#server.destroy();
  }

  /** A new server, from the base backup and the archive, as it was at an instant. */
  async restored(instant: string): Promise<EmbeddedPostgres> {
    const directory = join(this.#folder, 'restored');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const data = dataDirectory(directory);
    cpSync(join(this.#folder, 'base'), data, { recursive: true });
    chmodSync(data, 0o700);
    writeFileSync(join(data, 'recovery.signal'), '');
    giveToServer(data);
    cpSync(join(this.#folder, 'password'), join(directory, 'superuser-password'));
    const server = await startEmbeddedPostgres({
      directory,
      settings: {
        ...lean,
        wal_level: 'replica',
        restore_command: `cp ${join(this.#folder, 'archive')}/%f %p`,
        recovery_target_time: instant,
        recovery_target_action: 'promote',
      },
    });
    await withClient(server.url(), async (client) => {
      for (;;) {
        const { rows } = await client.query<{ busy: boolean }>('SELECT pg_is_in_recovery() AS busy');
        if (rows[0]?.busy === false) return;
        await pause(50);
      }
    });
    return server;
  }
}

const lean = { shared_buffers: '64MB', fsync: 'off', max_connections: '80' };

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
