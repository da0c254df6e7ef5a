import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, PlatformUnderTest } from '../platform/platform-under-test.js';
import { areRunning, freeze, kill, wake, type Victim } from '../platform/victim.js';
import { until } from '../until.js';
import type { Work } from '../submissions/programme.js';
import { fillAndFreeLandingDisk } from './full-disk.js';
import type { Disturbance, Planned } from './plan.js';
import { progressOf, stepsTaken, type Progress } from './progress.js';

/** A disturbance that was carried out, with the progress of the work just before it. */
export interface Done {
  readonly disturbance: Disturbance;
  readonly at: Progress;
  /** Seconds since the run began, to compare with the logs. */
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
  /** Expected number of dead letters at the end, by topic. */
  readonly poisoned = new Map<string, number>();
  readonly #platform: PlatformUnderTest;
  readonly #work: Work;
  readonly #seed: string;

  constructor(platform: PlatformUnderTest, work: Work, seed: string) {
    this.#platform = platform;
    this.#work = work;
    this.#seed = seed;
  }

  /** Resolves when the plan is carried out and every frozen process has been resumed. */
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

  /** Resolves when all due disturbances are done, so that the work cannot finish before it is disturbed. */
  async caughtUp(): Promise<void> {
    if (this.#failed) throw new Error('the disturbances have failed');
    await this.#due;
  }

  /** Number of kills. */
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
    // Freeze all members first, so that none commits between the rewind and the kill.
    const members = this.#membersOf(consumer);
    const frozen = (await Promise.all(members.map(freeze))).flat();
    const again = await until('offsets are taken back', async () => ({
      messages: await this.#platform.bus.rewind(consumer, messages),
    }));
    for (const member of members) await kill(member);
    return `killed ${frozen.length === 1 ? 'process' : 'processes'} ${frozen.join(', ')}; ${again.messages} messages come again`;
  }

  /**
   * Requests a rebuild without waiting for it, since the test may interrupt it. A refusal because one is running counts
   * as started.
   */
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
    // The message counts as published only once the answer arrives.
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

  /** Freezes a consumer, of two linkers the leader, past its lease. A kill ends the freeze early. */
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
  // A fixed pause, because the duration is itself the disturbance.
  await pause(ms);
  return awoken(pids, `after ${ms / 1000} s`);
}

function awoken(pids: readonly number[], when: string): string {
  const was = `process ${pids.join(', ')}`;
  if (!areRunning(pids)) return `${was} was killed in its sleep`;
  wake(pids);
  return `${was} woke ${when}`;
}
