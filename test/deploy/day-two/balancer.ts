import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pod } from '../installed-platform.ts';

const PROBE_EVERY_MS = 200;
/** As the chart's probes: one that a busy pod answers too late does not count. */
const FAILURES = 3;
/** Headers that hold for one connection, not for the request (RFC 9110 §7.6.1). */
const ofConnection = ['connection', 'keep-alive', 'transfer-encoding'];

interface Backend {
  readonly pod: Pod;
  readonly agent: Agent;
  ready: boolean;
  /** Its pod is told to stop: Kubernetes takes it out of the Service, whatever its probes say. */
  retired: boolean;
}

/**
 * Stands in for a Service and its Gateway: passes requests on to the pods that are ready, in turn, over connections that
 * it keeps. It never repeats a request, so that a connection that a pod cuts is a failure that the test sees.
 */
export class Balancer {
  /** Requests that a pod did not answer, or not to the end. */
  readonly failures: string[] = [];
  readonly #server: Server;
  readonly #backends: Backend[] = [];
  readonly #stopping = new AbortController();
  #next = 0;

  private constructor(readonly name: string) {
    this.#server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
    // The senders of this test keep their connections for longer than Node would.
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(name: string): Promise<Balancer> {
    const balancer = new Balancer(name);
    await new Promise<void>((done) => balancer.#server.listen(0, '127.0.0.1', done));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Begins to probe a pod. Resolves once it is ready and gets requests. */
  async add(pod: Pod): Promise<void> {
    const backend: Backend = { pod, agent: new Agent({ keepAlive: true }), ready: false, retired: false };
    this.#backends.push(backend);
    void this.#probe(backend);
    while (!backend.ready && !this.#stopping.signal.aborted) await pause(20);
  }

  /** Sends a pod no more requests; what it was sent before may end. */
  retire(pod: Pod): void {
    const backend = this.#backends.find((each) => each.pod === pod);
    if (backend !== undefined) backend.retired = true;
  }

  remove(pod: Pod): void {
    const at = this.#backends.findIndex((backend) => backend.pod === pod);
    this.#backends.splice(at, 1).forEach(({ agent }) => agent.destroy());
  }

  /** Knows no pod any more. */
  forget(): void {
    for (const { pod } of [...this.#backends]) this.remove(pod);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const { agent } of this.#backends) agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #probe(backend: Backend): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted && this.#backends.includes(backend);) {
      failures = (await backend.pod.isReady().catch(() => false)) ? 0 : failures + 1;
      if (failures === 0) backend.ready = true;
      if (failures >= FAILURES) backend.ready = false;
      await pause(PROBE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const ready = this.#backends.filter((backend) => backend.ready && !backend.retired);
    const backend = ready[this.#next++ % ready.length];
    const what = `${incoming.method ?? ''} ${(incoming.url ?? '').split('?')[0] ?? ''}`;
    if (backend === undefined) {
      this.failures.push(`${what}: no pod of ${this.name} is ready`);
      outgoing.writeHead(502).end();
      return;
    }
    const failed = (why: string) => this.failures.push(`${what}: ${why}, ${backend.pod.url}`);
    const onward = request(`${backend.pod.url}${incoming.url ?? ''}`, {
      method: incoming.method,
      headers: withoutConnection(incoming.headers),
      agent: backend.agent,
    });
    let answered = false;
    onward.on('response', (answer) => {
      answered = true;
      // The pod may answer before it has the whole body, and then reads no further.
      incoming.unpipe(onward).resume();
      outgoing.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers));
      answer.on('error', (error: NodeJS.ErrnoException) => {
        failed(`an answer broke off (${error.code ?? error.message})`);
        outgoing.destroy();
      });
      answer.pipe(outgoing);
    });
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (answered) return;
      failed(`no answer (${error.code ?? error.message})`);
      outgoing.writeHead(502).end();
    });
    incoming.pipe(onward);
  }
}

const withoutConnection = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)));
