import type { PlatformUnderTest, Row } from '../platform/platform-under-test.js';
import { until } from '../until.js';
import type { Action, Submission, Work } from './programme.js';
import { Provider, type Refusals, type Submitted } from './provider.js';

export interface CarriedOut {
  readonly submissions: ReadonlyMap<string, Submitted>;
  /** Intake numbers by the names of the actions that have one. */
  readonly intakes: ReadonlyMap<string, number>;
  /** Ids of withdrawn submissions by the names of the actions. */
  readonly withdrawals: ReadonlyMap<string, string>;
  readonly refusals: Refusals;
}

/**
 * Does all the work, one wave at a time and the actions of a wave concurrently. Resolves when everything is answered,
 * not when it is linked.
 * @param mayGoOn awaited before each wave.
 */
export async function carryOut(
  platform: PlatformUnderTest,
  { waves }: Work,
  mayGoOn: () => Promise<void>,
): Promise<CarriedOut> {
  const worker = new Worker(platform, false);
  for (const wave of waves) {
    await mayGoOn();
    await Promise.all(wave.map((action) => worker.do(action)));
  }
  return worker.result();
}

/**
 * Names of the actions in the ledger's order: by intake number, with each withdrawal after the last submission decided
 * before it.
 */
export function orderIn(
  ledger: readonly string[],
  { intakes, withdrawals }: Pick<CarriedOut, 'intakes' | 'withdrawals'>,
): readonly string[] {
  const places = new Map(intakes);
  const names = new Map([...withdrawals].map(([name, submission]) => [submission, name]));
  for (const text of ledger) {
    const event = JSON.parse(text) as { type: string; data: { submission: string; intake: number } };
    const name = event.type === 'SubmissionWithdrawn' ? names.get(event.data.submission) : undefined;
    if (name !== undefined) places.set(name, event.data.intake + 0.5);
  }
  return [...places].sort(([, a], [, b]) => a - b).map(([name]) => name);
}

/** Does the same work one action after another, in a given order. */
export async function carryOutInOrder(
  platform: PlatformUnderTest,
  { waves }: Work,
  order: readonly string[],
): Promise<CarriedOut> {
  const worker = new Worker(platform, true);
  const actions = new Map(waves.flat().map((action) => [action.name, action]));
  for (const name of order) {
    const action = actions.get(name);
    if (action !== undefined) await worker.do(action);
  }
  return worker.result();
}

interface LostChunk extends Row {
  readonly upload: string;
  readonly rows: number;
  readonly sealed: Buffer;
}

class Worker {
  readonly #provider: Provider;
  readonly #submissions = new Map<string, Submitted>();
  readonly #intakes = new Map<string, number>();
  readonly #withdrawals = new Map<string, string>();
  readonly #lost = new Map<string, LostChunk>();
  readonly #platform: PlatformUnderTest;
  readonly #calmly: boolean;

  constructor(platform: PlatformUnderTest, calmly: boolean) {
    this.#platform = platform;
    this.#calmly = calmly;
    this.#provider = new Provider(platform);
  }

  async do(action: Action): Promise<void> {
    switch (action.kind) {
      case 'submit':
      case 'submit-damaged':
        return this.#submit(action);
      case 'send-unreadable': {
        const { status } = await this.#provider.upload(action.submission, action.submission.content);
        if (status !== 422) throw new Error(`an unreadable file was answered ${status}`);
        return;
      }
      case 'withdraw': {
        const submission = this.#submissions.get(action.of);
        if (submission === undefined) throw new Error(`${action.of} was not submitted yet`);
        const { status, body } = await this.#provider.act(submission.id, 'withdraw', {
          reason: 'wrong-file',
        });
        if (status !== 200) throw new Error(`the withdrawal was answered ${status}`);
        const { command } = (body as { withdrawal: { command: string } }).withdrawal;
        this.#withdrawals.set(action.name, submission.id);
        if (this.#calmly) await this.#untilAnswered(command);
        return;
      }
      case 'unpark':
        return this.#unpark(action.name, action.of);
      default:
        action satisfies never;
    }
  }

  result(): CarriedOut {
    const submissions = this.#submissions;
    const intakes = this.#intakes;
    const withdrawals = this.#withdrawals;
    return { submissions, intakes, withdrawals, refusals: this.#provider.refusals };
  }

  async #submit({ kind, name, submission }: Extract<Action, { submission: Submission }>): Promise<void> {
    for (;;) {
      const { status, body } = await this.#provider.upload(submission, submission.content);
      if (status !== 201 || body.state !== 'validated') {
        throw new Error(`${name} was answered ${status} and is ${body.state}`);
      }
      if (kind === 'submit-damaged') await this.#damage(name, body.id);
      const submitted = await this.#provider.submit(submission, body.id);
      if (submitted === undefined) continue;
      this.#submissions.set(name, submitted);
      this.#intakes.set(name, submitted.intake);
      return;
    }
  }

  /** Deletes the first landed rows of an upload, like a disk fault or an operator's error. */
  async #damage(name: string, upload: string): Promise<void> {
    const which = `WHERE upload = $1 AND kind = 'rows' AND n = 0`;
    await until('the landed rows are damaged', async () => {
      const [found] = await this.#platform.query<LostChunk>(
        'restricted',
        `SELECT upload, rows, sealed FROM landing.chunk ${which}`,
        [upload],
      );
      if (found !== undefined) this.#lost.set(name, found);
      // Already deleted, if the answer to the deletion was lost.
      if (this.#lost.get(name)?.upload !== upload) return undefined;
      await this.#platform.query('restricted', `DELETE FROM landing.chunk ${which}`, [upload]);
      return true;
    });
  }

  /** Waits for the command's answer, so that the command precedes the next action in the ledger. */
  #untilAnswered(command: string): Promise<true> {
    return until('the withdrawal is carried out', async () => {
      const [row] = await this.#platform.query<{ outcome: string | null }>(
        'restricted',
        'SELECT outcome FROM ingest.command WHERE id = $1',
        [command],
      );
      return row?.outcome === 'accepted' ? true : undefined;
    });
  }

  async #tryAgain(submission: string): Promise<number> {
    // The command line does not retry, which is enough for an undisturbed platform.
    if (this.#calmly) return this.#platform.unpark(submission);
    const { status, body } = await this.#provider.act(submission, 'unpark', {});
    if (status !== 202) throw new Error(`the un-parking was answered ${status}`);
    return (body as { intake: number }).intake;
  }

  async #unpark(name: string, of: string): Promise<void> {
    const submission = this.#submissions.get(of);
    const lost = this.#lost.get(of);
    if (submission === undefined || lost === undefined) throw new Error(`${of} was not damaged yet`);
    await until(`${of} is parked`, async () => {
      const [intake] = await this.#platform.query(
        'platform',
        `SELECT FROM linker.intake WHERE intake = $1 AND state = 'parked'`,
        [submission.intake],
      );
      return intake !== undefined;
    });
    await until('the landed rows are mended', async () => {
      await this.#platform.query(
        'restricted',
        `INSERT INTO landing.chunk (upload, kind, n, rows, sealed) VALUES ($1, 'rows', 0, $2, $3) ON CONFLICT DO NOTHING`,
        [lost.upload, lost.rows, lost.sealed],
      );
      return true;
    });
    this.#intakes.set(name, await this.#tryAgain(submission.id));
  }
}
