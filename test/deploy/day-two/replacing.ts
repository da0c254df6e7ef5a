import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../installed-pods.ts';
import type { ServiceName } from '@kinledger/contracts';
import type { InstalledPlatform, Pod } from '../installed-platform.ts';
import type { Balancer } from './balancer.ts';

/** For so long a pod that is told to stop is still sent new requests. */
const UNTIL_TAKEN_OUT_MS = 300;

/** How a pod ended that was told to. */
export interface Ending {
  /** Exit code. */
  readonly code: number | null;
  readonly seconds: number;
}

/** Tells a pod to stop, as Kubernetes does. */
export async function end(pod: Pod): Promise<Ending> {
  const clock = stopwatch();
  return { code: await pod.process.stop(), seconds: clock() };
}

/** Returns the seconds since it was made. */
export function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1000;
}

/** The pods of a service, replaced as a Deployment of the chart replaces them. */
export class Deployment {
  readonly pods: Pod[] = [];

  constructor(
    readonly platform: InstalledPlatform,
    readonly service: ServiceName,
    /** Variables of its pods, instead of the chart's. */
    readonly instead: Readonly<Record<string, string>>,
    readonly balancer: Balancer | undefined,
  ) {}

  /** Starts pods until there are so many. Resolves when all are ready. */
  async scaleUp(replicas: number): Promise<void> {
    const more = replicas - this.pods.length;
    await Promise.all(Array.from({ length: more }, () => this.#begin()));
  }

  /** Ends the pods that are too many. */
  async scaleDown(replicas: number): Promise<readonly Ending[]> {
    return Promise.all(this.pods.slice(replicas).map((pod) => this.#end(pod)));
  }

  /** A new pod first; once it is ready, the old one is told to stop (`maxSurge: 1, maxUnavailable: 0`). */
  async replace(onStop: (pod: Pod) => void = () => undefined): Promise<readonly Ending[]> {
    const endings: Ending[] = [];
    for (const old of [...this.pods]) {
      await this.#begin();
      onStop(old);
      endings.push(await this.#end(old));
    }
    return endings;
  }

  /** One pod after another is told to stop, and the next one takes its place (`maxSurge: 0, maxUnavailable: 1`). */
  async replaceInTurn(): Promise<readonly Ending[]> {
    const endings: Ending[] = [];
    for (const old of [...this.pods]) {
      endings.push(await this.#end(old));
      await this.#begin();
    }
    return endings;
  }

  /** Kills a pod with SIGKILL; the next one takes its place. */
  async kill(pod: Pod): Promise<void> {
    this.#forget(pod);
    await pod.process.kill();
  }

  async #begin(): Promise<void> {
    const pod = await this.platform.start(this.service, this.instead);
    this.pods.push(pod);
    await until(
      `${this.service} is ready`,
      () => pod.isReady(),
      () => this.platform.logs,
    );
    await this.balancer?.add(pod);
  }

  async #end(pod: Pod): Promise<Ending> {
    const ending = end(pod);
    await pause(UNTIL_TAKEN_OUT_MS);
    this.balancer?.retire(pod);
    await ending;
    this.#forget(pod);
    return ending;
  }

  #forget(pod: Pod): void {
    this.pods.splice(this.pods.indexOf(pod), 1);
    this.balancer?.remove(pod);
  }
}

/** State of a linker: deciding, standby, recovering or halted. */
export async function stateOf(pod: Pod, token: string): Promise<string> {
  const answer = await fetch(`${pod.url}/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { readonly state: string }).state;
}

/** The linker that decides. */
export async function writerAmong(pods: readonly Pod[], token: string): Promise<Pod> {
  for (;;) {
    for (const pod of pods) {
      const state = await stateOf(pod, token).catch(() => 'away');
      if (state === 'deciding') return pod;
    }
    await pause(20);
  }
}
