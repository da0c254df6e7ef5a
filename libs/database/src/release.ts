import { readFileSync } from 'node:fs';
import type pg from 'pg';

/** A release of Kinledger, such as 0.1.0. */
export interface Release {
  readonly release: string;
  /** The oldest release whose services work on a database that this release has migrated. */
  readonly oldestRelease: string;
}

const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly oldestRelease: string;
};

/** The release of this code. */
export const thisRelease: Release = { release: own.version, oldestRelease: own.oldestRelease };

const TABLE = 'migrations.release';
const isUndefinedTable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42P01';

/** The release that migrated a database last; undefined if none has. */
export async function releaseOf(client: Pick<pg.Client, 'query'>): Promise<Release | undefined> {
  try {
    const { rows } = await client.query<Release>(
      `SELECT release, oldest_release AS "oldestRelease" FROM ${TABLE}`,
    );
    return rows[0];
  } catch (error) {
    if (isUndefinedTable(error)) return undefined;
    throw error;
  }
}

/** Records the release that migrates a database, in the present transaction. */
export async function recordRelease(client: pg.Client, { release, oldestRelease }: Release): Promise<void> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${TABLE}
       (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), release text NOT NULL, oldest_release text NOT NULL);
     GRANT SELECT ON ${TABLE} TO PUBLIC`,
  );
  await client.query(
    `INSERT INTO ${TABLE} (release, oldest_release) VALUES ($1, $2)
     ON CONFLICT (only_row) DO UPDATE SET release = excluded.release, oldest_release = excluded.oldest_release`,
    [release, oldestRelease],
  );
}

/** Compares two releases by number: negative if the first is older. */
export function compareReleases(first: string, second: string): number {
  const [left, right] = [numbersOf(first), numbersOf(second)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function numbersOf(release: string): number[] {
  if (!/^\d+\.\d+\.\d+$/.test(release)) throw new Error(`"${release}" is not a release such as 1.2.3`);
  return release.split('.').map(Number);
}
