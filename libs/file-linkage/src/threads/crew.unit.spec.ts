import { afterEach, describe, expect, it } from 'vitest';
import { crewOf, type Crew } from './crew.js';

/** A thread that does with each message what the source says. */
const thread = (source: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', (message) => { ${source} });`,
    )}`,
  );

describe('a crew of threads', () => {
  let crew: Crew | undefined;
  afterEach(() => crew?.end());
  const all = (inputs: number): Promise<unknown> | undefined =>
    // What a task takes is nothing to these threads.
    crew?.all('evidence', Array<never>(inputs).fill(undefined as never));

  it('gives what a task throws, with its code, and goes on', async () => {
    crew = crewOf(
      2,
      thread(`parentPort.postMessage({ error: new RangeError('too many'), code: 'too-many-values' })`),
    );
    await expect(all(1)).rejects.toMatchObject({ message: 'too many', code: 'too-many-values' });
    await expect(all(3)).rejects.toMatchObject({ message: 'too many', code: 'too-many-values' });
  });

  it.each([
    ['exits', 'process.exit(3)', 'a thread that links ended before it had an answer'],
    ['fails', `throw new Error('out of order')`, 'out of order'],
  ])('refuses all tasks once a thread %s', async (_, source, message) => {
    crew = crewOf(2, thread(source));
    await expect(all(5)).rejects.toThrow(message);
    await expect(all(1)).rejects.toThrow(message);
    await expect(all(3)).rejects.toThrow(message);
  });
});
