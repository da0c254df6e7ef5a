import {
  closesDecision,
  CommandAnswered,
  commandOfCause,
  encodeCloudEvent,
  isClosing,
  isPublished,
  isPublishedType,
  publicationTopics,
  sentenceOf,
  topics,
  type ClosingEvent,
  type CommandId,
  type ProgrammeId,
  type SubmissionId,
} from '@kinledger/contracts';
import { eventIdOf, ledgerEventOf } from '@kinledger/domain';
import {
  isStoreUnreachable,
  MAX_PAGE_BYTES,
  type EventStore,
  type StoredEvent,
} from '@kinledger/event-store';
import type { MessageBus, OutgoingMessage } from '@kinledger/message-bus';
import { isTracing, withSpan } from '@kinledger/service-kit';
import { BackOff, pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import type { Publication } from './publication.js';
import type { AnsweredCommand, Inbox } from '../inbox/inbox.js';
import {
  DecisionMessages,
  LINKER_SOURCE,
  type PublishedDecision,
  type TopicMessage,
} from './decision-messages.js';
import type { PublicationCursor } from './publication-cursor.js';

export interface PublisherOptions {
  readonly programme: ProgrammeId;
  readonly store: EventStore;
  readonly stream: string;
  readonly bus: MessageBus;
  readonly cursor: PublicationCursor;
  readonly inbox: Inbox;
  /**
   * Called before anything is published: if the topics are others than before, everything is to be published again. Tried
   * again if it rejects.
   */
  readonly noteTopics?: () => Promise<void>;
  readonly onPublished?: (messages: number, position: number) => void;
  readonly onError: (error: unknown) => void;
  /** Called whenever everything is published. */
  readonly onCaughtUp?: () => void;
  readonly pageSize?: number;
  /** The first pause after a failure; it doubles with each further one. */
  readonly retryMs?: number;
}

const PAGE_SIZE = 1_000;
/** A larger decision is read twice, so that it need not fit in memory. */
const MAX_HELD_BYTES = 4 * MAX_PAGE_BYTES;
const POLL_MS = 5_000;
const RETRY_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
/** Short, so that publishing resumes soon after the store is back. */
const STORE_PAUSE_MS = 1_000;

/**
 * Publishes the ledger's decisions, one whole decision after the other, each at least once: the cursor moves once the
 * messages are durable. Messages are made from the ledger, so they are never ahead of it, and a crash loses nothing.
 */
export class Publisher implements Publication {
  readonly #wakeUp = new WakeUp();
  #closed = -1;
  /** Events that were read but not published yet, because a page may hold several small decisions. */
  #held: readonly StoredEvent[] = [];
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  closedUpTo(revision: number): void {
    this.#closed = Math.max(this.#closed, revision);
    this.#wakeUp.call();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { retryMs = RETRY_MS } = this.#options;
    const backOff = new BackOff({ firstMs: retryMs, longestMs: LONGEST_PAUSE_MS });
    let isNoted = false;
    while (!signal.aborted) {
      try {
        if (!isNoted) await this.#options.noteTopics?.();
        isNoted = true;
        await this.#publishAll(signal);
        await this.#answerCommands();
        backOff.reset();
        this.#options.onCaughtUp?.();
        await this.#wakeUp.wait({ ms: POLL_MS, signal });
      } catch (error) {
        this.#options.onError(error);
        const ms = backOff.failed();
        await pauseUnlessAborted(isStoreUnreachable(error) ? Math.min(ms, STORE_PAUSE_MS) : ms, signal);
      }
    }
  }

  async #publishAll(signal: AbortSignal): Promise<void> {
    const { cursor, programme } = this.#options;
    let position = await cursor.position(programme);
    while (position < this.#closed && !signal.aborted) {
      const published = await this.#publishDecision(position + 1, signal);
      if (published === undefined) return;
      position = published.position;
      await cursor.advance(programme, position);
      this.#options.onPublished?.(published.messages, position);
    }
  }

  /**
   * Publishes the decision that begins at a revision. @returns its closing position; undefined if the signal aborts.
   */
  async #publishDecision(
    from: number,
    signal: AbortSignal,
  ): Promise<{ readonly position: number; readonly messages: number } | undefined> {
    const { stream } = this.#options;
    const { first, closing } = await this.#boundsOf(from, signal);
    if (first === undefined || closing === undefined) return undefined;
    const { revision: position } = closing;
    const end = ledgerEventOf(closing, stream);
    const decision = isClosing(end) ? this.#decisionOf(first, end) : undefined;
    if (decision === undefined) {
      const count = await this.#publishEvents(from, closing, undefined, signal);
      return count === undefined ? undefined : { position, messages: count };
    }
    const { submission, outcome } = decision;
    const parent = await this.#traceOf(end.cause, submission);
    const attributes = {
      'kinledger.submission': submission,
      'kinledger.outcome': outcome,
      'kinledger.position': position,
    };
    return withSpan('publish decision', { parent, attributes }, async (tell) => {
      const count = await this.#publishEvents(from, closing, new DecisionMessages(decision, parent), signal);
      if (count === undefined) return undefined;
      tell({ 'kinledger.messages': count });
      return { position, messages: count };
    });
  }

  /** The trace of the command or file that caused a decision. */
  async #traceOf(cause: string, submission: SubmissionId): Promise<string | undefined> {
    if (!isTracing()) return undefined;
    const command = commandOfCause(cause);
    const { inbox, programme } = this.#options;
    // A cause in the ledger was made from such an id.
    const what = command === undefined ? { submission } : { command: command as CommandId };
    return inbox.traceOf(programme, what).catch(() => undefined);
  }

  /** @returns how many messages were published; undefined if the signal aborts. */
  async #publishEvents(
    from: number,
    closing: StoredEvent,
    messages: DecisionMessages | undefined,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { store, stream, pageSize = PAGE_SIZE } = this.#options;
    let count = 0;
    for (let next = from; next <= closing.revision;) {
      const page = this.#held.length > 0 ? this.#held : await store.readPage(stream, next, pageSize);
      const its = page.filter(({ revision }) => revision >= next && revision <= closing.revision);
      const last = its.at(-1);
      if (last === undefined || signal.aborted) return undefined;
      for (const stored of its) {
        if (messages === undefined || !isPublishedType(stored.type)) continue;
        const event = ledgerEventOf(stored, stream);
        if (isPublished(event)) messages.take(event);
      }
      next = last.revision + 1;
      this.#held = page.filter(({ revision }) => revision >= next);
      const complete = messages?.drain() ?? [];
      await this.#send(complete);
      count += complete.length;
    }
    return count;
  }

  /** Finds the first event of a decision and its closing event, whose type says what the decision is about. */
  async #boundsOf(
    from: number,
    signal: AbortSignal,
  ): Promise<{ readonly first: StoredEvent | undefined; readonly closing: StoredEvent | undefined }> {
    const { store, stream, pageSize = PAGE_SIZE } = this.#options;
    let pages = this.#held[0]?.revision === from ? [this.#held] : [];
    let first = pages[0]?.[0];
    let closing = closingOf(pages[0] ?? []);
    let next = from + (pages[0]?.length ?? 0);
    for (let read = bytesOf(pages.flat()); closing === undefined && !signal.aborted;) {
      const page = await store.readPage(stream, next, pageSize);
      if (page.length === 0) break;
      first ??= page[0];
      closing = closingOf(page);
      next += page.length;
      read += bytesOf(page);
      pages = read > MAX_HELD_BYTES ? [] : [...pages, page];
    }
    this.#held = pages.flat();
    return { first, closing };
  }

  /** What a decision is about; undefined if nothing is published of it. */
  #decisionOf(first: StoredEvent, closing: ClosingEvent): PublishedDecision | undefined {
    const { programme } = this.#options;
    switch (closing.type) {
      case 'SubmissionLinked': {
        const opening = ledgerEventOf(first, this.#options.stream);
        if (opening.type !== 'SubmissionReceived' && opening.type !== 'SubmissionUnparked') {
          throw new Error(`the decision that ends at revision ${closing.revision} begins with ${first.type}`);
        }
        const { submission } = closing.data;
        return { programme, submission, intake: opening.data.intake, outcome: 'linked' };
      }
      case 'SubmissionWithdrawn': {
        const { submission, intake } = closing.data;
        return { programme, submission, intake, outcome: 'withdrawn' };
      }
      case 'SubmissionParked': {
        const { submission, intake } = closing.data;
        return { programme, submission, intake, outcome: 'parked' };
      }
      case 'ProgrammeDefined':
      case 'StrategyAdopted':
      case 'RecordErased':
      case 'CarerTokensErased':
      case 'LinkForbidden':
      case 'LinkReviewed':
      case 'LinkAllowed':
      case 'ReviewGiven':
      case 'QuarterClosed':
      case 'FiguresPublished':
      case 'ReleasePublished':
      case 'ReleaseWithdrawn':
      case 'KeyRotated':
      case 'SigningKeyChanged':
        return undefined;
      default:
        return closing satisfies never;
    }
  }

  /** Sends topic by topic, so that a submission is announced as decided only after the results of its decision. */
  async #send(messages: readonly TopicMessage[]): Promise<void> {
    for (const topic of publicationTopics.map((name) => topics[name])) {
      const its = messages.filter((message) => message.topic === topic).map(({ message }) => message);
      if (its.length > 0) await this.#options.bus.publish(topic.name, its);
    }
  }

  async #answerCommands(): Promise<void> {
    const { inbox, bus, programme } = this.#options;
    for (;;) {
      const answered = await inbox.unanswered(programme);
      if (answered.length === 0) return;
      await bus.publish(topics.commandAnswered.name, answered.map(replyTo));
      await inbox.markAnswered(
        programme,
        answered.map(({ command }) => command.id),
      );
    }
  }
}

function replyTo({
  command: { id: command, kind, programme, time },
  answer,
}: AnsweredCommand): OutgoingMessage {
  const told =
    answer.outcome === 'accepted'
      ? answer
      : { ...answer, detail: sentenceOf(kind, answer.reason, answer.count) };
  const id = eventIdOf(`${topics.commandAnswered.name}:${programme}:${command}`, 0);
  const data = { programme, command, kind, ...told };
  return { key: programme, ...encodeCloudEvent(CommandAnswered, { id, source: LINKER_SOURCE, time, data }) };
}

const bytesOf = (page: readonly StoredEvent[]): number =>
  page.reduce((sum, { bytes }) => sum + bytes.length, 0);

const closingOf = (page: readonly StoredEvent[]): StoredEvent | undefined =>
  page.find(({ type }) => closesDecision(type));
