import { Command, topics, type CommandData, type CommandId } from '@kinledger/contracts';
import { handlerOf } from '@kinledger/decisions';
import type { IncomingMessage } from '@kinledger/message-bus';
import {
  Backlog,
  OnMessages,
  Public,
  storedTraceparent,
  type BatchContext,
  type MessageOf,
} from '@kinledger/service-kit';
import { WakeUp } from '@kinledger/waiting';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { PinoLogger } from 'nestjs-pino';
import { LinkerMetrics } from '../status/linker-metrics.js';
import type {
  Inbox,
  IncomingChunk,
  IncomingCommand,
  IncomingIntake,
  IncomingUnprocessable,
  StagingResult,
} from './inbox.js';
import { INBOX } from './inbox.token.js';

/** Decoded rows take ten times as much and are soon garbage: small batches keep them out of the old generation. */
const BYTES_PER_BATCH = 512 * 1024;

/** Well below the time after which the bus presumes a silent member dead; the batch is already durable. */
const LONGEST_BRAKE_MS = 5_000;

/** Injection token of the backlog of staged chunks. */
export const UNDECIDED = Symbol('chunks that wait to be decided');

/** Stages messages from the bus. A batch is staged durably before its offsets are committed. */
@Public()
@Controller()
export class StagingController {
  readonly #inbox: Inbox;
  readonly #wakeUp: WakeUp;
  readonly #metrics: LinkerMetrics;
  readonly #logger: PinoLogger;
  readonly #undecided: Backlog;

  constructor(
    @Inject(INBOX) inbox: Inbox,
    wakeUp: WakeUp,
    metrics: LinkerMetrics,
    logger: PinoLogger,
    @Inject(UNDECIDED) undecided: Backlog,
  ) {
    this.#inbox = inbox;
    this.#wakeUp = wakeUp;
    this.#metrics = metrics;
    this.#logger = logger;
    this.#undecided = undecided;
  }

  @OnMessages(topics.fileAccepted)
  async accepted(
    @Payload() messages: readonly MessageOf<typeof topics.fileAccepted>[],
    @Ctx() context: BatchContext,
  ): Promise<void> {
    const intakes = messages.map(({ id, time, data, traceparent }, index): IncomingIntake => {
      const { programme, intake, submission } = data;
      const traced = { traceparent: storedTraceparent(traceparent) };
      return {
        programme,
        intake,
        submission,
        cause: id,
        time,
        ...traced,
        ...bytesOf(context.received[index]),
      };
    });
    this.#staged(await this.#inbox.stageIntakes(intakes), context.topic);
  }

  @OnMessages(topics.command)
  async commanded(
    @Payload() messages: readonly MessageOf<typeof topics.command>[],
    @Ctx() context: BatchContext,
  ): Promise<void> {
    const commands = messages.flatMap(({ data, traceparent }, index): IncomingCommand[] => {
      // Figures come from the projector alone, on its own topic.
      if (data.kind === 'publish-figures') {
        this.#logger.error({ command: data.id }, 'figures came as a person’s command: they are not recorded');
        return [];
      }
      const { programme, id, kind, after } = data;
      const intake = handlerOf(data).waitsFor?.(data).intake;
      const traced = { traceparent: storedTraceparent(traceparent) };
      return [{ programme, id, kind, after, intake, ...traced, ...bytesOf(context.received[index]) }];
    });
    this.#staged(await this.#inbox.stageCommands(commands), context.topic);
  }

  /**
   * The projector's figures of a closed quarter: a command of their own kind, which comes by a topic of its own, so that the
   * projector needs no right to order anything else. Computed again, they have the same id and are staged once.
   */
  @OnMessages(topics.figuresComputed)
  async figuresComputed(
    @Payload() messages: readonly MessageOf<typeof topics.figuresComputed>[],
    @Ctx() context: BatchContext,
  ): Promise<void> {
    const commands = messages.map(({ data, traceparent }) => ({
      ...figuresCommand(data),
      traceparent: storedTraceparent(traceparent),
    }));
    this.#staged(await this.#inbox.stageCommands(commands), context.topic);
  }

  @OnMessages(topics.rowPseudonymised, { maxBytes: BYTES_PER_BATCH })
  async pseudonymised(
    @Payload() messages: readonly MessageOf<typeof topics.rowPseudonymised>[],
    @Ctx() context: BatchContext,
  ): Promise<void> {
    const chunks = messages.map(({ data }, index): IncomingChunk => ({
      submission: data.submission,
      chunk: data.chunk,
      last: data.last,
      rows: data.rows.length,
      keyVersion: data.rows[0]?.keyVersion,
      body: bytesOf(context.received[index]).body,
    }));
    this.#staged(await this.#inbox.stageChunks(chunks), context.topic);
    // The delay is bounded, because the next decision may depend on the next batch.
    await this.#undecided.brake(LONGEST_BRAKE_MS, context.signal);
  }

  @OnMessages(topics.submissionStateChanged)
  async stateChanged(
    @Payload() messages: readonly MessageOf<typeof topics.submissionStateChanged>[],
    @Ctx() context: BatchContext,
  ): Promise<void> {
    const unprocessable = messages.flatMap(({ data }): IncomingUnprocessable[] =>
      data.state === 'unprocessable' && data.submission !== undefined && data.intake !== undefined
        ? [{ submission: data.submission, intake: data.intake, reason: data.reason ?? 'unprocessable' }]
        : [],
    );
    await this.#inbox.stageUnprocessable(unprocessable);
    this.#staged({ staged: unprocessable.length, conflicting: [] }, context.topic);
  }

  #staged({ staged, conflicting }: StagingResult, topic: string): void {
    if (staged > 0) this.#wakeUp.call();
    if (conflicting.length === 0) return;
    this.#metrics.conflicting.inc({ topic }, conflicting.length);
    this.#logger.error(
      { topic, conflicting },
      'messages claim a place that different messages hold; the earlier messages stay',
    );
  }
}

const PROJECTOR = 'projector';

function figuresCommand(
  data: MessageOf<typeof topics.figuresComputed>['data'],
): Omit<IncomingCommand, 'traceparent'> {
  const { programme, period, closing, closedAt } = data;
  const command: CommandData<'publish-figures'> = {
    ...{
      id: `figures-${period.toLowerCase()}-at-${closing}` as CommandId,
      kind: 'publish-figures',
      programme,
    },
    ...{ askedBy: { person: PROJECTOR }, reason: 'quarter-closed', time: closedAt, after: 0, payload: data },
  };
  const { id, kind, after } = command;
  const body = Buffer.from(JSON.stringify(command), 'utf8');
  return { programme, id, kind, after, intake: undefined, version: Command.version, body };
}

const versionInSchema = /:(\d+)$/;

/** A message's bytes, and the version in its header, which must be there because the message was read by it. */
function bytesOf(received: IncomingMessage | undefined): { version: number; body: Uint8Array } {
  const version = versionInSchema.exec(received?.headers['ce_dataschema'] ?? '')?.[1];
  if (received === undefined || version === undefined)
    throw new Error('a message without a version was read');
  return { version: Number(version), body: received.value };
}
