import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import grpc from '@grpc/grpc-js';
import featuresService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js';
import features from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import gossipService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_grpc_pb.js';
import gossip from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js';
import streamsService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { batchAppendOf, type BatchAppendCall } from './stand-in-append.js';
import { recordedEvent, type ReadCall, revisionOf, streamNameOf } from './stand-in-messages.js';
import { journalledStreams } from './stand-in-journal.js';
import { StandInStreams } from './stand-in-streams.js';

export interface StandInOptions {
  /** Server certificate and key in PEM; plain HTTP/2 if absent. */
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer };
  /** Calls must carry these; anonymous ones are refused. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Default: a free port. */
  readonly port?: number;
  /** A file that stores appends, from which a killed stand-in restores them. */
  readonly journal?: string;
}

type DeleteCall = grpc.ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>;
type TombstoneCall = grpc.ServerUnaryCall<streams.TombstoneReq, streams.TombstoneResp>;

/** Faults to come; each append that meets one counts it down. */
export interface Mishaps {
  /** Appends that are stored, but whose connection dies before the answer. */
  loseAnswers: number;
  /** Appends whose connection dies before they are stored. */
  loseRequests: number;
  /** Appends that a starting server refuses. */
  notReady: number;
  /**
   * While true it follows, like a node of a cluster that elects a leader: it says so, and refuses calls that require a
   * leader.
   */
  leaderless: boolean;
}

/**
 * A STAND-IN for a KurrentDB server, for tests on machines that have none. It speaks the server's own protocol (the
 * client package's generated stubs) over a real connection, keeps streams in memory, and imitates what was measured on
 * a real EventStoreDB 23.10. It is not a server: passing against it does not prove passing against a real one.
 */
export class StandInServer {
  readonly streams: StandInStreams;
  readonly mishaps: Mishaps = { loseAnswers: 0, loseRequests: 0, notReady: 0, leaderless: false };
  /** Number of appends that have arrived, including those that wait while the server hangs. */
  arrived = 0;
  #options: StandInOptions;
  readonly #appended = new EventEmitter().setMaxListeners(0);
  #server: grpc.Server | undefined;
  #port = 0;
  #subscriptions = 0;
  #gate: { readonly passed: Promise<void>; readonly open: () => void } | undefined;

  private constructor(options: StandInOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.streams = options.journal === undefined ? new StandInStreams() : journalledStreams(options.journal);
  }

  static async start(options: StandInOptions = {}): Promise<StandInServer> {
    const server = new StandInServer(options);
    await server.#listen();
    return server;
  }

  /** The connection string, with credentials if the server requires them. */
  connectionString(parameters = ''): string {
    const { tls, credentials } = this.#options;
    const user =
      credentials === undefined
        ? ''
        : `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`;
    return `kurrentdb://${user}localhost:${this.#port}?tls=${tls !== undefined}${parameters}`;
  }

  /** Restarts at its address with another certificate or other credentials. */
  async restartWith(options: StandInOptions): Promise<void> {
    this.#options = options;
    await this.restart();
  }

  /**
   * The connection string for clients of a cluster: two seeds, both this server, which the client asks for the leader.
   */
  clusterString(): string {
    return this.connectionString().replace(/(localhost:\d+)/, '$1,$1');
  }

  get openSubscriptions(): number {
    return this.#subscriptions;
  }

  /** Stalls as after a SIGSTOP: calls wait, and are executed when it resumes. */
  hang(): void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#gate ??= { passed: promise.then(() => undefined), open: () => resolve(undefined) };
  }

  resume(): void {
    this.#gate?.open();
    this.#gate = undefined;
  }

  /** Dies with everything in progress, as after a SIGKILL. */
  kill(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** Restarts at its address, with what was stored and without its memory of recent ids. */
  async restart(): Promise<void> {
    this.kill();
    this.streams.forgetRecent();
    await this.#listen();
  }

  stop(): void {
    this.resume();
    this.kill();
  }

  async #listen(): Promise<void> {
    // As measured: the hundredth stream of a connection makes later calls wait.
    const server = new grpc.Server({
      'grpc.max_concurrent_streams': 100,
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
    });
    server.addService(featuresService.ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, answer: grpc.sendUnaryData<features.SupportedMethods>) =>
        this.#answerFeatures(answer),
    });
    server.addService(gossipService.GossipService, {
      read: (_call: unknown, answer: grpc.sendUnaryData<gossip.ClusterInfo>) => this.#answerGossip(answer),
    });
    server.addService(streamsService.StreamsService, {
      read: (call: ReadCall) => void this.#read(call).catch((error: unknown) => call.destroy(asError(error))),
      batchAppend: (call: BatchAppendCall) => this.#batchAppend(call),
      delete: (call: DeleteCall, answer: grpc.sendUnaryData<streams.DeleteResp>) => {
        this.streams.delete(streamNameOf(call.request.getOptions()?.getStreamIdentifier()));
        answer(null, new streams.DeleteResp());
      },
      tombstone: (call: TombstoneCall, answer: grpc.sendUnaryData<streams.TombstoneResp>) => {
        this.streams.tombstone(streamNameOf(call.request.getOptions()?.getStreamIdentifier()));
        answer(null, new streams.TombstoneResp());
      },
    });
    const { tls } = this.#options;
    const credentials =
      tls === undefined
        ? grpc.ServerCredentials.createInsecure()
        : grpc.ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }]);
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`localhost:${this.#port}`, credentials, (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    this.#server = server;
  }

  #answerFeatures(answer: grpc.sendUnaryData<features.SupportedMethods>): void {
    const methods = ['read', 'append', 'delete', 'tombstone', 'batchappend'].map((name) => {
      const method = new features.SupportedMethod();
      method.setServiceName('event_store.client.streams.streams');
      method.setMethodName(name);
      method.setFeaturesList(name === 'batchappend' ? ['deadline_duration'] : []);
      return method;
    });
    const supported = new features.SupportedMethods();
    supported.setMethodsList(methods);
    supported.setEventStoreServerVersion('23.10.0.0');
    answer(null, supported);
  }

  #answerGossip(answer: grpc.sendUnaryData<gossip.ClusterInfo>): void {
    const { LEADER, UNKNOWN } = gossip.MemberInfo.VNodeState;
    const place = new gossip.EndPoint();
    place.setAddress('localhost');
    place.setPort(this.#port);
    const member = new gossip.MemberInfo();
    member.setState(this.mishaps.leaderless ? UNKNOWN : LEADER);
    member.setIsAlive(true);
    member.setHttpEndPoint(place);
    const cluster = new gossip.ClusterInfo();
    cluster.addMembers(member);
    answer(null, cluster);
  }

  #isAllowed(metadata: grpc.Metadata): boolean {
    const { credentials } = this.#options;
    if (credentials === undefined) return true;
    const wanted = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    return metadata.get('authorization').some((given) => given.toString() === `Basic ${wanted}`);
  }

  async #read(call: ReadCall): Promise<void> {
    await this.#gate?.passed;
    if (!this.#isAllowed(call.metadata)) {
      call.emit('error', { code: grpc.status.UNAUTHENTICATED, details: 'Unauthenticated' });
      return;
    }
    if (this.mishaps.leaderless) {
      call.emit('error', { code: grpc.status.UNAVAILABLE, details: 'Server Is Not Ready' });
      return;
    }
    const options = call.request.getOptions();
    if (options === undefined) throw new Error('a read without options');
    const name = streamNameOf(options.getStream()?.getStreamIdentifier());
    if (options.hasSubscription()) return this.#subscribe(call, name);
    const found = name.startsWith('$$') ? this.#metadataStream(name) : this.streams.find(name);
    if (found === 'deleted') {
      const metadata = new grpc.Metadata();
      metadata.set('exception', 'stream-deleted');
      metadata.set('stream-name', name);
      call.emit('error', {
        code: grpc.status.FAILED_PRECONDITION,
        details: `Event stream '${name}' is deleted.`,
        metadata,
      });
      return;
    }
    if (found === undefined) {
      const missing = new streams.ReadResp.StreamNotFound();
      missing.setStreamIdentifier(options.getStream()?.getStreamIdentifier());
      const response = new streams.ReadResp();
      response.setStreamNotFound(missing);
      call.write(response);
      call.end();
      return;
    }
    const { events, first } = found;
    const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
    const limit = Number(options.getCount());
    const start = revisionOf(options.getStream(), backwards ? events.length - 1 : first);
    let sent = 0;
    for (
      let at = backwards ? Math.min(start, events.length - 1) : Math.max(start, first);
      sent < limit && (backwards ? at >= first : at < events.length);
      at += backwards ? -1 : 1
    ) {
      const event = events[at];
      if (event === undefined) break;
      sent += 1;
      if (!call.write(recordedEvent(name, at, event))) {
        await drained(call);
      }
      if (call.cancelled) return;
    }
    call.end();
  }

  #metadataStream(name: string) {
    const metadata = this.streams.metadataOf(name.slice(2));
    if (metadata === undefined) return undefined;
    const event = {
      id: randomUUID(),
      type: '$metadata',
      contentType: 'application/json',
      data: Buffer.from(metadata),
      metadata: Buffer.alloc(0),
    };
    return { events: [event], first: 0 };
  }

  #subscribe(call: ReadCall, name: string): void {
    const found = this.streams.find(name);
    const from = found === 'deleted' || found === undefined ? 0 : found.events.length;
    const options = call.request.getOptions()?.getStream();
    // As measured: a subscription begins after the revision that it names.
    let next =
      options?.hasRevision() === true
        ? Number(options.getRevision()) + 1
        : options?.hasStart() === true
          ? 0
          : from;
    this.#subscriptions += 1;
    const push = () => {
      const held = this.streams.find(name);
      if (held === undefined || held === 'deleted') return;
      for (; next < held.events.length; next += 1) {
        const event = held.events[next];
        if (event !== undefined) call.write(recordedEvent(name, next, event));
      }
    };
    call.on('cancelled', () => {
      this.#subscriptions -= 1;
      this.#appended.off(name, push);
      call.end();
    });
    const confirmation = new streams.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(randomUUID());
    const response = new streams.ReadResp();
    response.setConfirmation(confirmation);
    call.write(response);
    this.#appended.on(name, push);
    push();
  }

  #batchAppend(call: BatchAppendCall): void {
    const die = (code = grpc.status.UNAVAILABLE) =>
      call.emit('error', { code, details: 'the connection died' });
    if (!this.#isAllowed(call.metadata)) {
      call.emit('error', { code: grpc.status.UNAUTHENTICATED, details: 'Unauthenticated' });
      return;
    }
    batchAppendOf(call, async (append, answer) => {
      this.arrived += 1;
      await this.#gate?.passed;
      if (this.mishaps.notReady > 0 || this.mishaps.leaderless) {
        this.mishaps.notReady = Math.max(0, this.mishaps.notReady - 1);
        answer({ kind: 'not-ready' });
        return;
      }
      if (this.mishaps.loseRequests > 0) {
        this.mishaps.loseRequests -= 1;
        die();
        return;
      }
      if (append.deadline < Date.now()) {
        answer({ kind: 'timeout' });
        return;
      }
      if (append.size > 1024 * 1024) {
        answer({ kind: 'too-large' });
        return;
      }
      const outcome = this.streams.write(append.stream, append.expected, append.events);
      this.#appended.emit(append.stream);
      if (this.mishaps.loseAnswers > 0) {
        this.mishaps.loseAnswers -= 1;
        die();
        return;
      }
      answer(outcome);
    });
  }
}

/** Resolves when the call can take more data, or has ended. */
const drained = (call: ReadCall): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      call.off('drain', done).off('cancelled', done);
      resolve();
    };
    call.on('drain', done).on('cancelled', done);
  });

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
