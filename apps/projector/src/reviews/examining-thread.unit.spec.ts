import { describe, expect, it } from 'vitest';
import { ExaminingThread, type ExaminingThreadOptions } from './examining-thread.js';

const { signal } = new AbortController();
const place = {} as ExaminingThreadOptions['place']; // the threads of these tests open no ledger

/** A thread that runs this once it is asked, and has answered. */
function threadThat(runs: string) {
  const errors: unknown[] = [];
  const code = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => { parentPort.postMessage({ bytes: 0 }); ${runs} });`;
  const file = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const thread = new ExaminingThread({
    ...{ place, stream: 'programme-test', file },
    onError: (error) => errors.push(error),
  });
  return { thread, errors };
}

describe('the thread that examines referrals', () => {
  it('tells of a failure while it has nothing to examine, and is replaced by the next referral', async () => {
    const { thread, errors } = threadThat(`setImmediate(() => { throw new Error('gone') });`);
    await thread.examine('r', signal);
    await expect.poll(() => errors).toMatchObject([{ message: 'gone' }]);
    expect(thread.isKept).toBe(false);
    await expect(thread.examine('r', signal)).resolves.toBeUndefined();
    await thread.forget();
  });

  it('tells whoever waits of a failure while it examines, and nobody else', async () => {
    const errors: unknown[] = [];
    const file = new URL(`data:text/javascript,${encodeURIComponent("throw new Error('no ledger')")}`);
    const thread = new ExaminingThread({
      ...{ place, stream: 'programme-test', file },
      onError: (error) => errors.push(error),
    });
    await expect(thread.examine('r', signal)).rejects.toThrow('no ledger');
    expect(thread.isKept).toBe(false);
    expect(errors).toEqual([]);
  });

  it('keeps what it holds until it is told to forget', async () => {
    const { thread, errors } = threadThat('');
    await thread.examine('r', signal);
    expect(thread.isKept).toBe(true);
    await thread.forget();
    expect(thread.isKept).toBe(false);
    expect(errors).toEqual([]);
  });
});
