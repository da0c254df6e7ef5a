/**
 * Measures how many user rows a second ingest processes in one thread: reading, mapping and validating only; with
 * sealing; and over HTTP into PostgreSQL with its default, durable settings, with the ratio to a plain COPY of the same
 * rows in the same run.
 * After `npm run build`: npx node test/benchmarks/ingest.bench.ts [rows]
 */
import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyInto, createPool, inTransaction } from '@kinledger/database';
import { createTestDatabases } from '@kinledger/database/testing';
import { quarter, sha256Hex } from '@kinledger/domain';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { knownTitles, mapHeader, openFile, RowValidator } from '@kinledger/intake-files';
import { createDataKey, encodeRows, sealChunk, type LandingRow } from '@kinledger/landing-store';
import { readProgramme } from '@kinledger/programme';
import { createSecrets, marksOf } from '@kinledger/pseudonymisation';
import { createService } from '@kinledger/service-kit';
import { KnownSalts } from '../../apps/ingest/dist/salt/known-salts.js';
import { ingestService } from '../../apps/ingest/dist/service.js';
import { publishSaltMarks } from '../../apps/pseudonymiser/dist/keys/salt-marks-table.js';

const ROWS = Number(process.argv[2] ?? 200_000);
const DATASET = 'pairs-together-time.user';
const SALT = 'a-salt-that-nobody-uses';
const programmeDirectory = fileURLToPath(new URL('../../programmes/leap', import.meta.url));

const header = [
  'Case number',
  'Participant type',
  'First name',
  'Email',
  'Parent email',
  'Mobile',
  'DOB',
  'Sex',
  'Postcode',
  'Date registered',
  'Relationship',
  'Ethnic group',
  'Home language',
  'Disability',
  'Country of birth',
  'SEN',
  'Consent',
  'Consent form version',
  'Consent date',
];

/** Every fiftieth row is invalid. */
function row(number: number): string[] {
  const child = number % 2 === 0;
  const day = String(1 + (number % 28)).padStart(2, '0');
  const month = String(1 + (number % 12)).padStart(2, '0');
  const bad = number % 50 === 0;
  return [
    `PT-${number}`,
    child ? 'Child' : 'Parent/carer',
    child ? `Zoë${number}` : '',
    child ? '' : `amara.okafor${number}@example.org`,
    child ? `amara.okafor${number}@example.org` : '',
    bad ? '77009' : `+44 77${String(10_000_000 + (number % 90_000_000))} `.trim(),
    `${day}/${month}/${child ? 2020 : 1990}`,
    child ? 'Female' : 'M',
    `SW${1 + (number % 9)} ${number % 10}AA`,
    `${day}/07/2023`,
    child ? '' : 'Mother',
    bad ? 'Martian' : 'White British',
    'Portuguese',
    'No',
    'Portugal',
    child ? 'None' : '',
    'Yes',
    '2023-2',
    `${day}/07/2023`,
  ];
}

const lines = [header.join(',')];
for (let number = 0; number < ROWS; number++) lines.push(row(number).join(','));
const file = Buffer.from(`${lines.join('\n')}\n`);
lines.length = 0;

const report = (name: string, rows: number, ms: number): number => {
  const rate = Math.round(rows / (ms / 1000));
  console.log(`${name.padEnd(56)} ${rate.toLocaleString('en-GB').padStart(10)} rows/s`);
  return rate;
};

const programme = await readProgramme(programmeDirectory);
const dataset = programme.dataset(DATASET);
if (dataset === undefined) throw new Error(`the programme has no ${DATASET}`);
console.log(`${ROWS.toLocaleString('en-GB')} rows of ${DATASET}, ${(file.length / 1e6).toFixed(1)} MB`);

async function* source(): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < file.length; at += 65_536) yield file.subarray(at, at + 65_536);
  return undefined;
}

async function validateAll(seal: boolean): Promise<number> {
  if (dataset === undefined) return 0;
  const from = performance.now();
  const csv = await openFile(source(), knownTitles(dataset.schema), { maxColumns: 500, maxRowBytes: 1e6 });
  const validator = new RowValidator(dataset, mapHeader(dataset.schema, csv.header), {
    headerLength: csv.header.length,
    dates: {
      ...{ today: '2026-11-24', period: quarter(2023, 2), holdsEarlierRows: false },
      plausibility: programme.definition.plausibility,
    },
    limits: { maxFieldLength: 10_000 },
    sha256: sha256Hex,
    salts: new KnownSalts([marksOf(SALT)]),
  });
  const dataKey = createDataKey();
  let chunk: LandingRow[] = [];
  let number = 1;
  for await (const batch of csv.batches) {
    for (const record of batch) {
      const validated = validator.validate(record, ++number);
      if (!seal) continue;
      chunk.push([number, validated.values]);
      if (chunk.length < 500) continue;
      sealChunk(dataKey, '0a1b2c3d4e5f60718293a4b5c6d7e8f9' as never, number, encodeRows(chunk));
      chunk = [];
    }
  }
  return performance.now() - from;
}

const directory = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
const server = await startEmbeddedPostgres({ directory });
try {
  await validateAll(false);
  report('read, map, validate', ROWS, await validateAll(false));
  report('read, map, validate, seal', ROWS, await validateAll(true));

  const databases = await createTestDatabases(server.url());
  const home = mkdtempSync(join(tmpdir(), 'kinledger-bench-home-'));
  const token = randomBytes(24).toString('hex');
  await createSecrets(join(home, 'secrets'));
  // The pseudonymiser does this when it starts.
  const restricted = createPool({ url: databases.superuserUrl('restricted'), applicationName: 'bench' });
  await publishSaltMarks(restricted, createSecretKey(SALT, 'utf8'));
  await restricted.end();
  const tokenSha256 = createHash('sha256').update(token).digest('hex');
  writeFileSync(
    join(home, 'access.json'),
    JSON.stringify({ accounts: [{ name: 'bench', tokenSha256, roles: ['data-team'] }] }),
  );
  const service = await createService(ingestService, {
    KINLEDGER_HTTP_PORT: '0',
    KINLEDGER_LOG_LEVEL: 'warn',
    KINLEDGER_PROGRAMME_DIR: programmeDirectory,
    KINLEDGER_RESTRICTED_URL: databases.url('restricted', 'ingest'),
    KINLEDGER_BUS_URL: databases.url('bus', 'ingest'),
    KINLEDGER_ACCESS_FILE: join(home, 'access.json'),
    KINLEDGER_SECRETS_DIR: join(home, 'secrets'),
  });
  const send = async (): Promise<number> => {
    const from = performance.now();
    const response = await fetch(`${service.url}/v1/uploads?dataset=${DATASET}&period=2023-24-Q2`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body: file,
    });
    const upload = (await response.json()) as { state?: string };
    if (upload.state !== 'validated') throw new Error(`the upload was answered with ${response.status}`);
    return performance.now() - from;
  };
  await send();
  const overHttp = report('over HTTP into the landing store', ROWS, await send());

  const pool = createPool({ url: databases.superuserUrl('restricted'), applicationName: 'bench' });
  await pool.query(`CREATE TABLE public.bare (${header.map((_, column) => `c${column} text`).join(', ')})`);
  const from = performance.now();
  await inTransaction(pool, (client) =>
    copyInto(
      client,
      'public.bare',
      header.map((_, column) => `c${column}`),
      (function* () {
        for (let number = 0; number < ROWS; number++) yield row(number);
      })(),
    ),
  );
  const copied = report('plain COPY of the same rows', ROWS, performance.now() - from);
  console.log(`over HTTP ÷ plain COPY = ${(overHttp / copied).toFixed(2)}`);
  await pool.end();
  await service.close();
  await databases.drop();
  rmSync(home, { recursive: true });
} finally {
  await server.destroy();
}
