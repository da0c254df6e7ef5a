import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import type {} from '@kinledger/database/testing';
import type { TestProject } from 'vitest/node';

/** Starts one PostgreSQL for all integration tests; each test file creates its own databases in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'kinledger-test-'));
  const server = await startEmbeddedPostgres({
    directory,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  project.provide('postgresUrl', server.url());
  return () => server.destroy();
}
