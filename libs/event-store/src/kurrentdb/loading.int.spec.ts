import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import * as eventStore from '../index.js';

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('@kurrent'));

it('KurrentDB’s client is loaded by the first call, and not by an installation on PostgreSQL', async () => {
  const url = 'postgres://nobody@127.0.0.1:1/nothing';
  const postgres = new eventStore.PostgresEventStore({ url, applicationName: 'test' });
  const kurrentdb = new eventStore.KurrentDbEventStore({
    connectionString: 'kurrentdb://127.0.0.1:1?tls=false',
    platformUrl: url,
    applicationName: 'test',
  });
  expect(isLoaded()).toBe(false);
  await expect(kurrentdb.head('programme-leap')).rejects.toThrow();
  expect(isLoaded()).toBe(true);
  await Promise.all([postgres.close(), kurrentdb.close()]);
});
