import { hash } from 'node:crypto';
import type { LocalConnection } from '@kinledger/contracts';
import { tableNames } from '@kinledger/read-models';
import type { PlatformUnderTest } from '../platform/platform-under-test.js';

/** The outcome of a run, without what differs between runs. */
export interface Outcome {
  /** The ledger's lines without times, salts (and so commitments) and the signing key. */
  readonly ledger: readonly string[];
  /** Groups of row keys that belong to one individual. */
  readonly groups: readonly string[];
  /** Number of rows and their digest, without times of arrival, referral and review, by table of the read models. */
  readonly readModels: Readonly<Record<string, string>>;
  /** The reporting API's documents, by period. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** A platform whose outcome is to be read. */
export interface Observed extends Pick<PlatformUnderTest, 'query' | 'ledger'> {
  readonly connection: {
    readonly services: Pick<LocalConnection['services'], 'reporting-api'>;
    readonly tokens: Pick<LocalConnection['tokens'], 'operator'>;
  };
}

export async function outcomeOf(platform: Observed, periods: readonly string[]): Promise<Outcome> {
  const [ledger, groups, readModels, figures] = await Promise.all([
    platform.ledger(),
    groupsOf(platform),
    readModelsOf(platform),
    figuresOf(platform, periods),
  ]);
  return { ledger: ledger.map(comparable), groups, readModels, figures };
}

/** A ledger line without what differs between runs: times, salts (and so commitments) and the signing key. */
export const comparable = (line: string): string =>
  JSON.stringify(JSON.parse(line), (key, value: unknown) =>
    ['time', 'commitments', 'signingKey'].includes(key) ? undefined : value,
  );

async function groupsOf(platform: Observed): Promise<readonly string[]> {
  const rows = await platform.query<{ row_key: string; individual_id: string | null; state: string }>(
    'platform',
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

async function readModelsOf(platform: Observed): Promise<Record<string, string>> {
  const tables = await Promise.all(
    tableNames.map(async (table) => {
      const rows = await platform.query<{ line: string }>(
        'platform',
        `SELECT (to_jsonb(t) - ARRAY['received_at', 'referred_at', 'decided_at'])::text AS line
           FROM golden.${table} t ORDER BY 1`,
      );
      const digest = hash('sha256', rows.map(({ line }) => line).join('\n'));
      return [table, `${rows.length} rows ${digest}`] as const;
    }),
  );
  return Object.fromEntries(tables);
}

async function figuresOf(platform: Observed, periods: readonly string[]): Promise<Record<string, unknown>> {
  const { services, tokens } = platform.connection;
  const answers: Record<string, unknown> = {};
  for (const period of [...periods, 'lifetime']) {
    const answer = await fetch(`${services['reporting-api']}/v1/figures/reach?period=${period}`, {
      headers: { authorization: `Bearer ${tokens.operator}` },
    });
    if (!answer.ok) throw new Error(`the figures of ${period} were answered ${answer.status}`);
    answers[period] = await answer.json();
  }
  return answers;
}
