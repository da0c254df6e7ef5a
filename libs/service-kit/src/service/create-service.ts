import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@kinledger/contracts';
import { Logger as NestCommonLogger, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Logger as NestLogger } from 'nestjs-pino';
import type { Logger } from 'pino';
import { AccessFileIdentity } from '../access/access-file-identity.js';
import { nobody, type Identity } from '../access/identity.js';
import type { BusConfig } from '../config/bus-config.js';
import { commonConfig, type accessConfig } from '../config/fragments.js';
import { readConfig } from '../config/read-config.js';
import type { ConfigOf, ConfigSchema, Environment } from '../config/variable.js';
import { Health } from '../health/health.js';
import { AllowedMethods } from '../http/allowed-methods.js';
import { admitBodies } from '../http/body-admission.js';
import { readJsonBodies } from '../http/json-bodies.js';
import { closeLingering } from '../http/lingering-close.js';
import { answerWhatNodeRefuses } from '../http/refused-by-node.js';
import { routeGuard } from '../http/route-guard.js';
import { sendSecurityHeaders } from '../http/security-headers.js';
import { readableAddress, refuseUnreadableAddresses } from '../http/unreadable-address.js';
import { createLogger, loggerModule, quietNest } from '../logging/logger.js';
import { MessageBusModule } from '../messaging/message-bus.module.js';
import { Metrics } from '../metrics/metrics.js';
import type { ApiDescription } from '../openapi/openapi.controller.js';
import { asProblem } from '../problem/known-problems.js';
import { sendProblem } from '../problem/problem.filter.js';
import { connectBatchTransport } from '../transport/connect-batch-transport.js';
import { kitModule } from './kit.module.js';
import { addRequestHooks } from './request-hooks.js';
import { Shutdown } from './shutdown.js';

export interface ServiceOptions<C extends ConfigSchema> {
  readonly name: ServiceName;
  /**
   * The service's own variables, in addition to `http`, `log` and `shutdown`. A part named `access` (`accessConfig`)
   * defines the bearer accounts; without it, or an `identity`, only public handlers answer. A part named `bus`
   * (`busConfig`) gives the service its message bus and connects its `@OnMessages` handlers, as the consumer group of its
   * name.
   */
  readonly config: C;
  /**
   * Creates the service's module from the configuration. Routes are used as declared: controllers add the prefix `v1`
   * themselves.
   */
  readonly module: (config: ServiceConfig<C>) => DynamicModule;
  /** Identifies callers, if the access file does not. */
  readonly identity?: (config: ServiceConfig<C>) => Identity;
  /**
   * Describes the service's HTTP API; the service then serves an OpenAPI document of its controllers at
   * `/openapi.json`.
   */
  readonly api?: ApiDescription;
  /** Requests whose body the service reads itself, as a stream; the service limits their duration itself. */
  readonly streams?: (request: FastifyRequest) => boolean;
  /** Registers content type parsers and plugins before the routes; ingest streams its CSV bodies. */
  readonly fastify?: (fastify: FastifyInstance, config: ServiceConfig<C>) => void | Promise<void>;
  /** Completes the setup after the modules are created, before the service listens. */
  readonly configure?: (app: NestFastifyApplication, config: ServiceConfig<C>) => void | Promise<void>;
}

export type ServiceConfig<C extends ConfigSchema> = ConfigOf<C> & ConfigOf<typeof commonConfig>;

export interface Service {
  readonly app: NestFastifyApplication;
  /** The address on which it listens, with the actual port. */
  readonly url: string;
  readonly health: Health;
  readonly logger: Logger;
  readonly drainMs: number;
  readonly graceMs: number;
  /** Makes the service not ready; finishes current handlers, subscriptions and requests; closes pools. */
  close(): Promise<void>;
}

const JSON_BODY_LIMIT = 1024 * 1024;
/** A connection without traffic for this long is cut, even if the caller has not read the whole response. */
const QUIET_CONNECTION_MS = 5 * 60_000;

class ServiceRoot {}

/**
 * Boots a service and listens. Tests call it with their own environment; `main.ts` uses `runService`.
 * @throws ConfigurationWrong, or the error that kept a module from starting.
 */
export async function createService<const C extends ConfigSchema>(
  options: ServiceOptions<C>,
  env: Environment = process.env,
): Promise<Service> {
  // One tree of both schemas: the parts have the types of the two schemas.
  const config = readConfig({ ...options.config, ...commonConfig }, env) as unknown as ServiceConfig<C>;
  const { http, log, shutdown: times, start } = config as ConfigOf<typeof commonConfig>;
  const logger = createLogger({ service: options.name, level: log.level });
  const health = new Health();
  const metrics = new Metrics(options.name);
  const shutdown = new Shutdown();
  const adapter = createAdapter(http.requestMs);
  const fastify = adapter.getInstance();
  const allowedMethods = new AllowedMethods(fastify);
  await sendSecurityHeaders(fastify);
  addRequestHooks(fastify, { metrics, logger, health });
  refuseUnreadableAddresses(fastify);
  readJsonBodies(fastify);
  const bus = busOf(config);
  const openApi = options.api && (await import('../openapi/openapi.controller.js')).OpenApiController;
  const root: DynamicModule = {
    module: ServiceRoot,
    imports: [
      loggerModule(logger),
      kitModule({
        ...{ health, metrics, shutdown, startPatienceMs: start.patienceMs },
        identity: options.identity?.(config) ?? identityOf(config),
        controllers: openApi === undefined ? [] : [openApi],
      }),
      options.module(config),
      // After the service's pools, so that it closes before them.
      ...(bus === undefined ? [] : [MessageBusModule.forRoot({ bus, service: options.name })]),
    ],
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes any object of that shape
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bufferLogs: true,
    abortOnError: false,
    // The kit registers its own body parsers.
    bodyParser: false,
  });
  app.useLogger(quietNest(app.get(NestLogger)));
  try {
    admitBodies(fastify, {
      allowedMethods,
      admitCaller: routeGuard(app),
      streams: options.streams ?? (() => false),
      bodyMilliseconds: http.requestMs,
    });
    closeLingering(fastify);
    await options.fastify?.(fastify, config);
    if (bus !== undefined) connectBatchTransport(app, options.name, bus);
    await options.configure?.(app, config);
    if (options.api !== undefined && openApi !== undefined) app.get(openApi).describe(app, options.api);
    await app.startAllMicroservices();
    await app.listen({ host: http.host, port: http.port });
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  const close = async () => {
    health.beginStopping();
    shutdown.begin(times.graceMs);
    await app.close();
  };
  return { app, url: urlOf(app, http.host), health, logger, ...times, close };
}

function createAdapter(requestMs: number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: JSON_BODY_LIMIT,
    // The kit requires the host header itself, so that callers without one receive a problem of ours.
    http: { requireHostHeader: false, headersTimeout: requestMs, connectionsCheckingInterval: 1_000 },
    connectionTimeout: QUIET_CONNECTION_MS,
    // The kit's own handler answers.
    clientErrorHandler: () => undefined,
    genReqId: () => randomUUID(),
    // Current requests are finished; idle connections are cut.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: readableAddress,
    // Also for errors before routing.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, request.id, asProblem(error)),
  });
  answerWhatNodeRefuses(adapter.getInstance().server);
  return adapter;
}

/** The bearer accounts, if the configuration names an access file. */
function identityOf(config: object): Identity {
  if (!('access' in config)) return nobody;
  const { file } = config.access as ConfigOf<typeof accessConfig>;
  const logger = new NestCommonLogger('access');
  return new AccessFileIdentity(file, (reason) =>
    logger.error({ reason }, 'all callers are refused: correct the access file'),
  );
}

const busOf = (config: object): BusConfig | undefined =>
  'bus' in config ? (config.bus as BusConfig) : undefined;

function urlOf(app: NestFastifyApplication, host: string): string {
  const address: unknown = app.getHttpServer().address();
  const port =
    typeof address === 'object' && address !== null && 'port' in address ? address.port : undefined;
  const reachable =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${reachable}:${String(port)}`;
}
