import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createSecrets, marksOf, readSecrets } from '@kinledger/pseudonymisation';
import type { AccessFile } from '@kinledger/contracts';
import { createService, type Service } from '@kinledger/service-kit';
import type pg from 'pg';
import { ingestService } from '../service.js';

export const leapDirectory = fileURLToPath(new URL('../../../../programmes/leap', import.meta.url));

/** The running service, with its own databases, keys and accounts. */
export interface RunningIngest {
  readonly service: Service;
  readonly url: string;
  readonly databases: TestDatabases;
  /** In the service's own role. */
  readonly pool: pg.Pool;
  readonly secretsDirectory: string;
  readonly salt: string;
  readonly tokens: Readonly<Record<string, string>>;
  /** Stops the service and deletes its databases and keys. */
  stop(): Promise<void>;
}

const accounts = {
  officer: { roles: ['provider'], provider: 'parent-infant-team' },
  stranger: { roles: ['provider'], provider: 'baby-steps-team' },
  'data-team': { roles: ['data-team'] },
  reader: { roles: ['reader'] },
  operator: { roles: ['operator'] },
} as const;

export async function startIngest(
  postgresUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningIngest> {
  const databases = await createTestDatabases(postgresUrl);
  const home = mkdtempSync(join(tmpdir(), 'kinledger-ingest-'));
  const secretsDirectory = join(home, 'secrets');
  await createSecrets(secretsDirectory);
  const salt = (await readSecrets(secretsDirectory)).opLeapSalt.export().toString();
  await publishSaltMarks(databases.url('restricted', 'pseudonymiser'), salt);
  const tokens = Object.fromEntries(
    Object.keys(accounts).map((name) => [name, randomBytes(24).toString('hex')]),
  );
  const access: AccessFile = {
    accounts: Object.entries(accounts).map(([name, account]) => ({
      name,
      ...account,
      roles: [...account.roles],
      tokenSha256: createHash('sha256')
        .update(tokens[name] ?? '')
        .digest('hex'),
    })),
  };
  writeFileSync(join(home, 'access.json'), JSON.stringify(access), { mode: 0o600 });
  const service = await createService(ingestService, {
    KINLEDGER_HTTP_PORT: '0',
    KINLEDGER_LOG_LEVEL: 'info',
    KINLEDGER_PROGRAMME_DIR: leapDirectory,
    KINLEDGER_RESTRICTED_URL: databases.url('restricted', 'ingest'),
    KINLEDGER_BUS_URL: databases.url('bus', 'ingest'),
    KINLEDGER_ACCESS_FILE: join(home, 'access.json'),
    KINLEDGER_SECRETS_DIR: secretsDirectory,
    // These tests run no linker that could answer.
    KINLEDGER_COMMAND_PATIENCE_SECONDS: '0',
    ...environment,
  });
  const pool = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'test' });
  return {
    service,
    url: service.url,
    databases,
    pool,
    secretsDirectory,
    salt,
    tokens,
    stop: async () => {
      await service.close();
      await pool.end();
      await databases.drop();
      rmSync(home, { recursive: true });
    },
  };
}

/** Publishes marks, as the pseudonymiser does when it starts. */
async function publishSaltMarks(url: string, salt: string): Promise<void> {
  const pool = createPool({ url, applicationName: 'test' });
  await pool.query('INSERT INTO pseudonymiser.salt_marks (fingerprint, marks) VALUES ($1, $2)', [
    'of the test',
    JSON.stringify(marksOf(salt)),
  ]);
  await pool.end();
}
