import { absentBroker } from '@kinledger/kafka-broker';
import { describe, expect, it } from 'vitest';
import { describeRound } from './describe-round.js';
import { differences } from './differences.js';
import { startKafkaPlatform } from './platform/embedded-platform.js';
import { BROKER } from './platform/kafka-host.js';
import { runRound } from './round.js';
import { workOf } from './submissions/programme.js';

const SEED = 'kills on kafka';

/** The harness finds processes in /proc, so it needs Linux. */
const absent = process.platform === 'linux' ? await absentBroker() : 'the processes of Linux';

/** Far above the usual time: a stuck run fails by itself earlier and says where. */
const timeout = 900_000;

describe.skipIf(absent !== undefined)(
  `a programme on Kafka${absent === undefined ? '' : ` (absent: ${absent})`}`,
  { timeout },
  () => {
    it('loses and duplicates nothing when the broker and every service are killed and messages are redelivered', async () => {
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
