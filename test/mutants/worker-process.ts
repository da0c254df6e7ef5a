import { fork, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import type { Mutant } from './mutant.js';
import type { ParentMessage, WorkerMessage } from './trial-worker.js';

const program = 'tools/mutants.mjs';

/** A worker in its own process group, so that its children can be killed with it. */
export class WorkerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Milliseconds that each stage of the tests takes without a mutant. */
  took: readonly number[] = [];

  /**
   * @param took milliseconds of each stage without a mutant, measured by an earlier worker.
   * @param postgres URL of the server for tests that need one.
   * @throws Error with the worker's message, if the tests cannot begin.
   */
  static async start(part: string, took: readonly number[], postgres: string): Promise<WorkerProcess> {
    const child = fork(program, ['--worker', part, '--took', took.join(), '--postgres', postgres], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { KINLEDGER_PROPERTY_FACTOR: '0.1', ...process.env },
    });
    const worker = new WorkerProcess(child);
    const first = await worker.#answer();
    if (first?.kind === 'ready') {
      worker.took = first.took;
      return worker;
    }
    worker.kill();
    throw new Error(
      first?.kind === 'failed' ? first.why : 'the tests could not begin: run them by themselves to see why',
    );
  }

  /** The verdict on a mutant; undefined if the worker has ended. */
  async try(mutant: Mutant): Promise<WorkerMessage | undefined> {
    const answer = this.#answer();
    this.#say({ kind: 'try', mutant });
    return answer;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    const patience = setTimeout(() => this.kill(), 20_000);
    this.#say({ kind: 'end' });
    await ended;
    clearTimeout(patience);
  }

  kill(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  #say(message: ParentMessage): void {
    this.#child.send(message);
  }

  #answer(): Promise<WorkerMessage | undefined> {
    return new Promise((resolve) => {
      const done = (message?: WorkerMessage) => {
        this.#child.off('message', heard);
        this.#child.off('exit', left);
        resolve(message);
      };
      const heard = (message: unknown) => done(message as WorkerMessage);
      const left = () => done();
      this.#child.on('message', heard);
      this.#child.once('exit', left);
    });
  }
}
