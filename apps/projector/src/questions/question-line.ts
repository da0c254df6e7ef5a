const MAX_WAITING = 10;
const TEND_MS = 10_000;

/** How long an answer is kept, as an interval of PostgreSQL. */
export const KEPT = `interval '1 day'`;
/** A process that says nothing for so long has ended. */
export const SILENT = `interval '1 minute'`;
/** What the asker is told of a question that ended without an answer. */
export const STOPPED = 'The service stopped: ask again.';
export const FAILED = 'It failed: the projector’s log says why.';

export interface QuestionLineOptions {
  /** Says that this process is there, ends the questions of processes that are not, and deletes what has been kept long enough. */
  readonly tend: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** The questions that a process answers, one at a time in the order in which they were asked. */
export class QuestionLine {
  readonly #options: QuestionLineOptions;
  readonly #stopping = new AbortController();
  readonly #own = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: QuestionLineOptions) {
    this.#options = options;
  }

  /** Aborts when the service stops. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Questions that this process has to answer. */
  get own(): readonly string[] {
    return [...this.#own];
  }

  /** How many may wait, if so many do. */
  get full(): number | undefined {
    return this.#own.size >= MAX_WAITING ? MAX_WAITING : undefined;
  }

  start(): void {
    const tend = () => void this.#options.tend().catch(this.#options.onError);
    this.#timer = setInterval(tend, TEND_MS).unref();
    tend();
  }

  /** Ends what runs; whoever waits has to ask again. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#last;
  }

  /** Keeps a place for a question while it is noted. It is given up if noting fails. */
  async noted<Noted>(id: string, note: () => Promise<Noted>): Promise<Noted> {
    this.#own.add(id);
    try {
      return await note();
    } catch (error) {
      this.#own.delete(id);
      throw error;
    }
  }

  /** Answers a noted question when its turn comes. `answer` does not fail. */
  answer(id: string, answer: () => Promise<void>): void {
    this.#last = this.#last.then(answer).finally(() => this.#own.delete(id));
  }

  /** Ends a noted question that needs no turn. */
  leave(id: string): void {
    this.#own.delete(id);
  }
}
