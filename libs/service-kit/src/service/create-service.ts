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
import { createLogger, loggerModule } from '../logging/logger.js';
import { MessageBusModule } from '../messaging/message-bus.module.js';
import { Metrics } from '../metrics/metrics.js';
import type { ApiDescription } from '../openapi/openapi.controller.js';
import { asProblem } from '../problem/known-problems.js';
import { sendProblem } from '../problem/problem.filter.js';
import { connectBatchTransport } from '../transport/connect-batch-transport.js';
import { kitModule } from './kit.module.js';
import { addRequestHooks } from './request-hooks.js';

export interface ServiceOptions<C extends ConfigSchema> {
  readonly name: ServiceName;
  /**
   * The service's own variables, beside `http`, `log` and `shutdown`. A part named `access` (`accessConfig`) says
   * which bearer accounts there are; without it, or an `identity`, only public handlers answer. A part named `bus` (`busConfig`) gives the
   * service its message bus and connects its `@OnMessages` handlers, as the consumer group of its name.
   */
  readonly config: C;
  /** The service's module, given the configuration. Its routes are as declared: the prefix `v1` is the controllers'. */
  readonly module: (config: ServiceConfig<C>) => DynamicModule;
  /** Who callers are, where it is not the access file that says so. */
  readonly identity?: (config: ServiceConfig<C>) => Identity;
  /** Says what its HTTP API is for: then it serves an OpenAPI document of its controllers at `/openapi.json`. */
  readonly api?: ApiDescription;
  /** Requests whose body the service reads itself, as it comes; it bounds their time itself. */
  readonly streams?: (request: FastifyRequest) => boolean;
  /** Content type parsers and plugins, before the routes: ingest streams its CSV bodies. */
  readonly fastify?: (fastify: FastifyInstance, config: ServiceConfig<C>) => void | Promise<void>;
  /** What is left to set up once the modules exist, before the service listens. */
  readonly configure?: (app: NestFastifyApplication, config: ServiceConfig<C>) => void | Promise<void>;
}

export type ServiceConfig<C extends ConfigSchema> = ConfigOf<C> & ConfigOf<typeof commonConfig>;

export interface Service {
  readonly app: NestFastifyApplication;
  /** Where it listens, with the port that it got. */
  readonly url: string;
  readonly health: Health;
  readonly logger: Logger;
  readonly graceMs: number;
  /** Not ready from now on; handlers, subscriptions and requests in hand are finished; pools are closed. */
  close(): Promise<void>;
}

const JSON_BODY_LIMIT = 1024 * 1024;
/** A connection on which nothing moves for so long is cut, also one whose caller does not read the answer. */
const QUIET_CONNECTION_MS = 5 * 60_000;

class ServiceRoot {}

/**
 * Boots a service and listens. Tests call it with an environment of their own; `runService` is for `main.ts`.
 * @throws ConfigurationWrong, or whatever kept a module from starting.
 */
export async function createService<const C extends ConfigSchema>(
  options: ServiceOptions<C>,
  env: Environment = process.env,
): Promise<Service> {
  // One tree of both: the parts' types are those of the two schemas.
  const config = readConfig({ ...options.config, ...commonConfig }, env) as unknown as ServiceConfig<C>;
  const { http, log, shutdown } = config as ConfigOf<typeof commonConfig>;
  const logger = createLogger({ service: options.name, level: log.level });
  const health = new Health();
  const metrics = new Metrics(options.name);
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
        ...{ health, metrics, identity: options.identity?.(config) ?? identityOf(config) },
        controllers: openApi === undefined ? [] : [openApi],
      }),
      options.module(config),
      // After the service's pools, so that it is closed before them.
      ...(bus === undefined ? [] : [MessageBusModule.forRoot({ bus, service: options.name })]),
    ],
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes any object of that shape
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bufferLogs: true,
    abortOnError: false,
    // Bodies are read as ours say.
    bodyParser: false,
  });
  app.useLogger(app.get(NestLogger));
  try {
    admitBodies(fastify, {
      allowedMethods,
      admitCaller: routeGuard(app),
      streams: options.streams ?? (() => false),
      bodyMilliseconds: http.requestMs,
    });
    closeLingering(fastify);
    await options.fastify?.(fastify, config);
    if (bus !== undefined) connectBatchTransport(app, options.name);
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
    await app.close();
  };
  return { app, url: urlOf(app, http.host), health, logger, graceMs: shutdown.graceMs, close };
}

function createAdapter(requestMs: number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: JSON_BODY_LIMIT,
    // Hosts are required by us, so that whoever names none is told in our words.
    http: { requireHostHeader: false, headersTimeout: requestMs, connectionsCheckingInterval: 1_000 },
    connectionTimeout: QUIET_CONNECTION_MS,
    // Ours answers.
    clientErrorHandler: () => undefined,
    genReqId: () => randomUUID(),
    // Requests in hand are finished; connections that only wait are cut.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: readableAddress,
    // What fails before routing all the same.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, request.id, asProblem(error)),
  });
  answerWhatNodeRefuses(adapter.getInstance().server);
  return adapter;
}

/** Bearer accounts, where the configuration names a file of them. */
function identityOf(config: object): Identity {
  if (!('access' in config)) return nobody;
  const { file } = config.access as ConfigOf<typeof accessConfig>;
  const logger = new NestCommonLogger('access');
  return new AccessFileIdentity(file, (reason) =>
    logger.error({ reason }, 'nobody is let in: mend the access file'),
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
