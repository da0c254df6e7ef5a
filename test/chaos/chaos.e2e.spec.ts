import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeRound } from './describe-round.js';
import { differences } from './differences.js';
import type { RoundShape } from './disturb/plan.js';
import { startEmbeddedPlatform } from './platform/embedded-platform.js';
import { consumers } from './platform/platform-under-test.js';
import { runRound } from './round.js';
import { workOf, type Work } from './submissions/programme.js';

const SEED = 'kills';

/** The harness finds processes in /proc, so it needs Linux. */
const linux = process.platform === 'linux';

/** Far above the usual time: a stuck run fails by itself earlier and says where. */
const timeout = 900_000;

describe.skipIf(!linux)(
  `a programme whose services and database are disturbed while it is taken in${linux ? '' : ' (absent: the processes of Linux)'}`,
  { timeout },
  () => {
    let work: Work;
    let kills = 0;

    beforeAll(async () => {
      work = await workOf({ people: 100, quarters: 1, atOnce: 5 }, SEED);
    });
    afterAll(() => {
      console.log(`the kill tests killed processes at ${kills} instants`);
    });

    const leavesWhatAnUndisturbedRunLeaves = async (shape: RoundShape, seed: string) => {
      const report = await runRound(startEmbeddedPlatform, work, shape, seed);
      const wrong = differences(report);
      kills += report.kills;
      // Print whether the full disk was a real one.
      for (const { disturbance, note } of report.done)
        if (disturbance.kind === 'full-disk') console.log(note);
      expect(wrong, describeRound(report, wrong)).toEqual([]);
      return report;
    };

    it('loses and duplicates nothing when every process is killed, messages are redelivered and some are unreadable', async () => {
      const shape = {
        kills: 18,
        redeliveries: 3,
        repeated: true,
        poisoned: true,
        secondLinker: false,
        zombies: [],
        fullDisk: false,
        rebuilds: 2,
      };
      const { done } = await leavesWhatAnUndisturbedRunLeaves(shape, `${SEED}-1`);
      const killed = new Set(
        done.map(({ disturbance }) => ('victim' in disturbance ? disturbance.victim : '')),
      );
      for (const name of ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api', 'postgresql'])
        expect(killed).toContain(name);
    });

    it('recovers from a second linker, consumers that sleep past their lease, and a full landing disk', async () => {
      const shape = {
        kills: 9,
        redeliveries: 0,
        repeated: false,
        poisoned: false,
        secondLinker: true,
        zombies: consumers,
        fullDisk: true,
        rebuilds: 0,
      };
      const { done } = await leavesWhatAnUndisturbedRunLeaves(shape, `${SEED}-2`);
      expect(done.filter(({ disturbance }) => disturbance.kind === 'zombie')).toHaveLength(3);
      expect(kills).toBeGreaterThanOrEqual(30);
    });
  },
);
