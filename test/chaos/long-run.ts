import { parseArgs } from 'node:util';
import { absentBroker } from '@kinledger/kafka-broker';
import { describeRound } from './describe-round.js';
import { differences } from './differences.js';
import type { RoundShape } from './disturb/plan.js';
import { consumers } from './platform/platform-under-test.js';
import { platformOn, type Bus, type Store } from './platform/embedded-platform.js';
import { BROKER } from './platform/kafka-host.js';
import { KURRENTDB } from './platform/kurrentdb-host.js';
import { Random } from './random.js';
import { runRound } from './round.js';
import { workOf } from './submissions/programme.js';

const help = `Kills the platform's processes while it works, round after round, and compares what is left with an undisturbed run.

  --bus BUS      postgres (default), or kafka: a broker of the round's own is killed too, and hangs (needs Java 17, and
                 Maven the first time)
  --store STORE  postgres (default), or kurrentdb: the ledger in the KurrentDB of KINLEDGER_KURRENTDB_URL, which is left
                 alone, or in a stand-in, which is killed too, and hangs
  --rounds N     rounds (default 5)
  --seed S       seed of the first round; round n has the seed S-n (default: another one each time)
  --round N      only round N of the seed: a round that failed, once more
  --people N     people of the synthetic programme (default 300)
  --quarters Q   quarters (default 3)
  --kills N      kills in a round (default 20)`;

/** The disturbances of a round beside kills. Rounds take turns, because some disturbances take as long as a lease. */
function shapeOf(kills: number, servers: readonly string[], random: Random): RoundShape {
  return {
    kills,
    ...(servers.length === 0
      ? {}
      : {
          killsOf: Object.fromEntries(servers.map((server) => [server, Math.ceil(kills / 5)])),
          hangs: servers.filter(() => random.between(0, 1) === 1),
        }),
    redeliveries: random.between(0, 4),
    repeated: random.between(0, 1) === 1,
    poisoned: random.between(0, 1) === 1,
    secondLinker: true,
    zombies: random.shuffle(consumers).slice(0, random.between(0, 3)),
    rebuilds: random.between(0, 3),
    fullDisk: random.between(0, 2) === 0,
  };
}

/** @returns the number of failed rounds. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      bus: { type: 'string', default: 'postgres' },
      store: { type: 'string', default: 'postgres' },
      rounds: { type: 'string', default: '5' },
      round: { type: 'string' },
      seed: { type: 'string', default: Date.now().toString(36) },
      people: { type: 'string', default: '300' },
      quarters: { type: 'string', default: '3' },
      kills: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { seed } = values;
  const bus = await busNamed(values.bus);
  const store = storeNamed(values.store);
  const standIn = store === 'kurrentdb' && (process.env['KINLEDGER_KURRENTDB_URL'] ?? '') === '';
  const servers = [...(bus === 'kafka' ? [BROKER] : []), ...(standIn ? [KURRENTDB] : [])];
  const size = { people: wholeNumber(values.people), quarters: wholeNumber(values.quarters), atOnce: 6 };
  const rounds =
    values.round === undefined
      ? Array.from({ length: wholeNumber(values.rounds) }, (_, index) => index + 1)
      : [wholeNumber(values.round)];
  let failed = 0;
  let kills = 0;
  for (const round of rounds) {
    const name = `${seed}-${round}`;
    try {
      const work = await workOf(size, name);
      const shape = shapeOf(wholeNumber(values.kills), servers, new Random(`shape ${name}`));
      const report = await runRound(platformOn(bus, store), work, shape, name);
      const wrong = differences(report);
      kills += report.kills;
      if (wrong.length > 0) failed += 1;
      console.log(describeRound(report, wrong));
    } catch (error) {
      failed += 1;
      console.log(
        `round ${name}: FAILED\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      if (error instanceof Error && error.cause instanceof Error) console.log(error.cause.stack);
    }
  }
  console.log(
    `\n${rounds.length - failed} of ${rounds.length} rounds as undisturbed, bus ${bus}, store ${store}${standIn ? ' (stand-in)' : ''}, ${kills} kills; seed ${seed}`,
  );
  return failed;
}

/** @throws Error for an unknown name, or if the machine lacks what the bus needs. */
async function busNamed(name: string): Promise<Bus> {
  if (name !== 'postgres' && name !== 'kafka') throw new Error(`the bus is postgres or kafka, not ${name}`);
  const absent = name === 'kafka' ? await absentBroker() : undefined;
  if (absent !== undefined) throw new Error(absent);
  return name;
}

/** @throws Error for an unknown name. */
function storeNamed(name: string): Store {
  if (name !== 'postgres' && name !== 'kurrentdb')
    throw new Error(`the store is postgres or kurrentdb, not ${name}`);
  return name;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${text} is not a whole number above zero`);
  return Number(text);
}
