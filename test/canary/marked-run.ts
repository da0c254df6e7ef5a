import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { RunningPlatform } from '../e2e/running-platform.js';
import { badRequests, raw, type BadRequest, type Known } from './bad-requests.js';
import {
  carer,
  digestedFile,
  markedFiles,
  markedNamesakes,
  markedSessions,
  type MarkedFile,
} from './marked-people.js';
import { filesIn, tablesIn } from './places.js';
import type { Place } from './scanner.js';
import { collectedAt, TraceCollector } from './trace-collector.js';

const PERIOD = '2023-24-Q4';
type Database = 'restricted' | 'platform' | 'bus';

type Json = Readonly<Record<string, unknown>>;

const refuse = (table: string) => `ALTER TABLE ${table} ADD CONSTRAINT canary CHECK (false) NOT VALID`;
const allow = (table: string) => `ALTER TABLE ${table} DROP CONSTRAINT canary`;

/** A platform that has processed two marked people in files of every outcome, many of them bad. */
export class MarkedRun {
  /** The temporary folder of the platform's processes, used by nothing else. */
  readonly temporary = mkdtempSync(join(tmpdir(), 'kinledger-canary-'));
  readonly traces = new TraceCollector();
  /** The LEAP programme, with derived tokens, and one dataset with whole names and addresses. */
  readonly #programme = mkdtempSync(join(tmpdir(), 'kinledger-canary-programme-'));
  /** Submissions that went all the way to the figures. */
  readonly linked: string[] = [];
  #started: RunningPlatform | undefined;
  /** Responses by request, without the sender's own files. */
  readonly answers: Place[] = [];
  /** The code of the problem that each bad request provoked. */
  readonly problems: { readonly request: BadRequest; readonly code: string }[] = [];
  /** The provider's own error report: the only place that may hold its values. */
  ownReport = '';
  #known: Known | undefined;

  get platform(): RunningPlatform {
    if (this.#started === undefined) throw new Error('the platform does not run');
    return this.#started;
  }

  /** The shared salt, as sources have it. */
  get salt(): string {
    return readFileSync(join(this.home, 'secrets', 'op-leap-salt'), 'utf8').trim();
  }

  get home(): string {
    return this.platform.installation.home;
  }

  #edit(file: string, change: (json: Json) => Json): void {
    const path = join(this.#programme, file);
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as Json)));
  }

  /** Baby Steps sends whole names and addresses: in clear, to be digested on arrival. */
  #takeNames(): void {
    const held = ['given-name', 'surname', 'address'];
    const schema = 'participants-with-names.json';
    cpSync(
      join(this.#programme, 'datasets/participants-with-nhs-number.json'),
      join(this.#programme, 'datasets', schema),
    );
    const titles = ['Whole given name', 'Surname', 'First line of address'];
    this.#edit(`datasets/${schema}`, (json) => ({
      ...json,
      fields: [
        ...(json['fields'] as Json[]),
        ...held.map((format, index) => ({
          ...{ name: `whole_${format.replace('-', '_')}`, title: titles[index], type: 'string' },
          'x-kinledger': { format },
        })),
      ],
    }));
    this.#edit('services/baby-steps.json', (json) => {
      const datasets = json['datasets'] as Readonly<Record<string, Json>>;
      return {
        ...json,
        datasets: { ...datasets, user: { ...datasets['user'], schemaFile: schema } },
        agreements: (json['agreements'] as Json[]).map((agreement) => ({
          ...agreement,
          derivations: {
            fields: [...((agreement['derivations'] as Json)['fields'] as string[]), ...held],
          },
        })),
      };
    });
  }

  async run(): Promise<void> {
    cpSync(fileURLToPath(new URL('../../programmes/leap', import.meta.url)), this.#programme, {
      recursive: true,
    });
    this.#edit('programme.json', (json) => ({ ...json, derivations: 'op-kin-1' }));
    this.#takeNames();
    this.#started = new RunningPlatform({
      KINLEDGER_PROGRAMME_DIR: this.#programme,
      KINLEDGER_LOG_LEVEL: 'trace',
      // Write a snapshot whenever the linker is idle, so that there is one.
      KINLEDGER_SNAPSHOT_EVENTS: '1',
      TMPDIR: this.temporary,
      ...collectedAt(await this.traces.listen()),
    });
    await this.platform.start('canary');
    const people = await this.#submitLinked(markedFiles.people);
    await this.#submitLinked(markedSessions('23/01/2024', '06/02/2024'));
    const elsewhere = await this.#submitLinked(markedFiles.elsewhere);
    await this.#submitLinked(digestedFile(this.salt));
    await this.#submitLinked(markedFiles.corrected);
    await this.platform.withdraw(elsewhere.submission);
    await this.platform.until(elsewhere.submission, 'withdrawn');
    await this.#submitLinked(markedNamesakes);
    await this.#scoreWithCommonNames();
    await this.#loseAFile();
    const refused = await this.#upload(markedFiles.mostlyWrong);
    this.ownReport = await this.#read(
      `${this.#url('ingest')}/v1/uploads/${refused}/errors`,
      'breastfeeding-team',
    );
    const discarded = await this.#upload(markedFiles.people, '2023-24-Q1');
    await fetch(`${this.#url('ingest')}/v1/uploads/${discarded}`, {
      method: 'DELETE',
      headers: this.#bearer('baby-steps-team'),
    });
    const validated = await this.#upload(markedFiles.people, '2023-24-Q1');
    this.#known = { refused, discarded, validated, submitted: people.upload, salt: this.salt };
    await this.#breakTables();
    await this.#askEverything();
    await this.#sendWrongly();
  }

  /** Everything that the platform stores and emits while it runs, except PostgreSQL's own files. */
  async *places(): AsyncGenerator<Place> {
    yield* this.answers;
    yield* filesIn('home', this.home, this.platform.installation.databaseFolder());
    yield* filesIn('temporary files', this.temporary);
    for (const database of ['restricted', 'platform', 'bus'] as const) yield* this.tables(database);
    yield* this.metrics();
    yield* this.traces.exports;
  }

  tables(database: Database): AsyncGenerator<Place> {
    return tablesIn(database, this.platform.superuserUrl(database));
  }

  async *metrics(): AsyncGenerator<Place> {
    for (const [service, url] of Object.entries(this.platform.connected.services)) {
      const answer = await fetch(`${url}/metrics`);
      if (!answer.ok) throw new Error(`${service} has no metrics`);
      yield { name: `metrics: ${service}`, bytes: Buffer.from(await answer.text()) };
    }
  }

  *logs(): Generator<Place> {
    yield* filesIn('logs', join(this.home, 'logs'));
    const name = 'postgresql.log';
    yield { name: `logs: ${name}`, bytes: readFileSync(join(this.home, 'postgres', name)) };
  }

  /** Runs statements as the superuser of a database. */
  async asSuperuser<T extends pg.QueryResultRow>(
    database: Database,
    ...statements: readonly string[]
  ): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.platform.superuserUrl(database) });
    await client.connect();
    try {
      let rows: T[] = [];
      for (const statement of statements) rows = (await client.query<T>(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  /** PostgreSQL's own files, after it has written everything from memory. */
  async postgresFiles(): Promise<Iterable<Place>> {
    await this.asSuperuser('platform', 'CHECKPOINT');
    return filesIn('PostgreSQL', this.platform.installation.databaseFolder());
  }

  /** Id of the refused upload, whose error report is kept. */
  get refused(): string {
    return this.#known?.refused ?? '';
  }

  async dispose(): Promise<void> {
    await this.#started?.stop();
    await this.traces.close();
    rmSync(this.temporary, { recursive: true, force: true });
    rmSync(this.#programme, { recursive: true, force: true });
  }

  async #upload(file: MarkedFile, period = PERIOD): Promise<string> {
    return (await this.platform.upload({ ...file, period }, file.text)).id;
  }

  async #submitLinked(file: MarkedFile): Promise<{ submission: string; upload: string }> {
    const upload = await this.#upload(file);
    const { id } = await this.platform.submitUpload(file.provider, upload);
    await this.platform.until(id, 'linked');
    this.linked.push(id);
    return { submission: id, upload };
  }

  /** Estimates a model with a table of common names, previews and adopts it, and has the commands refuse. */
  async #scoreWithCommonNames(): Promise<void> {
    const model = 'linkage-model.json';
    const file = join(this.#programme, model);
    const estimate = ['strategy', 'estimate', '--frequencies', '--out', file];
    const table = 'ledger.name_frequencies';
    await this.asSuperuser('platform', refuse(table));
    await this.#command('a table of names that refuses', 1, ...estimate);
    await this.asSuperuser('platform', allow(table));
    await this.#command('an estimate', 0, ...estimate);
    this.answers.push({ name: 'answer: the model', bytes: readFileSync(file) });
    const preview = join(this.temporary, 'preview.html');
    await this.#command('a preview', 0, 'strategy', 'preview', '--model', file, '--html', preview);
    await this.platform.halt();
    this.#edit('programme.json', (json) => ({
      ...json,
      strategy: {
        ...(json['strategy'] as Json),
        ...{ name: 'kin-1', model: { file: model }, maxHoldersPerKey: 100 },
        ...{ reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 },
      },
    }));
    await this.platform.start();
    await this.#submitLinked(markedSessions('13/02/2024'));
    await this.#command('the strategy', 0, 'strategy', 'show');
    const { frequencies } = JSON.parse(readFileSync(file, 'utf8')) as { readonly frequencies: string };
    await this.#command('erasing in vain', 1, 'strategy', 'erase-frequencies', frequencies);
  }

  /** Runs a command, and keeps what it says. */
  async #command(name: string, due: number, ...words: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.platform.installation.run(...words);
    if (code !== due) throw new Error(`${name}: the command ended with ${code}: ${stderr}`);
    this.answers.push({ name: `command: ${name}`, bytes: Buffer.from(`${stdout}\n${stderr}`) });
  }

  /** Damages the sealed rows of a file on disk, so that it cannot be opened and is parked. */
  async #loseAFile(): Promise<void> {
    const upload = await this.#upload(markedFiles.people, '2023-24-Q2');
    await this.asSuperuser(
      'restricted',
      `UPDATE landing.chunk SET sealed = sealed || '\\x00' WHERE upload = '${upload}'`,
    );
    const { id } = await this.platform.submitUpload(markedFiles.people.provider, upload);
    await this.platform.until(id, 'parked');
  }

  /** Makes tables refuse rows. PostgreSQL quotes the row in its error, which services must not log. */
  async #breakTables(): Promise<void> {
    const broken: readonly (readonly [Database, string, service: string])[] = [
      ['bus', 'bus.message', 'ingest'],
      ['platform', 'linker.chunk', 'linker'],
      ['platform', 'ledger.segment', 'linker'],
      ['platform', 'golden.numbered_record', 'projector'],
    ];
    for (const [index, [database, table, service]] of broken.entries()) {
      // A day of its own, because rows that are already live would not be written again.
      const file = { ...markedSessions(`1${index}/05/2022`), period: `2022-23-Q${index + 1}` };
      const upload = await this.#upload(file, file.period);
      await this.asSuperuser(database, refuse(table));
      const before = this.#log(service).length;
      const { id } = await this.platform.submitUpload(file.provider, upload);
      await this.#logSays(service, 'violates check constraint', before);
      await this.asSuperuser(database, allow(table));
      await this.platform.until(id, 'linked');
    }
    await this.asSuperuser('restricted', refuse('landing.chunk'));
    const { status, text } = await this.#uploadRaw();
    this.answers.push({ name: 'answer: a table that refuses', bytes: Buffer.from(text) });
    this.problems.push({
      request: { code: 'internal-error', why: 'a table that refuses', send: () => this.#uploadRaw() },
      code: status === 500 ? 'internal-error' : String(status),
    });
    await this.asSuperuser('restricted', allow('landing.chunk'));
  }

  async #uploadRaw(): Promise<{ status: number; head: string; text: string }> {
    const { dataset, text } = markedFiles.people;
    const answer = await fetch(`${this.#url('ingest')}/v1/uploads?dataset=${dataset}&period=${PERIOD}`, {
      method: 'POST',
      headers: { ...this.#bearer('baby-steps-team'), 'content-type': 'text/csv' },
      body: text,
    });
    return { status: answer.status, head: '', text: await answer.text() };
  }

  /** Requests everything that a reader may: figures, pages, CSV, rebuilds. */
  async #askEverything(): Promise<void> {
    await this.platform.installation.json('rebuild');
    await this.platform.installation.json(...['figures', 'reach', '--period', 'lifetime', '--as-at', '12']);
    const { services, tokens } = this.platform.connected;
    const paths = [
      ...['/', '/reach', '/reach/table.csv?period=lifetime', '/reach/quarters.csv', '/submissions'],
      ...['/v1/figures/reach?period=lifetime', `/v1/figures/reach.csv?period=${PERIOD}`],
      ...['/v1/figures/reach-by-quarter', '/v1/submissions?limit=500'],
    ];
    for (const path of paths) {
      const answer = await fetch(`${services['reporting-api']}${path}`, {
        headers: { authorization: `Bearer ${tokens.operator}` },
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      this.answers.push({ name: `answer: ${path}`, bytes: Buffer.from(await answer.text()) });
    }
    const status = await fetch(`${services.linker}/v1/status`, {
      headers: { authorization: `Bearer ${tokens.operator}` },
    });
    this.answers.push({ name: 'answer: the linker’s status', bytes: Buffer.from(await status.text()) });
  }

  async #sendWrongly(): Promise<void> {
    if (this.#known === undefined) throw new Error('nothing was sent');
    for (const request of badRequests(this.platform.connected, this.#known)) {
      const { status, head, text } = await request.send();
      const code = /"type":"urn:kinledger:problem:([a-z0-9-]+)"/.exec(text)?.[1];
      this.problems.push({ request, code: code ?? `page ${status}` });
      this.answers.push({
        name: `problem: ${request.code}, ${request.why}`,
        bytes: Buffer.from(`${head}\n${text}`),
      });
    }
    const { dataset, text } = markedFiles.people;
    const cut = raw(
      `${this.#url('ingest')}/v1/uploads?dataset=${dataset}&period=${PERIOD}`,
      this.platform.connected.tokens.providers['baby-steps-team'] ?? '',
      `x-request-id: ${carer.email}\r\ncontent-length: ${text.length * 2}\r\n\r\n${text}`,
      // Wait until ingest has begun to receive the file; otherwise there is nothing to delete.
      async () => {
        while ((await this.#receiving()) === 0) await soon();
      },
    );
    const before = await this.#deletions();
    await cut();
    while ((await this.#deletions()) === before) await soon();
  }

  async #receiving(): Promise<number> {
    const [row] = await this.asSuperuser<{ count: number }>(
      'restricted',
      `SELECT count(*)::integer AS count FROM ingest.upload WHERE state = 'receiving'`,
    );
    return row?.count ?? 0;
  }

  /** Number of files that the landing store has deleted. */
  async #deletions(): Promise<number> {
    const [row] = await this.asSuperuser<{ count: number }>(
      'restricted',
      'SELECT count(*)::integer AS count FROM landing.deletion',
    );
    return row?.count ?? 0;
  }

  /** Waits until a service's log contains a text after its first `from` characters. */
  async #logSays(service: string, text: string, from: number): Promise<void> {
    while (!this.#log(service).includes(text, from)) await soon();
  }

  #log(service: string): string {
    return readFileSync(join(this.home, 'logs', `${service}.log`), 'utf8');
  }

  async #read(url: string, provider: string): Promise<string> {
    const answer = await fetch(url, { headers: this.#bearer(provider) });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.text();
  }

  #bearer(provider: string): { readonly authorization: string } {
    return { authorization: `Bearer ${this.platform.connected.tokens.providers[provider] ?? ''}` };
  }

  #url(service: 'ingest'): string {
    return this.platform.connected.services[service];
  }
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
