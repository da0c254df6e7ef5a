import { topics } from '@kinledger/contracts';
import { consumers, type Consumer } from '../platform/platform-under-test.js';
import { Random } from '../random.js';

export type Disturbance =
  | { readonly kind: 'kill'; readonly victim: string }
  /** Killed, and given again what it had committed: up to so many messages of each partition. */
  | { readonly kind: 'redeliver'; readonly consumer: Consumer; readonly messages: number }
  /** The first messages of a topic are published a second time, under the same ids. */
  | { readonly kind: 'repeat'; readonly topic: string; readonly messages: number }
  /** Messages that no contract describes, among those that count. */
  | { readonly kind: 'poison'; readonly topic: string; readonly messages: number }
  /** Stopped where it is for so long, then woken: connections stay open meanwhile, and nobody answers. */
  | { readonly kind: 'hang'; readonly victim: string; readonly ms: number }
  /** Paused until it has lost its lease, then woken. */
  | { readonly kind: 'zombie'; readonly consumer: Consumer }
  /** Read models are rebuilt while they are written. */
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'second-linker' }
  /** The disk of the landing store is full for a while; a file is refused for it. */
  | { readonly kind: 'full-disk' };

export interface Planned {
  /** Number of steps of the work after which to disturb it. */
  readonly afterSteps: number;
  /** Additional delay, so that disturbances also fall within a step. */
  readonly delayMs: number;
  readonly disturbance: Disturbance;
}

export interface RoundShape {
  /** Number of kills, spread over all victims. */
  readonly kills: number;
  /** Additional kills of particular victims, by name. */
  readonly killsOf?: Readonly<Record<string, number>>;
  /** Names of victims to freeze for a while. */
  readonly hangs?: readonly string[];
  readonly redeliveries: number;
  /** Whether to publish messages of each consumed topic again. */
  readonly repeated: boolean;
  readonly poisoned: boolean;
  readonly secondLinker: boolean;
  readonly zombies: readonly Consumer[];
  readonly fullDisk: boolean;
  readonly rebuilds: number;
}

/** Topics with a consumer. */
export const consumedTopics: readonly string[] = Object.values(topics)
  .filter((topic) => topic.consumers.length > 0)
  .map(({ name }) => name);

const LONGEST_DELAY_MS = 80;

/** Longer than the session timeout of its clients. */
const HANG_MS = 12_000;

/**
 * The disturbances of a round, in order of time. Kills are spread about equally over the victims. Times are steps of
 * the work, not seconds, so that the same seed disturbs the same work on any machine.
 */
export function planOf(
  shape: RoundShape,
  victims: readonly string[],
  steps: number,
  seed: string,
): Planned[] {
  const random = new Random(`plan ${seed}`);
  const disturbances: Disturbance[] = [];
  let toKill: string[] = [];
  for (let count = 0; count < shape.kills; count += 1) {
    if (toKill.length === 0) toKill = random.shuffle(victims);
    disturbances.push({ kind: 'kill', victim: toKill.pop() ?? random.pick(victims) });
  }
  for (const [victim, kills] of Object.entries(shape.killsOf ?? {})) {
    for (let count = 0; count < kills; count += 1) disturbances.push({ kind: 'kill', victim });
  }
  for (const victim of shape.hangs ?? []) disturbances.push({ kind: 'hang', victim, ms: HANG_MS });
  for (let count = 0; count < shape.redeliveries; count += 1) {
    const consumer = consumers[count % consumers.length] ?? random.pick(consumers);
    disturbances.push({ kind: 'redeliver', consumer, messages: random.between(1, 40) });
  }
  if (shape.repeated) {
    for (const topic of consumedTopics) {
      disturbances.push({ kind: 'repeat', topic, messages: random.between(5, 40) });
    }
  }
  if (shape.poisoned) {
    for (const topic of consumedTopics) {
      disturbances.push({ kind: 'poison', topic, messages: random.between(1, 3) });
    }
  }
  for (const consumer of shape.zombies) disturbances.push({ kind: 'zombie', consumer });
  for (let count = 0; count < shape.rebuilds; count += 1) disturbances.push({ kind: 'rebuild' });
  if (shape.fullDisk) disturbances.push({ kind: 'full-disk' });
  const planned = random.shuffle(disturbances).map((disturbance): Planned => ({
    // Not at the very end, when there is nothing left to recover; and messages are republished only once published.
    afterSteps: random.between(
      disturbance.kind === 'repeat' ? Math.floor(steps * 0.6) : 1,
      Math.floor(steps * 0.95),
    ),
    delayMs: random.between(0, LONGEST_DELAY_MS),
    disturbance,
  }));
  // Freezing the leader tests something only if a second linker can take over.
  const first: Planned[] = shape.secondLinker
    ? [{ afterSteps: 0, delayMs: 0, disturbance: { kind: 'second-linker' } }]
    : [];
  return [...first, ...planned.sort((a, b) => a.afterSteps - b.afterSteps || a.delayMs - b.delayMs)];
}
