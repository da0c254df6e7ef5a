import { Disturber, type Done } from './disturb/disturber.js';
import { describeDone } from './disturb/describe-done.js';
import { planOf, type RoundShape } from './disturb/plan.js';
import { stepsOf } from './disturb/progress.js';
import { deadLettersMissing } from './outcome/dead-letters.js';
import { limbo } from './outcome/limbo.js';
import { outcomeOf, type Outcome } from './outcome/outcome.js';
import { settled } from './outcome/settled.js';
import { whereItStands } from './outcome/where-it-stands.js';
import { startEmbeddedPlatform } from './platform/embedded-platform.js';
import type { PlatformFactory, PlatformUnderTest } from './platform/platform-under-test.js';
import { until } from './until.js';
import { carryOut, carryOutInOrder, orderIn, type CarriedOut } from './submissions/carry-out.js';
import type { Work } from './submissions/programme.js';

export interface RoundReport {
  readonly seed: string;
  /** Duration of each run, from start to stop. */
  readonly seconds: { readonly disturbed: number; readonly undisturbed: number };
  readonly kills: number;
  readonly done: readonly Done[];
  /** How often a sender had to retry, by status; 0 for no answer. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly events: number;
  /** Work left over that should be gone, by name. */
  readonly limbo: Readonly<Record<string, number>>;
  readonly disturbed: Outcome;
  readonly undisturbed: Outcome;
  /** Content digests of the live read models and of those rebuilt from the ledger. */
  readonly rebuilt: { readonly before: string; readonly after: string };
  /** Topics with wrong dead letters, with the expected and the actual number. */
  readonly deadLetters: readonly string[];
}

/**
 * Runs one round: the work with disturbances, then the same work without, in the order of the first run's ledger and with
 * PostgreSQL for bus and ledger, since every bus and every ledger must give the same. The caller compares the outcomes.
 * @param seed of keys, disturbances and all other random choices.
 */
export async function runRound(
  factory: PlatformFactory,
  work: Work,
  shape: RoundShape,
  seed: string,
): Promise<RoundReport> {
  const clock = stopwatch();
  const disturbed = await onPlatform(factory, seed, (platform) => disturbedRun(platform, work, shape, seed));
  const disturbedSeconds = clock();
  const undisturbed = await onPlatform(startEmbeddedPlatform, seed, async (platform) => {
    const order = orderIn(disturbed.disturbed.ledger, disturbed.carried);
    const carried = await carryOutInOrder(platform, work, order);
    await settled(platform, work.intakes);
    const outcome = await outcomeOf(platform, work.periods);
    requireSameOrder(orderIn(outcome.ledger, carried), order);
    return outcome;
  });
  const { carried, ...rest } = disturbed;
  return {
    seed,
    ...rest,
    undisturbed,
    events: rest.disturbed.ledger.length,
    refusals: Object.fromEntries(carried.refusals),
    seconds: { disturbed: disturbedSeconds, undisturbed: clock() },
  };
}

async function disturbedRun(
  platform: PlatformUnderTest,
  work: Work,
  shape: RoundShape,
  seed: string,
): Promise<
  Pick<RoundReport, 'kills' | 'done' | 'limbo' | 'disturbed' | 'rebuilt' | 'deadLetters'> & {
    readonly carried: CarriedOut;
  }
> {
  const disturber = new Disturber(platform, work, seed);
  const plan = planOf(
    shape,
    platform.victims.map(({ name }) => name),
    stepsOf(work),
    seed,
  );
  const [carried] = await Promise.all([
    carryOut(platform, work, () => disturber.caughtUp()),
    disturber.carryOut(plan),
  ]).catch((error: unknown) => {
    const done = disturber.done.map(describeDone).join('\n');
    throw new Error(`${error instanceof Error ? error.message : String(error)}; done was:\n${done}`, {
      cause: error,
    });
  });
  await settled(platform, work.intakes);
  const left = await limbo(platform);
  const outcome = await until('the figures are answered', () => outcomeOf(platform, work.periods));
  const rebuilt = await until('the read models are rebuilt', () => platform.rebuild());
  const { kills, done } = disturber;
  return {
    carried,
    kills,
    done,
    limbo: left,
    disturbed: outcome,
    rebuilt,
    deadLetters: await deadLettersMissing(platform, disturber.poisoned),
  };
}

async function onPlatform<T>(
  factory: PlatformFactory,
  seed: string,
  work: (platform: PlatformUnderTest) => Promise<T>,
): Promise<T> {
  const platform = await factory(seed);
  try {
    return await Promise.race([work(platform), platform.over]);
  } catch (error) {
    const logs = platform.keepLogs();
    const why = error instanceof Error ? error.message : String(error);
    const state = JSON.stringify(await whereItStands(platform).catch(String), undefined, 2);
    throw new Error(`the run of seed ${seed} failed: ${why}\nlogs: ${logs}\n${state}`, { cause: error });
  } finally {
    await platform.stop();
  }
}

function requireSameOrder(order: readonly string[], expected: readonly string[]): void {
  if (JSON.stringify(order) !== JSON.stringify(expected)) {
    throw new Error('the undisturbed run got another order');
  }
}

/** Returns the seconds since its last call. */
function stopwatch(): () => number {
  let since = performance.now();
  return () => {
    const seconds = (performance.now() - since) / 1000;
    since = performance.now();
    return Number(seconds.toFixed(1));
  };
}
