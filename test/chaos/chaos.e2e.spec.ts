import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeRound } from './describe-round.js';
import { differences } from './differences.js';
import type { RoundShape } from './disturb/plan.js';
import { startEmbeddedPlatform } from './platform/embedded-platform.js';
import { consumers } from './platform/platform-under-test.js';
import { runRound } from './round.js';
import { workOf, type Work } from './submissions/programme.js';

const SEED = 'kills';

/** Processes are found and frozen as Linux tells of them. */
const linux = process.platform === 'linux';

/** Far above what it takes: a run that is stuck says so by itself, and says where. */
const timeout = 900_000;

describe.skipIf(!linux)(
  `a programme whose services and database are disturbed while it is taken in${linux ? '' : ' (absent: the processes of Linux)'}`,
  { timeout },
  () => {
    let work: Work;
    let kills = 0;

    beforeAll(async () => {
      work = await workOf({ people: 150, quarters: 2, atOnce: 5 }, SEED);
    });
    afterAll(() => {
      console.log(`the kill tests killed processes at ${kills} instants`);
    });

    const leavesWhatAnUndisturbedRunLeaves = async (shape: RoundShape, seed: string) => {
      const report = await runRound(startEmbeddedPlatform, work, shape, seed);
      const wrong = differences(report);
      kills += report.kills;
      // Says whether the disk that was full was a real one, where there was one.
      for (const { disturbance, note } of report.done)
        if (disturbance.kind === 'full-disk') console.log(note);
      expect(wrong, describeRound(report, wrong)).toEqual([]);
      return report;
    };

    it('loses and doubles nothing where each is killed, messages come twice and some cannot be read', async () => {
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

    it('goes on where a second linker waits, consumers sleep past their lease, and the landing disk is full', async () => {
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
