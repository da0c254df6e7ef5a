import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { ingestConfig } from '../../apps/ingest/dist/config.js';
import { linkerConfig } from '../../apps/linker/dist/config.js';
import { projectorConfig } from '../../apps/projector/dist/config.js';
import { pseudonymiserConfig } from '../../apps/pseudonymiser/dist/config.js';
import { reportingConfig } from '../../apps/reporting-api/dist/config.js';
import { commonConfig, isVariable, type ConfigSchema, type Variable } from '@kinledger/service-kit';

const configs = {
  ingest: ingestConfig,
  pseudonymiser: pseudonymiserConfig,
  linker: linkerConfig,
  projector: projectorConfig,
  'reporting-api': reportingConfig,
} satisfies Record<string, ConfigSchema>;
const services = Object.keys(configs);

/** The text for a default that is not a single value. */
const inWords: Readonly<Record<string, string>> = {
  KINLEDGER_PSEUDONYMISER_THREADS: 'one for four processors',
  KINLEDGER_BUS_URL: '**needed**, but for Kafka',
  KINLEDGER_KAFKA_BROKERS: 'needed for Kafka',
  KINLEDGER_KAFKA_USERNAME: 'needed for SASL',
  KINLEDGER_KAFKA_PASSWORD_FILE: 'needed for SASL',
  KINLEDGER_KAFKA_KEY_FILE: 'needed with a certificate',
  KINLEDGER_KURRENTDB_URL: 'needed for KurrentDB',
  KINLEDGER_KURRENTDB_PREFIX: 'none',
  KINLEDGER_SMTP_HOST: 'no mail is sent',
  KINLEDGER_SMTP_CA_FILE: 'the system’s authorities',
  KINLEDGER_SMTP_USER: 'nobody signs in',
  KINLEDGER_SMTP_PASSWORD_FILE: 'needed with a user',
  KINLEDGER_MAIL_FROM: 'needed with a mail server',
  KINLEDGER_ERASER_URL: 'needed for KurrentDB, and to erase',
};

const variablesOf = (schema: ConfigSchema): Variable<unknown>[] =>
  Object.values(schema).flatMap((entry) => (isVariable(entry) ? [entry] : variablesOf(entry)));

interface Row {
  readonly variable: Variable<unknown>;
  readonly services: string[];
}

const rows = new Map<string, Row>();
for (const [service, schema] of Object.entries<ConfigSchema>(configs)) {
  for (const variable of variablesOf({ common: commonConfig, own: schema })) {
    const row = rows.get(variable.name) ?? { variable, services: [] };
    row.services.push(service);
    rows.set(variable.name, row);
  }
}

function defaultOf({ name, schema }: Variable<unknown>): string {
  const words = inWords[name];
  if (words !== undefined) return words;
  const { default: byDefault } = schema.toJSONSchema({ io: 'input', unrepresentable: 'any' });
  if (typeof byDefault === 'string') return `\`${byDefault}\``;
  return schema.safeParse(undefined).success ? '' : '**needed**';
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const tableOf = (wanted: readonly Row[]): string =>
  [
    '| variable | left out | set it to |',
    '| --- | --- | --- |',
    ...wanted.map(
      ({ variable }) =>
        `| \`${variable.name}\` | ${defaultOf(variable)} | ${variable.hint.replace(/^set it to /, '')} |`,
    ),
  ].join('\n');

/** Variables by the services that read them: all services first, then several, then one. */
function sections(): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows.values()) {
    const who = row.services.join(', ');
    groups.set(who, [...(groups.get(who) ?? []), row]);
  }
  const breadth = (who: string) => who.split(', ').length;
  return [...groups]
    .sort(([a], [b]) => breadth(b) - breadth(a))
    .map(
      ([who, its]) =>
        `## ${breadth(who) === services.length ? 'Every service' : capital(who)}\n\n${tableOf(its)}`,
    )
    .join('\n\n');
}

const document = (): string => `# Configuration

Services read their settings from the environment, once, when they start. If settings are wrong or missing, the service
names all of them at once, says what to do about each, and never prints a value. An empty variable counts as not set. On one
machine \`npm start\` sets all of them; from your own environment it passes on \`KINLEDGER_LOG_LEVEL\`,
\`KINLEDGER_CHECKPOINTS_DIR\`, \`KINLEDGER_SNAPSHOT_EVENTS\` and every variable that begins with \`KINLEDGER_MAX_\`. If \`KINLEDGER_SMTP_HOST\` is
set, ingest also gets the variables that begin with \`KINLEDGER_SMTP_\` or \`KINLEDGER_MAIL_\`, and \`KINLEDGER_PUBLIC_URL\`, at which its pages
are then reached.

The URL of a database holds the password, or names a file that does: \`passwordfile=/path\` among its parameters, beside
PostgreSQL’s own such as \`sslmode\` and \`sslrootcert\`. The files are read for each connection
([rotating credentials](operations/rotating-credentials.md)).

${sections()}
`;

it('the configuration guide names every variable ("npx vitest run --project unit test/documents -u" writes it)', async () => {
  const file = '../../docs/guides/configuration.md';
  const options = await resolveConfig(new URL(file, import.meta.url));
  await expect(await format(document(), { ...options, parser: 'markdown' })).toMatchFileSnapshot(file);
});
