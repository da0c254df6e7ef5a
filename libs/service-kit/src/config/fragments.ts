import { statSync } from 'node:fs';
import { passwordFileOf } from '@kinledger/database';
import { z } from 'zod';
import { wholeNumber } from './whole-number.js';
import { variable, type Environment, type Variable } from './variable.js';

export const postgresUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol));
const folder = z.string().refine((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
export const file = z.string().refine((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);

/** Refuses a database URL that names a password file that is not there. */
export function refuseMissingPasswordFile(url: string | undefined): string | undefined {
  const path = url === undefined ? undefined : passwordFileOf(url);
  return path === undefined || file.safeParse(path).success
    ? undefined
    : 'names a file for its password (passwordfile=…) that does not exist: mount it, or name another one';
}

/** A variable that holds a PostgreSQL connection URL. */
export const postgresUrlVariable = (name: string, whose: string): Variable<string> =>
  variable(
    name,
    postgresUrl,
    `set it to the postgres:// URL of ${whose}, with the service's own role`,
    refuseMissingPasswordFile,
  );

/** The address on which the service listens. Port 0 selects a free port. */
export const httpConfig = {
  host: variable('KINLEDGER_HTTP_HOST', z.string().default('127.0.0.1'), 'set it to an address to listen on'),
  port: variable(
    'KINLEDGER_HTTP_PORT',
    z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .pipe(z.int().max(65_535)),
    'set it to a port number from 0 to 65535',
  ),
  requestMs: variable(
    'KINLEDGER_REQUEST_SECONDS',
    wholeNumber(30, 1, 600).transform((seconds) => seconds * 1000),
    'set it to the seconds within which a whole request must arrive, except an uploaded file',
  ),
};

export const logConfig = {
  level: variable(
    'KINLEDGER_LOG_LEVEL',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'set it to fatal, error, warn, info, debug, trace or silent',
  ),
};

/**
 * How long a service that is told to stop goes on serving, not ready, and how long it may then take to finish its work
 * in progress.
 */
export const shutdownConfig = {
  drainMs: variable(
    'KINLEDGER_SHUTDOWN_DRAIN_SECONDS',
    wholeNumber(0, 0, 600).transform((seconds) => seconds * 1000),
    'set it to the seconds for which a service that is told to stop is not ready and still answers, while load balancers take it out',
  ),
  graceMs: variable(
    'KINLEDGER_SHUTDOWN_GRACE_SECONDS',
    z
      .string()
      .default('20')
      .pipe(z.string().regex(/^\d{1,4}$/))
      .transform((seconds) => Number(seconds) * 1000),
    'set it to the seconds within which a stopping service must have finished its work, after it was taken out',
  ),
};

/** How long a starting service waits for its database. */
export const startConfig = {
  patienceMs: variable(
    'KINLEDGER_START_PATIENCE_SECONDS',
    wholeNumber(0, 0, 3_600).transform((seconds) => seconds * 1000),
    'set it to the seconds for which a starting service waits until its database answers and is migrated',
  ),
};

export const restrictedConfig = {
  url: postgresUrlVariable('KINLEDGER_RESTRICTED_URL', 'the restricted database'),
};

export const platformConfig = {
  url: postgresUrlVariable('KINLEDGER_PLATFORM_URL', 'the platform database'),
};

const usesKurrentDb = (env: Environment): boolean => env['KINLEDGER_EVENT_STORE'] === 'kurrentdb';

/** The store of the ledger's events. TLS and credentials of KurrentDB are in its connection string. */
export const eventStoreConfig = {
  kind: variable(
    'KINLEDGER_EVENT_STORE',
    z.enum(['postgres', 'kurrentdb']).default('postgres'),
    'set it to postgres or kurrentdb, or leave it out for postgres',
  ),
  kurrentDbUrl: variable(
    'KINLEDGER_KURRENTDB_URL',
    z
      .string()
      .regex(/^(kurrentdb|kurrent|kdb|esdb)(\+discover)?:\/\//)
      .optional(),
    'set it to the connection string of KurrentDB, kurrentdb://…',
    (url, env) =>
      url === undefined && usesKurrentDb(env)
        ? 'is not set, and KINLEDGER_EVENT_STORE=kurrentdb needs it: set it to kurrentdb://…'
        : undefined,
  ),
  kurrentDbPrefix: variable(
    'KINLEDGER_KURRENTDB_PREFIX',
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
      .optional(),
    'set it to the prefix of this installation’s streams in a KurrentDB that several installations share: lower-case letters, digits and hyphens, 40 at most',
  ),
};

/**
 * The eraser's role, with which a writer of the ledger deletes bodies of erased records, and on KurrentDB those without
 * events.
 */
export const eraserConfig = {
  url: variable(
    'KINLEDGER_ERASER_URL',
    postgresUrl.optional(),
    'set it to the postgres:// URL of the platform database, with the eraser’s role',
    (url, env) =>
      url === undefined && usesKurrentDb(env)
        ? 'is not set, and KINLEDGER_EVENT_STORE=kurrentdb needs it: set it to the postgres:// URL of the platform database, with the eraser’s role'
        : refuseMissingPasswordFile(url),
  ),
};

/** The list of erasures, which is kept outside the databases. */
export const erasuresConfig = {
  file: variable(
    'KINLEDGER_ERASURES_FILE',
    z.string().min(1).optional(),
    'set it to the file of the list of erasures, which need not exist yet',
    (path, env) =>
      path !== undefined && env['KINLEDGER_ERASER_URL'] === undefined
        ? 'is set, and erasing needs KINLEDGER_ERASER_URL: set that too'
        : undefined,
  ),
};

/** The list of suppressed people that is kept outside the databases. */
export const suppressionsConfig = {
  file: variable(
    'KINLEDGER_SUPPRESSIONS_FILE',
    z.string().min(1).optional(),
    'set it to the list of suppressions, a file that need not be there yet',
  ),
};

export const programmeConfig = {
  directory: variable(
    'KINLEDGER_PROGRAMME_DIR',
    folder,
    'set it to an existing folder that contains programme.json',
  ),
};

/** Keys of the restricted zone. */
export const secretsConfig = {
  directory: variable('KINLEDGER_SECRETS_DIR', folder, 'set it to an existing folder that contains the keys'),
};

/** The linker's own key for checkpoints, and the one before it, which signs the change to it. */
export const signingKeyConfig = {
  file: variable('KINLEDGER_SIGNING_KEY_FILE', file, 'set it to a file with an Ed25519 key (PKCS#8 PEM)'),
  previousFile: variable(
    'KINLEDGER_PREVIOUS_SIGNING_KEY_FILE',
    file.optional(),
    'set it to the file of the signing key in force, once, to change to the one in KINLEDGER_SIGNING_KEY_FILE',
  ),
};

/** How often checkpoints are signed, and where they are copied to. */
export const checkpointConfig = {
  directory: variable(
    'KINLEDGER_CHECKPOINTS_DIR',
    z.string().min(1).optional(),
    'set it to a folder for copies of checkpoints, outside the databases and best on another machine or disk; it need not exist yet',
  ),
  everyMs: variable(
    'KINLEDGER_CHECKPOINT_SECONDS',
    wholeNumber(60, 1, 60).transform((seconds) => seconds * 1000),
    'set it to the seconds, 60 at most, after which a growing ledger is signed again',
  ),
};

/** The file of bearer accounts that may call. */
export const accessConfig = {
  file: variable('KINLEDGER_ACCESS_FILE', file, 'set it to a file with bearer accounts (JSON)'),
};

/**
 * The address of a service's pages, if it differs from the one on which the service listens: behind a proxy that
 * terminates TLS.
 */
export const publicUrlConfig = {
  url: variable(
    'KINLEDGER_PUBLIC_URL',
    z
      .string()
      .regex(/^https?:\/\/[^/?#@\s]+\/?$/)
      .optional(),
    'set it to the address at which people reach the pages, https://…, without a path',
  ),
};

/** The configuration of every service. */
export const commonConfig = {
  http: httpConfig,
  log: logConfig,
  shutdown: shutdownConfig,
  start: startConfig,
};
