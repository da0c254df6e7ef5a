import { topics } from '@kinledger/contracts';
import { consumers, type Consumer } from '../platform/platform-under-test.js';
import { Random } from '../random.js';

export type Disturbance =
  | { readonly kind: 'kill'; readonly victim: string }
  /** Killed, and given again what it had committed: up to so many messages of each partition. */
  | { readonly kind: 'redeliver'; readonly consumer: Consumer; readonly messages: number }
  /** Messages that no contract describes, among those that count. */
  | { readonly kind: 'poison'; readonly topic: string; readonly messages: number }
  /** Paused until it has lost its lease, then woken. */
  | { readonly kind: 'zombie'; readonly consumer: Consumer }
  /** Read models are rebuilt while they are written. */
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'second-linker' }
  /** The disk of the landing store is full for a while; a file is refused for it. */
  | { readonly kind: 'full-disk' };

export interface Planned {
  /** Done once so many steps of the work are taken. */
  readonly afterSteps: number;
  /** And so many milliseconds more: what happens inside a step is hit too. */
  readonly delayMs: number;
  readonly disturbance: Disturbance;
}

export interface RoundShape {
  readonly kills: number;
  readonly redeliveries: number;
  readonly poisoned: boolean;
  readonly secondLinker: boolean;
  readonly zombies: readonly Consumer[];
  readonly fullDisk: boolean;
  readonly rebuilds: number;
}

/** What is consumed by somebody. */
export const consumedTopics: readonly string[] = Object.values(topics)
  .filter((topic) => topic.consumers.length > 0)
  .map(({ name }) => name);

const LONGEST_DELAY_MS = 80;

/**
 * The disturbances of a round, in the order of their instants. Every victim is killed about equally often. Instants are
 * counted in steps of the work, not in time, so that the same seed disturbs the same work on any machine.
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
  for (let count = 0; count < shape.redeliveries; count += 1) {
    const consumer = consumers[count % consumers.length] ?? random.pick(consumers);
    disturbances.push({ kind: 'redeliver', consumer, messages: random.between(1, 40) });
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
    // Not at the very end: what is killed when all is done has nothing to recover.
    afterSteps: random.between(1, Math.floor(steps * 0.95)),
    delayMs: random.between(0, LONGEST_DELAY_MS),
    disturbance,
  }));
  // A zombie needs a successor to be one.
  const first: Planned[] = shape.secondLinker
    ? [{ afterSteps: 0, delayMs: 0, disturbance: { kind: 'second-linker' } }]
    : [];
  return [...first, ...planned.sort((a, b) => a.afterSteps - b.afterSteps || a.delayMs - b.delayMs)];
}
