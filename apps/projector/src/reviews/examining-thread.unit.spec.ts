import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ExaminingThread, type ExaminingThreadOptions } from './examining-thread.js';

const { signal } = new AbortController();
const place = {} as ExaminingThreadOptions['place']; // the threads of these tests open no ledger

/** A thread that answers whatever it is asked, and fails when it is told to. */
function answeringThread() {
  const errors: unknown[] = [];
  const name = randomUUID();
  const code = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => parentPort.postMessage({ bytes: 0 }));
    new BroadcastChannel('${name}').onmessage = () => { throw new Error('gone') };`;
  const file = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const thread = new ExaminingThread({
    ...{ place, stream: 'programme-test', file },
    onError: (error) => errors.push(error),
  });
  const fail = () => {
    const channel = new BroadcastChannel(name);
    channel.postMessage('fail');
    channel.close();
  };
  return { thread, errors, fail };
}

describe('the thread that examines referrals', () => {
  it('tells of a failure while it has nothing to examine, and is replaced by the next referral', async () => {
    const { thread, errors, fail } = answeringThread();
    await thread.examine('r', signal);
    fail();
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
    const { thread, errors } = answeringThread();
    await thread.examine('r', signal);
    expect(thread.isKept).toBe(true);
    await thread.forget();
    expect(thread.isKept).toBe(false);
    expect(errors).toEqual([]);
  });
});
