import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, PlatformUnderTest } from '../platform/platform-under-test.js';
import { areRunning, freeze, kill, wake, type Victim } from '../platform/victim.js';
import { until } from '../until.js';
import type { Work } from '../submissions/programme.js';
import { fillAndFreeLandingDisk } from './full-disk.js';
import type { Disturbance, Planned } from './plan.js';
import { progressOf, stepsTaken, type Progress } from './progress.js';

/** What was done, and where the work stood just before: enough to say what a kill interrupted. */
export interface Done {
  readonly disturbance: Disturbance;
  readonly at: Progress;
  /** Seconds since the run began, for whoever reads logs beside it. */
  readonly second: number;
  readonly note: string;
}

/** Carries out a plan while the work goes on. */
export class Disturber {
  readonly done: Done[] = [];
  readonly #began = performance.now();
  #due: Promise<void> = Promise.resolve();
  readonly #asleep: Promise<void>[] = [];
  #failed = false;
  /** Dead letters that there must be in the end, by topic. */
  readonly poisoned = new Map<string, number>();
  readonly #platform: PlatformUnderTest;
  readonly #work: Work;
  readonly #seed: string;

  constructor(platform: PlatformUnderTest, work: Work, seed: string) {
    this.#platform = platform;
    this.#work = work;
    this.#seed = seed;
  }

  /** Resolves when the plan is carried out, and everybody who was put to sleep is awake. */
  async carryOut(plan: readonly Planned[]): Promise<void> {
    try {
      for (const { afterSteps, delayMs, disturbance } of plan) {
        const at = await until(`${afterSteps} steps are taken`, async () => {
          const progress = await progressOf(this.#platform);
          return stepsTaken(progress) >= afterSteps ? progress : undefined;
        });
        this.#due = this.#disturb(disturbance, at, delayMs);
        await this.#due;
      }
      await Promise.all(this.#asleep);
    } catch (error) {
      this.#failed = true;
      throw error;
    } finally {
      this.#due = Promise.resolve();
    }
  }

  /** Resolves when what is due has been done: work that runs ahead of the plan would be over before it is disturbed. */
  async caughtUp(): Promise<void> {
    if (this.#failed) throw new Error('the disturbances have failed');
    await this.#due;
  }

  /** Number of processes that were killed. */
  get kills(): number {
    return this.done.filter(({ disturbance: { kind } }) => kind === 'kill' || kind === 'redeliver').length;
  }

  async #disturb(disturbance: Disturbance, at: Progress, delayMs: number): Promise<void> {
    await pause(delayMs);
    const done = (note: string) => {
      const second = Number(((performance.now() - this.#began) / 1000).toFixed(2));
      this.done.push({ disturbance, at, second, note });
    };
    if (disturbance.kind === 'zombie') {
      // The rest of the plan goes on meanwhile.
      const sleeping = this.#zombie(disturbance.consumer).then(done);
      sleeping.catch(() => undefined);
      this.#asleep.push(sleeping);
    } else {
      done(await this.#carryOutOne(disturbance));
    }
  }

  async #carryOutOne(disturbance: Exclude<Disturbance, { kind: 'zombie' }>): Promise<string> {
    switch (disturbance.kind) {
      case 'kill': {
        const pids = await kill(this.#platform.victim(disturbance.victim));
        return `killed ${pids.length === 1 ? 'process' : 'processes'} ${pids.join(', ')}`;
      }
      case 'hang':
        return hang(this.#platform.victim(disturbance.victim), disturbance.ms);
      case 'redeliver':
        return this.#redeliver(disturbance.consumer, disturbance.messages);
      case 'repeat':
        return this.#repeat(disturbance.topic, disturbance.messages);
      case 'poison':
        return this.#poison(disturbance.topic, disturbance.messages);
      case 'rebuild':
        return this.#rebuild();
      case 'second-linker':
        await this.#platform.startSecondLinker();
        return 'started';
      case 'full-disk':
        return fillAndFreeLandingDisk(this.#platform, this.#work);
      default:
        return disturbance satisfies never;
    }
  }

  async #redeliver(consumer: Consumer, messages: number): Promise<string> {
    // Frozen first, so that nothing is committed between the rewinding and the kill. Any second member too.
    const members = this.#membersOf(consumer);
    const frozen = (await Promise.all(members.map(freeze))).flat();
    const again = await until('offsets are taken back', async () => ({
      messages: await this.#platform.bus.rewind(consumer, messages),
    }));
    for (const member of members) await kill(member);
    return `killed ${frozen.length === 1 ? 'process' : 'processes'} ${frozen.join(', ')}; ${again.messages} messages come again`;
  }

  /** Only begins it: what happens to it is part of what is tested. One that is refused since another one runs has begun. */
  async #rebuild(): Promise<string> {
    const { services, tokens } = this.#platform.connection;
    const status = await until('a rebuild begins', async () => {
      const answer = await fetch(`${services.projector}/v1/rebuilds`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.operator}`, 'content-type': 'application/json' },
        body: '{}',
      });
      return answer.status === 202 || answer.status === 409 ? answer.status : undefined;
    });
    return `answered ${status}`;
  }

  async #repeat(topic: string, most: number): Promise<string> {
    const { messages } = await until(`messages of ${topic} come again`, async () => {
      const messages = Math.min(most, await this.#platform.bus.published(topic));
      if (messages > 0) await this.#platform.bus.publishAgain(topic, messages);
      return { messages };
    });
    return `${messages} messages are published again`;
  }

  async #poison(topic: string, count: number): Promise<string> {
    const messages = Array.from({ length: count }, (_, index) => ({
      key: `poison ${index}`,
      headers: { ce_id: `poison ${this.#seed} ${index}`, ce_type: 'Nothing', ce_specversion: '1.0' },
      value: Buffer.from(`{"nobody": "reads ${index}"`),
    }));
    // Known to be published once it is answered; an answer that got lost is no answer.
    const before = await until('the topic is looked at', async () => ({
      published: await this.#platform.bus.published(topic),
    }));
    await until(`${topic} is poisoned`, async () => {
      await this.#platform.bus.publish(topic, messages);
      return true;
    });
    this.poisoned.set(topic, (this.poisoned.get(topic) ?? 0) + count);
    return `${count} messages after ${before.published}`;
  }

  /** Of two linkers, the one that leads sleeps. One that is killed in its sleep has slept enough. */
  async #zombie(consumer: Consumer): Promise<string> {
    if (consumer !== 'linker') {
      const pids = await freeze(this.#platform.victim(consumer));
      await until(`the group of the ${consumer} has expired`, async () => {
        return !areRunning(pids) || (await this.#platform.bus.hasExpired(consumer));
      });
      return awoken(pids, 'after its lease had ended');
    }
    const leader = await until('a linker leads', () => this.#leader());
    const pids = await freeze(leader.victim);
    const heir = await until('another linker leads', async () => {
      const now = await this.#leader();
      return !areRunning(pids) || (now !== undefined && !now.victim.pids().some((pid) => pids.includes(pid)))
        ? { now }
        : undefined;
    });
    const { ledger } = await until('the ledger is looked at', () => progressOf(this.#platform));
    return awoken(pids, `at revision ${ledger}, led by ${heir.now?.victim.name ?? 'nobody'} meanwhile`);
  }

  async #leader() {
    const [lease] = await this.#platform.query<{ pid: number; epoch: number }>(
      'platform',
      `SELECT split_part(owner, ' ', 2)::int AS pid, epoch FROM linker.lease WHERE expires_at > now()`,
    );
    const victim = this.#membersOf('linker').find((member) => member.pids().includes(lease?.pid ?? 0));
    return victim === undefined || lease === undefined ? undefined : { victim, epoch: lease.epoch };
  }

  #membersOf(consumer: Consumer) {
    return this.#platform.victims.filter(({ name }) => name === consumer || name.startsWith(`${consumer}-`));
  }
}

async function hang(victim: Victim, ms: number): Promise<string> {
  const pids = await freeze(victim);
  // The disturbance itself: nobody can be asked when it has been long enough.
  await pause(ms);
  return awoken(pids, `after ${ms / 1000} s`);
}

function awoken(pids: readonly number[], when: string): string {
  const was = `process ${pids.join(', ')}`;
  if (!areRunning(pids)) return `${was} was killed in its sleep`;
  wake(pids);
  return `${was} woke ${when}`;
}
