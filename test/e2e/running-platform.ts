import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localConnection, type LocalConnection } from '@kinledger/contracts';
import pg from 'pg';
import { Installation } from './installation.js';

/** One file in the manifest of a generated programme. */
export interface ProgrammeFile {
  readonly dataset: string;
  readonly period: string;
  readonly provider: string;
  readonly path: string;
}

/** How a submission changes the live rows, as ingest reports it. */
export interface Effect {
  readonly adds: number;
  readonly replaces: number;
  readonly equal: number;
  readonly overtaken: number;
  readonly sharesKey: number;
  readonly retires: number;
  readonly refuses: number;
  readonly retiresOf: readonly { readonly submission: string; readonly rows: number }[];
}

export interface Submitted {
  /** Submission id. */
  readonly id: string;
  readonly intake: number;
  readonly effect?: Effect;
}

export interface Uploaded {
  readonly id: string;
  readonly state: 'validated' | 'refused';
  readonly counts: { readonly accepted: number; readonly rejected: number; readonly consentRefused: number };
  readonly ifSubmitted?: { readonly replace?: Effect; readonly add?: Effect };
}

interface SubmissionState {
  readonly state: string;
  readonly submission: string;
}

/** The platform as processes, used over HTTP like providers and readers do. */
export class RunningPlatform {
  readonly installation: Installation;
  #connection: LocalConnection | undefined;
  #launcher: ReturnType<Installation['begin']> | undefined;

  /** @param environment variables of the command line, in addition to those of the test run. */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.installation = new Installation(environment);
  }

  /**
   * Starts the services with keys derived from the seed, so that two platforms make the same tokens; without a seed,
   * with the home's keys. `launcherOptions` are those of `kinledger start`, e.g. `--bus kafka`.
   */
  async start(seed?: string, ...launcherOptions: readonly string[]): Promise<void> {
    const seeded = seed === undefined ? [] : ['--seed', seed];
    this.#launcher = this.installation.begin('start', '--free-ports', ...seeded, ...launcherOptions);
    await this.#launcher.said('Kinledger is running');
    const file = readFileSync(join(this.installation.home, 'connection.json'), 'utf8');
    this.#connection = localConnection.parse(JSON.parse(file));
  }

  /** Stops everything in order and keeps the data. */
  async halt(): Promise<void> {
    this.#launcher?.child.kill('SIGINT');
    await this.#launcher?.ended;
  }

  async stop(): Promise<void> {
    await this.halt();
    await this.installation.dispose();
  }

  /** Uploads and submits a file as its provider. */
  async submit(folder: string, file: ProgrammeFile): Promise<Submitted> {
    const upload = await this.upload(file, readFileSync(join(folder, file.path)));
    return this.submitUpload(file.provider, upload.id);
  }

  /** Uploads a file as its provider. */
  async upload(
    file: Pick<ProgrammeFile, 'dataset' | 'period' | 'provider'>,
    content: string | Buffer<ArrayBuffer>,
  ): Promise<Uploaded> {
    const { services, tokens } = this.connected;
    const query = new URLSearchParams({ dataset: file.dataset, period: file.period }).toString();
    return this.#call(`${services.ingest}/v1/uploads?${query}`, tokens.providers[file.provider] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: content,
    });
  }

  /** Submits a validated upload as its provider. */
  async submitUpload(
    provider: string,
    upload: string,
    request: { readonly mode?: 'replace' | 'add'; readonly confirmRetiring?: boolean } = {},
  ): Promise<Submitted> {
    const { services, tokens } = this.connected;
    const token = tokens.providers[provider] ?? '';
    return this.#call<Submitted>(`${services.ingest}/v1/uploads/${upload}/submit`, token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
  }

  async withdraw(submission: string): Promise<void> {
    const { services, tokens } = this.connected;
    await this.#call(`${services.ingest}/v1/submissions/${submission}/withdraw`, tokens.dataTeam, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"reason":"wrong-file"}',
    });
  }

  /** Resolves when the read models show the submission in this state. */
  async until(submission: string, state: 'linked' | 'withdrawn' | 'parked'): Promise<void> {
    for (;;) {
      const { submissions } = await this.read<{ submissions: SubmissionState[] }>(
        '/v1/submissions?limit=500',
      );
      if (submissions.some((entry) => entry.submission === submission && entry.state === state)) return;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  /** URL of the pages. */
  get reports(): string {
    return this.connected.services['reporting-api'];
  }

  /** A one-time link that signs a browser in to the pages. */
  async signInLink(pages: 'reports' | 'ledger' = 'reports'): Promise<string> {
    return (await this.installation.json<{ link: string }>('sign-in', '--pages', pages)).link;
  }

  /** Reads a document of the reporting API. */
  async read<T>(path: string): Promise<T> {
    const { services, tokens } = this.connected;
    return this.#call<T>(`${services['reporting-api']}${path}`, tokens.operator, {});
  }

  /** Groups of row keys that belong to one individual: equal on any two platforms with the same rows and keys. */
  async groups(): Promise<readonly string[]> {
    const rows = await this.query<{ row_key: string; individual_id: string | null; state: string }>(
      `SELECT row_key, individual_id, state FROM golden.record WHERE state <> 'retired'`,
    );
    const together = Map.groupBy(rows, (row) => row.individual_id ?? `alone ${row.row_key}`);
    return [...together.values()]
      .map((members) =>
        members
          .map(({ row_key, state }) => `${row_key} ${state}`)
          .sort()
          .join(', '),
      )
      .sort();
  }

  /** The stored bytes of the ledger, as text. */
  async ledger(): Promise<readonly string[]> {
    const rows = await this.query<{ bytes: Buffer }>('SELECT bytes FROM ledger.event ORDER BY revision');
    return rows.map(({ bytes }) => bytes.toString('utf8'));
  }

  /** URL of one of the three databases as the server's superuser, which sees more than any service. */
  superuserUrl(database: 'restricted' | 'platform' | 'bus'): string {
    const url = new URL(this.connected.evaluation.platformUrl);
    url.username = 'postgres';
    url.password = readFileSync(
      join(this.installation.home, 'postgres', 'superuser-password'),
      'utf8',
    ).trim();
    url.pathname = `/kinledger_${database}`;
    return url.href;
  }

  /** Number of messages that a consumer group has yet to commit, on the bus in PostgreSQL. */
  async lag(group: string): Promise<number> {
    const [row] = await this.query<{ lag: number }>(
      `SELECT coalesce(sum(lag), 0)::int AS lag FROM bus.lag('${group}')`,
      'bus',
    );
    return row?.lag ?? 0;
  }

  /** Queries a database as its superuser, which sees more than any service. */
  async query<Row extends pg.QueryResultRow>(
    sql: string,
    database: 'restricted' | 'platform' | 'bus' = 'platform',
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.superuserUrl(database) });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Addresses and tokens. @throws Error unless the platform was started. */
  get connected(): LocalConnection {
    if (this.#connection === undefined) throw new Error('the platform does not run');
    return this.#connection;
  }

  async #call<T>(
    url: string,
    token: string,
    init: { method?: string; headers?: Record<string, string>; body?: string | Buffer<ArrayBuffer> },
  ): Promise<T> {
    const answer = await fetch(url, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
    // Each caller states the shape of the members that it reads.
    return JSON.parse(text) as T;
  }
}
