import type { PlatformUnderTest } from '../platform/platform-under-test.js';
import { consumers } from '../platform/platform-under-test.js';
import { until } from '../until.js';

/** Resolves when everything accepted is decided, projected and published, no message waits and no rebuild runs. */
export async function settled(platform: PlatformUnderTest, intakes: number): Promise<void> {
  await until(`all ${intakes} files and commands are decided`, async () => {
    const [row] = await platform.query<{ decided: number }>(
      'platform',
      `SELECT ((SELECT count(*) FROM linker.intake WHERE state <> 'waiting')
               + (SELECT count(*) FROM linker.command WHERE state <> 'waiting'))::int AS decided`,
    );
    return row?.decided === intakes;
  });
  await until('the read models and the publication stand at the end of the ledger', async () => {
    const head = await platform.ledgerHead();
    const [row] = await platform.query<{ projected: number; published: number }>(
      'platform',
      `SELECT (SELECT position FROM golden.checkpoint)::int AS projected,
              (SELECT position FROM linker.publication)::int AS published`,
    );
    return row !== undefined && row.projected === head && row.published === head;
  });
  await until('the outboxes are empty', async () => {
    const [row] = await platform.query<{ left: number }>(
      'restricted',
      'SELECT ((SELECT count(*) FROM ingest.outbox) + (SELECT count(*) FROM pseudonymiser.outbox))::int AS left',
    );
    return row?.left === 0;
  });
  await until('every command has its reply', async () => {
    const [row] = await platform.query<{ left: number }>(
      'restricted',
      'SELECT count(*)::int AS left FROM ingest.command WHERE outcome IS NULL',
    );
    return row?.left === 0;
  });
  await until('no message waits', async () => {
    const lags = await Promise.all(consumers.map((group) => platform.bus.lag(group)));
    return lags.every((lag) => lag === 0);
  });
  // A rebuild requested just before may still run; an abandoned one would time out here.
  await until('no rebuild runs', async () => {
    const [row] = await platform.query<{ running: number }>(
      'platform',
      `SELECT count(*)::int AS running FROM operations.rebuild WHERE state = 'running'`,
    );
    return row?.running === 0;
  });
}
