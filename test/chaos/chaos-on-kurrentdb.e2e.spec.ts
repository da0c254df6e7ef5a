import { describe, expect, it } from 'vitest';
import { describeRound } from './describe-round.js';
import { differences } from './differences.js';
import { startKurrentDbPlatform } from './platform/embedded-platform.js';
import { KURRENTDB } from './platform/kurrentdb-host.js';
import { runRound } from './round.js';
import { workOf } from './submissions/programme.js';

const SEED = 'kills on kurrentdb';

/** The harness finds processes in /proc, so it needs Linux. */
const absent = process.platform === 'linux' ? undefined : 'the processes of Linux';
/** A real server at an address is used under a prefix, and never killed. */
const server = (process.env['KINLEDGER_KURRENTDB_URL'] ?? '') === '' ? 'the stand-in' : 'an address';

/** Far above the usual time: a stuck run fails by itself earlier and says where. */
const timeout = 900_000;

describe.skipIf(absent !== undefined)(
  `a programme whose ledger is in KurrentDB (${server}${absent === undefined ? '' : `; absent: ${absent}`})`,
  { timeout },
  () => {
    it('loses and duplicates nothing when the server and every service are killed and the server freezes', async () => {
      const work = await workOf({ people: 100, quarters: 1, atOnce: 6 }, SEED);
      const isOurs = server === 'the stand-in';
      const shape = {
        kills: 6,
        ...(isOurs ? { killsOf: { [KURRENTDB]: 3 }, hangs: [KURRENTDB] } : {}),
        redeliveries: 0,
        repeated: false,
        poisoned: false,
        secondLinker: false,
        zombies: [],
        fullDisk: false,
        rebuilds: 1,
      };
      const report = await runRound(startKurrentDbPlatform, work, shape, SEED);
      const wrong = differences(report);
      expect(wrong, describeRound(report, wrong)).toEqual([]);
      console.log(`the kill tests on KurrentDB (${server}) killed processes at ${report.kills} instants`);

      const killed = report.done.flatMap(({ disturbance }) =>
        disturbance.kind === 'kill' ? [disturbance.victim] : [],
      );
      if (isOurs) expect(killed.filter((name) => name === KURRENTDB).length).toBeGreaterThanOrEqual(3);
      expect(killed).toContain('linker');
      expect(killed).toContain('projector');
    });
  },
);
