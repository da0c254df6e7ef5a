import type { CloudEvent, SubmissionDecided, SubmissionId } from '@kinledger/contracts';
import { isTracing, pastSpan, storedTraceparent } from '@kinledger/service-kit';
import type pg from 'pg';
import type { AppliedDecisions } from './project-ledger.js';

/** Transactions whose times are kept for decisions that are announced after they were applied. */
const MAX_REMEMBERED = 1_000;

type Transaction = Omit<AppliedDecisions, 'linked'>;

interface AnnouncedDecision {
  readonly position: number;
  readonly submission: SubmissionId;
  readonly traceparent: string;
}

/** The `traceparent` of the spans in which submissions became part of the figures. */
export type TracesOfSubmissions = ReadonlyMap<SubmissionId, string | undefined>;

const none: TracesOfSubmissions = new Map();

/**
 * Ends the traces of files and commands at the figures: a span for each decision that this process has projected. The
 * ledger holds no traces, so they come with the messages that announce decisions, and wait in a table: the process that
 * receives a message is not always the one that projects. Does nothing while traces are off, and never fails its caller.
 */
export class DecisionTraces {
  readonly #pool: pg.Pool;
  readonly #transactions: Transaction[] = [];

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Keeps the traces of announced decisions until they are projected. */
  async announced(messages: readonly CloudEvent<typeof SubmissionDecided>[]): Promise<void> {
    if (!isTracing()) return;
    const traced = messages.flatMap(({ data, traceparent }) => {
      const stored = storedTraceparent(traceparent);
      return stored === undefined ? [] : [{ ...data, traceparent: stored }];
    });
    if (traced.length === 0) return;
    await this.#pool
      .query(
        `INSERT INTO projector.decision_trace (position, submission, traceparent)
         SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[]) ON CONFLICT DO NOTHING`,
        [
          traced.map(({ position }) => position),
          traced.map(({ submission }) => submission),
          traced.map(({ traceparent }) => traceparent),
        ],
      )
      .catch(() => undefined);
  }

  /** Notes a transaction, and makes the spans of its decisions that are announced by now. */
  applied({ after, position, decisions, began, committed }: Transaction): Promise<TracesOfSubmissions> {
    if (!isTracing()) return Promise.resolve(none);
    this.#transactions.push({ after, position, decisions, began, committed });
    if (this.#transactions.length > MAX_REMEMBERED) this.#transactions.shift();
    return this.settle();
  }

  /** Makes the spans of projected decisions that were announced later. */
  async settle(): Promise<TracesOfSubmissions> {
    const last = this.#transactions.at(-1);
    if (last === undefined) return none;
    const announced = await this.#take(last.position);
    const spans = new Map<SubmissionId, string | undefined>();
    for (const [transaction, its] of Map.groupBy(announced, ({ position }) => this.#transactionOf(position)))
      if (transaction !== undefined) addSpans(spans, transaction, its);
    return spans;
  }

  async #take(position: number): Promise<readonly AnnouncedDecision[]> {
    try {
      const { rows } = await this.#pool.query<AnnouncedDecision>(
        `DELETE FROM projector.decision_trace WHERE position <= $1
         RETURNING position::float8 AS position, replace(submission::text, '-', '') AS submission, traceparent`,
        [position],
      );
      return rows;
    } catch {
      return [];
    }
  }

  /** The transaction that applied a decision; undefined if it was not this process's, or is long past. */
  #transactionOf(position: number): Transaction | undefined {
    return this.#transactions.findLast((each) => each.after < position && position <= each.position);
  }
}

function addSpans(
  spans: Map<SubmissionId, string | undefined>,
  { position: last, decisions, began: from, committed: until }: Transaction,
  announced: readonly AnnouncedDecision[],
): void {
  const together =
    decisions === 1
      ? undefined
      : pastSpan({
          name: 'project decisions',
          links: announced.map(({ traceparent }) => traceparent),
          attributes: { 'kinledger.decisions': decisions, 'kinledger.position': last },
          ...{ from, until },
        });
  for (const { position, submission, traceparent: parent } of announced) {
    const attributes = { 'kinledger.submission': submission, 'kinledger.position': position };
    spans.set(
      submission,
      pastSpan({ name: 'project decision', parent, links: [together], attributes, from, until }),
    );
  }
}
