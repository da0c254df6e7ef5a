export { askedByOf, hasRole, type Caller } from './access/caller.js';
export type { Identified, Identity } from './access/identity.js';
export { bearerTokenOf } from './access/access.guard.js';
export { ByForm, CurrentCaller, Public, Roles, callerOf } from './access/decorators.js';
export { isOwnForm } from './access/own-form.js';
export { sessionCookie, sessionOf } from './access/session-cookie.js';
export { SESSION_MS, Sessions } from './access/sessions.js';
export { busConfig, type BusConfig } from './config/bus-config.js';
export {
  accessConfig,
  checkpointConfig,
  commonConfig,
  eraserConfig,
  erasuresConfig,
  eventStoreConfig,
  httpConfig,
  logConfig,
  platformConfig,
  postgresUrlVariable,
  programmeConfig,
  publicUrlConfig,
  restrictedConfig,
  secretsConfig,
  shutdownConfig,
  signingKeyConfig,
  suppressionsConfig,
} from './config/fragments.js';
export { isConfigurationWrong, readConfig, type ConfigurationWrong } from './config/read-config.js';
export { wholeNumber } from './config/whole-number.js';
export {
  isVariable,
  variable,
  type ConfigOf,
  type ConfigSchema,
  type Environment,
  type Variable,
} from './config/variable.js';
export { Backlog } from './flow/backlog.js';
export { DependencyWatch, type DependencyStanding } from './health/dependency-watch.js';
export { FindingsWatch, type Finding } from './health/findings-watch.js';
export { Health, type LivenessCheck, type Readiness, type ReadinessCheck } from './health/health.js';
export { appendLine } from './lists/append-line.js';
export { FailureLog } from './logging/failure-log.js';
export { createLogger } from './logging/logger.js';
export { serializeError } from './logging/error-serializer.js';
export { closeLingering, type Patience } from './http/lingering-close.js';
export { FileLag, type FileStage } from './metrics/file-lag.js';
export { Metrics } from './metrics/metrics.js';
export { answers, answersCsv, problems } from './openapi/answers.js';
export type { ApiDescription } from './openapi/openapi.controller.js';
export { Outbox, OutboxModule, type OutboxModuleOptions } from './outbox/outbox.module.js';
export { InjectPool, PoolModule, poolToken } from './persistence/pool.module.js';
export { ProblemFilter } from './problem/problem.filter.js';
export { Problem, type ProblemDetail, type ProblemDocument, type ProblemOptions } from './problem/problem.js';
export { SealedAnswers, sealFor } from './sealing/sealed-answers.js';
export {
  createService,
  type Service,
  type ServiceConfig,
  type ServiceOptions,
} from './service/create-service.js';
export { runService, type ReadyMessage } from './service/run-service.js';
export { Shutdown } from './service/shutdown.js';
export {
  pastSpan,
  spanAttributes,
  withSpan,
  workSpans,
  type DescribedSpan,
  type SpanAttribute,
  type Tell,
} from './telemetry/spans.js';
export { currentTraceparent, inTrace, storedTraceparent } from './telemetry/trace-context.js';
export { isTracing } from './telemetry/tracing.js';
export * from './transport/index.js';
export { configuredBus, type BusOwner } from './messaging/configured-bus.js';
export { InjectMessageBus, MESSAGE_BUS } from './messaging/message-bus.token.js';
export {
  kafkaDeclarations,
  type KafkaAccessRule,
  type KafkaDeclarations,
  type KafkaTopicDeclaration,
} from './messaging/kafka-declarations.js';
