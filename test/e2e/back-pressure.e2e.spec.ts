import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeze, serviceOf, wake } from '../chaos/platform/victim.js';
import { RunningPlatform, type ProgrammeFile, type Submitted } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

interface Manifest {
  readonly files: readonly ProgrammeFile[];
}

/** The test finds processes in /proc, so it needs Linux. */
const linux = process.platform === 'linux';

describe.skipIf(!linux)(`a frozen service${linux ? '' : ' (absent: the processes of Linux)'}`, () => {
  const platform = new RunningPlatform({
    KINLEDGER_MAX_LANDED_CHUNKS: '12',
    KINLEDGER_MAX_CHUNKS_AHEAD: '6',
    KINLEDGER_MAX_UNPROJECTED_DECISIONS: '3',
  });
  let folder: string;
  let waiting: ProgrammeFile[];
  const submitted: Submitted[] = [];

  beforeAll(async () => {
    await platform.start('back-pressure');
    folder = join(platform.installation.home, 'programme');
    const args = [
      'generate',
      '--out',
      folder,
      '--people',
      '150',
      '--quarters',
      '8',
      '--seed',
      'slow',
      ...fewDatasets,
    ];
    expect(await platform.installation.run(...args)).toMatchObject({ code: 0 });
    // The command writes this manifest; only the members read here are typed.
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    waiting = [...manifest.files];
    expect(waiting.length).toBeGreaterThan(100);
  });
  afterAll(() => platform.stop());

  const service = (name: string) => serviceOf(platform.connected.launcher.pid, name);

  /** Sends the next waiting file. @returns whether ingest accepted it; if not, it stays waiting. */
  const send = async (): Promise<boolean> => {
    const [file] = waiting;
    if (file === undefined) throw new Error('every file was taken in');
    try {
      submitted.push(await platform.submit(folder, file));
      waiting.shift();
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.includes('intake-full')) return false;
      throw error;
    }
  };
  const sendUntilShut = async () => {
    while (waiting.length > 0 && (await send()));
  };
  const count = async (database: 'restricted' | 'platform' | 'bus', from: string) => {
    const [row] = await platform.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${from}`,
      database,
    );
    return row?.count ?? 0;
  };
  const decided = () => count('platform', `ledger.event WHERE type = 'SubmissionLinked'`);
  const untilLinked = async () => {
    await expect.poll(decided, { timeout: 120_000, interval: 200 }).toBe(submitted.length);
    const last = submitted.toSorted((a, b) => a.intake - b.intake).at(-1);
    await platform.until(last?.id ?? '', 'linked');
  };

  it('makes ingest refuse files before any backlog exceeds its limit, and no file is lost', async () => {
    const frozen = await freeze(service('linker'));
    try {
      await sendUntilShut();
      const held = () => count('restricted', 'landing.chunk');
      const rowsOnTheBus = () => platform.lag('linker');
      const before = { held: await held(), ahead: await rowsOnTheBus(), taken: submitted.length };
      // The measured backlog is up to a second old, so a second's worth more may have come in.
      expect(before.held).toBeGreaterThan(12);
      expect(waiting.length).toBeGreaterThan(0);
      for (let attempt = 0; attempt < 5; attempt += 1) expect(await send()).toBe(false);
      expect({ held: await held(), ahead: await rowsOnTheBus(), taken: submitted.length }).toEqual(before);
      expect(await decided()).toBe(0);
    } finally {
      wake(frozen);
    }
    await expect.poll(send, { timeout: 60_000 }).toBe(true);
    await untilLinked();
    expect(await count('restricted', 'landing.chunk')).toBe(0);
  });

  it('slows the linker when it is the projector: submissions wait in order and are decided once it resumes', async () => {
    const frozen = await freeze(service('projector'));
    try {
      await sendUntilShut();
      let looks: number[] = [];
      await expect
        .poll(
          async () => {
            looks = [...looks.slice(-3), await decided()];
            return looks.length === 4 && new Set(looks).size === 1;
          },
          { timeout: 60_000, interval: 1_000 },
        )
        .toBe(true);
      expect(await decided()).toBeLessThan(submitted.length);
    } finally {
      wake(frozen);
    }
    await untilLinked();
  });
});
