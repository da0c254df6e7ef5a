import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@kinledger/contracts';
import type { ConnectionUrls } from '@kinledger/database';
import type { BusEnvironment } from './bus.js';
import type { Home } from './home.js';

export interface Surroundings {
  readonly home: Home;
  readonly programmeDirectory: string;
  readonly urls: ConnectionUrls;
  readonly bus: BusEnvironment;
}

/** The user's event store variables; empty for PostgreSQL. */
function eventStore(): Readonly<Record<string, string>> {
  const {
    KINLEDGER_EVENT_STORE: kind,
    KINLEDGER_KURRENTDB_URL: url,
    KINLEDGER_KURRENTDB_PREFIX: prefix,
  } = process.env;
  if (kind === undefined || kind === '') return {};
  return {
    KINLEDGER_EVENT_STORE: kind,
    ...(url === undefined ? {} : { KINLEDGER_KURRENTDB_URL: url }),
    ...(prefix === undefined ? {} : { KINLEDGER_KURRENTDB_PREFIX: prefix }),
  };
}

/** Where the person who starts the services wants checkpoints copied to: another medium, else the home. */
function checkpointsOf(home: Home): string {
  const chosen = process.env['KINLEDGER_CHECKPOINTS_DIR'];
  return chosen === undefined || chosen === '' ? home.checkpoints : resolve(chosen);
}

/** The mail server that the person who starts the services names, and the address at which mails link to the pages. */
function mails(): Readonly<Record<string, string>> {
  if ((process.env['KINLEDGER_SMTP_HOST'] ?? '') === '') return {};
  const settings = /^KINLEDGER_(?:(?:SMTP|MAIL)_.+|PUBLIC_URL)$/;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && settings.test(name) ? [[name, value]] : [],
    ),
  );
}

/** A service as a process: its preferred port and exactly the variables that it needs. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  readonly port: number;
  readonly environment: (surroundings: Surroundings) => Readonly<Record<string, string>>;
}

/** In the order in which data flows; stopped in reverse. */
export const services: readonly ServiceDefinition[] = [
  {
    name: 'ingest',
    port: 4310,
    environment: ({ home, urls, bus }) => ({
      ...bus('ingest', urls),
      KINLEDGER_RESTRICTED_URL: urls.url('restricted', 'ingest'),
      KINLEDGER_SECRETS_DIR: home.secrets,
      KINLEDGER_ACCESS_FILE: home.accessFile,
      ...mails(),
    }),
  },
  {
    name: 'pseudonymiser',
    port: 4311,
    environment: ({ home, urls, bus }) => ({
      ...bus('pseudonymiser', urls),
      KINLEDGER_RESTRICTED_URL: urls.url('restricted', 'pseudonymiser'),
      KINLEDGER_SECRETS_DIR: home.secrets,
      KINLEDGER_SUPPRESSIONS_FILE: home.suppressions,
      KINLEDGER_ACCESS_FILE: home.accessFile,
    }),
  },
  {
    name: 'linker',
    port: 4312,
    environment: ({ home, urls, bus }) => ({
      ...bus('linker', urls),
      KINLEDGER_PLATFORM_URL: urls.url('platform', 'linker'),
      ...eventStore(),
      KINLEDGER_ERASER_URL: urls.url('platform', 'eraser'),
      KINLEDGER_ERASURES_FILE: home.erasures,
      KINLEDGER_SIGNING_KEY_FILE: home.signingKey,
      ...(existsSync(home.previousSigningKey)
        ? { KINLEDGER_PREVIOUS_SIGNING_KEY_FILE: home.previousSigningKey }
        : {}),
      KINLEDGER_CHECKPOINTS_DIR: checkpointsOf(home),
      KINLEDGER_ACCESS_FILE: home.accessFile,
    }),
  },
  {
    name: 'projector',
    port: 4313,
    environment: ({ home, urls, bus }) => ({
      ...bus('projector', urls),
      KINLEDGER_PLATFORM_URL: urls.url('platform', 'projector'),
      ...eventStore(),
      KINLEDGER_ACCESS_FILE: home.accessFile,
    }),
  },
  {
    name: 'reporting-api',
    port: 4314,
    environment: ({ home, urls }) => ({
      KINLEDGER_PLATFORM_URL: urls.url('platform', 'reporting'),
      KINLEDGER_ACCESS_FILE: home.accessFile,
    }),
  },
];

/** The built entry file of a service in this checkout. */
export const entryOf = (name: ServiceName): string =>
  fileURLToPath(new URL(`../../${name}/dist/main.js`, import.meta.url));
