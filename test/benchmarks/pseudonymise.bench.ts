/**
 * Measures how many user rows a second are pseudonymised: HMAC by itself; one thread from sealed rows to chunks, without
 * and with derived tokens; all
 * threads; and from landing store to the message bus in PostgreSQL with its default, durable settings. Also prints the
 * rate per second of processor time, which does not depend on other work on the machine.
 * After `npm run build`: npx node test/benchmarks/pseudonymise.bench.ts [rows] [threads]
 */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  FileAccepted,
  topics,
  type CloudEvent,
  type SubmissionId,
  type UploadId,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases } from '@kinledger/database/testing';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import {
  createCommitmentSeed,
  createDataKey,
  createFile,
  decodeRows,
  encodeRows,
  kekFrom,
  openChunk,
  sealChunk,
  wrapCommitmentSeed,
  wrapDataKey,
  type LandingRow,
} from '@kinledger/landing-store';
import { createPostgresMessageBus, topicSettings } from '@kinledger/message-bus';
import { permittedNames } from '@kinledger/derivations';
import { readProgramme, type Dataset } from '@kinledger/programme';
import { createSecrets, HmacSha256, keysOf, readSecrets } from '@kinledger/pseudonymisation';
import { FileRows, noRows } from '@kinledger/pseudonymised-rows';
import { Backlog } from '@kinledger/service-kit';
import { FilePseudonymiser } from '../../apps/pseudonymiser/dist/files/file-pseudonymiser.js';
import { packRows } from '../../apps/pseudonymiser/dist/rows/pack-rows.js';
import { RowWorkers } from '../../apps/pseudonymiser/dist/worker/row-workers.js';

const ROWS = Number(process.argv[2] ?? 100_000);
const THREADS = Number(process.argv[3] ?? 2);
const FILES = 4;
const CHUNK = 500;

const programmeDirectory = fileURLToPath(new URL('../../programmes/leap', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'kinledger-bench-home-'));
const secretsDirectory = join(home, 'secrets');
await createSecrets(secretsDirectory, { seed: 'bench' });
const secrets = await readSecrets(secretsDirectory);
const kek = kekFrom(secrets.landingKek);
const programme = await readProgramme(programmeDirectory);
const postcodes = await programme.postcodeLookup();
const [postcode] = [...postcodes.entries()][0] ?? ['ZZ1 1AA'];
const dataset = programme.dataset('pairs-together-time.user');
if (dataset === undefined) throw new Error('the programme has no such dataset');
const { schema, serviceDefinition } = dataset;

/** A landed row, as ingest writes it; every other row is about a child. */
function row(number: number): LandingRow {
  const child = number % 2 === 0;
  const day = String(1 + (number % 28)).padStart(2, '0');
  const values: Readonly<Record<string, string>> = {
    case_number: `PT-${number}`,
    participant_type: child ? 'child' : 'adult',
    [child ? 'carer_email' : 'email']: `amara.okafor${number - (number % 2)}@example.org`,
    ...(child ? { first_name: 'ZOE' } : { relationship_to_child: 'mother' }),
    contact_number: `07700${String(number % 1_000_000).padStart(6, '0')}`,
    date_of_birth: `${child ? 2020 : 1990}-02-${day}`,
    gender: number % 3 === 0 ? 'M' : 'F',
    postcode,
    date_registered: `2023-07-${day}`,
    ethnicity: 'black-african',
    home_language: 'english',
    disability: 'no',
    country_of_origin: 'GB',
    consent_given: 'true',
    consent_form_version: '3',
    consent_date: `2023-07-${day}`,
  };
  return [number + 2, schema.fields.map(({ name }) => values[name] ?? null)];
}

async function measure(name: string, count: number, work: () => Promise<void> | void): Promise<void> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const rate = (over: number) =>
    Math.round(count / over)
      .toLocaleString('en-GB')
      .padStart(11);
  console.log(`${name.padEnd(46)}${rate(seconds)} a second ${rate(cpuSeconds)} a processor second`);
}

const repeat = (times: number, work: (index: number) => unknown) => () => {
  for (let index = 0; index < times; index += 1) work(index);
};

const key = randomBytes(32);
const message = randomBytes(32);
const hmac = new HmacSha256(key);
repeat(20_000, () => hmac.hex(message))();
await measure(
  'HMAC by createHmac',
  200_000,
  repeat(200_000, () => createHmac('sha256', key).update(message).digest('hex')),
);
await measure(
  'HMAC by HmacSha256',
  200_000,
  repeat(200_000, () => hmac.hex(message)),
);

const upload = randomBytes(16).toString('hex') as UploadId;
const dataKey = createDataKey();
const seed = createCommitmentSeed();
const sealed = Array.from({ length: Math.ceil(ROWS / CHUNK) }, (_, n) =>
  sealChunk(
    dataKey,
    upload,
    n,
    encodeRows(
      Array.from({ length: Math.min(CHUNK, ROWS - n * CHUNK) }, (_, index) => row(n * CHUNK + index)),
    ),
  ),
);
const keys = keysOf(secrets);
const submission = randomBytes(16).toString('hex') as SubmissionId;
const { provider } = serviceDefinition;

let bytes = 0;
const inOneThread = (of: Dataset) => () => {
  const rows = new FileRows(keys, { submission, provider, dataset: of, seed }, postcodes);
  bytes = 0;
  sealed.forEach((chunk, n) => {
    const landed = decodeRows(openChunk(dataKey, upload, n, chunk));
    for (const packed of packRows(landed.map((one) => rows.pseudonymise(one, noRows()))))
      bytes += packed.bytes.byteLength;
    rows.forget();
  });
};
const permitted = programme.agreement(dataset.agreement)?.derivations;
const deriving = { ...dataset, derived: permitted === undefined ? [] : permittedNames(permitted) };
for (const [what, of] of [
  ['', dataset],
  [', with derived tokens', deriving],
] as const) {
  const work = inOneThread(of);
  work();
  await measure(`one thread, sealed rows to chunks${what}`, ROWS, work);
  console.log(`${Math.round(bytes / ROWS)} bytes a row`);
}
const [ofRow] = decodeRows(openChunk(dataKey, upload, 0, sealed[0] ?? new Uint8Array()));
if (ofRow !== undefined) {
  const rows = new FileRows(keys, { submission, provider, dataset: deriving, seed }, postcodes);
  const { derived } = rows.pseudonymise(ofRow, noRows());
  const count = derived.reduce((sum, { tokens }) => sum + tokens.length, 0);
  console.log(`${count} derived tokens in ${derived.length} lists on a child’s row`);
}

const workers = new RowWorkers({ threads: THREADS, programmeDirectory, secretsDirectory });
await workers.ready();
const file = {
  upload,
  provider,
  dataset: dataset.id,
  schemaHash: dataset.schemaHash,
  wrappedDataKey: wrapDataKey(kek, upload, dataKey),
  wrappedSeed: wrapCommitmentSeed(kek, upload, seed),
  suppressed: { macs: new Set<string>(), since: new Set<string>(), kinds: new Set<string>() },
  keyVersion: 1,
};
const inWorkers = async () => {
  await Promise.all(
    Array.from({ length: THREADS }, () =>
      workers.withWorker(async (worker) => {
        const own = randomBytes(16).toString('hex') as SubmissionId;
        await worker.run({ kind: 'open', file: { ...file, submission: own } });
        await Promise.all(
          sealed.map((chunk, n) => worker.run({ kind: 'chunk', submission: own, n, sealed: chunk })),
        );
        await worker.run({ kind: 'close', submission: own });
      }),
    ),
  );
};
await inWorkers();
await measure(`${THREADS} worker threads`, ROWS * THREADS, inWorkers);

const server = await startEmbeddedPostgres({ directory: mkdtempSync(join(tmpdir(), 'kinledger-bench-')) });
const databases = await createTestDatabases(server.url());
const ingest = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'bench' });
const pool = createPool({ url: databases.url('restricted', 'pseudonymiser'), applicationName: 'bench' });
const bus = createPostgresMessageBus({
  url: databases.url('bus', 'pseudonymiser'),
  applicationName: 'bench',
});
try {
  await bus.ensureTopics(Object.values(topics).map(topicSettings));
  const land = async (): Promise<CloudEvent<typeof FileAccepted>> => {
    const landed = randomBytes(16).toString('hex') as UploadId;
    const writer = await createFile(ingest, { upload: landed, kek });
    const accepted = Math.ceil(ROWS / FILES);
    for (let n = 0; n * CHUNK < accepted; n += 1) {
      const count = Math.min(CHUNK, accepted - n * CHUNK);
      await writer.writeChunk(
        n,
        Array.from({ length: count }, (_, index) => row(n * CHUNK + index)),
      );
    }
    await writer.flush();
    const data = FileAccepted.schema.parse({
      ...FileAccepted.example,
      submission: randomBytes(16).toString('hex'),
      upload: landed,
      provider,
      dataset: dataset.id,
      schemaHash: dataset.schemaHash,
      counts: { read: accepted, accepted, warned: 0, rejected: 0, duplicate: 0, consentRefused: 0 },
    });
    return { id: landed, type: 'FileAccepted', source: 'bench', time: '2023-10-09T09:30:00Z', data };
  };
  const files = new FilePseudonymiser({
    programme: 'leap',
    pool,
    bus,
    rowsTopic: 'topic',
    workers,
    keys: { version: () => Promise.resolve(1) },
    unlinked: new Backlog({ measure: () => Promise.resolve(0), limit: 1 }),
    filesAtOnce: THREADS * 2,
    now: () => new Date(),
    observer: { onRows: () => undefined, onFinished: () => undefined },
    wakeOutbox: () => undefined,
  });
  const never = new AbortController().signal;
  const several = await Promise.all(Array.from({ length: FILES }, land));
  await measure(`landing store to bus, ${FILES} files`, ROWS, async () => {
    await Promise.all(several.map((one) => files.process(one, never)));
  });
  const one = await land();
  await measure('landing store to bus, one file', one.data.counts.accepted, async () => {
    await files.process(one, never);
  });
} finally {
  await workers.close();
  await Promise.all([ingest.end(), pool.end(), bus.close()]);
  await databases.drop();
  await server.destroy();
  rmSync(home, { recursive: true });
}
