import { absentBroker } from '@kinledger/kafka-broker';
import { describe, expect, it } from 'vitest';
import { describeRound } from './describe-round.js';
import { differences } from './differences.js';
import { startKafkaPlatform } from './platform/embedded-platform.js';
import { BROKER } from './platform/kafka-host.js';
import { runRound } from './round.js';
import { workOf } from './submissions/programme.js';

const SEED = 'kills on kafka';

/** Processes are found as Linux tells of them. */
const absent = process.platform === 'linux' ? await absentBroker() : 'the processes of Linux';

/** Far above what it takes: a run that is stuck says so by itself, and says where. */
const timeout = 900_000;

describe.skipIf(absent !== undefined)(
  `a programme on Kafka${absent === undefined ? '' : ` (absent: ${absent})`}`,
  { timeout },
  () => {
    it('loses and doubles nothing where the broker and everybody else is killed, and messages come twice', async () => {
      const work = await workOf({ people: 100, quarters: 1, atOnce: 6 }, SEED);
      const shape = {
        kills: 9,
        killsOf: { [BROKER]: 2 },
        redeliveries: 3,
        repeated: true,
        poisoned: true,
        secondLinker: false,
        zombies: [],
        fullDisk: false,
        rebuilds: 1,
      };
      const report = await runRound(startKafkaPlatform, work, shape, SEED);
      const wrong = differences(report);
      expect(wrong, describeRound(report, wrong)).toEqual([]);
      console.log(`the kill tests on Kafka killed processes at ${report.kills} instants`);

      const killed = report.done.flatMap(({ disturbance }) =>
        disturbance.kind === 'kill' ? [disturbance.victim] : [],
      );
      expect(killed.filter((name) => name === BROKER).length).toBeGreaterThanOrEqual(3);
      for (const name of ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api', 'postgresql'])
        expect(killed).toContain(name);
    });
  },
);
