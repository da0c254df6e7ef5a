import { expect, it } from 'vitest';
import { FailureLog } from './failure-log.js';

it('logs a repeated failure once, another reason once, and the recovery once', () => {
  const lines: string[] = [];
  const log = new FailureLog({
    logger: {
      error: ({ err }: { err: Error }, text: string) => void lines.push(`${text}: ${err.message}`),
      info: ({ failures }: { failures: number }, text: string) => void lines.push(`${text} (${failures})`),
    } as never,
    failed: 'publishing failed',
    over: 'publishing goes on',
    isToldElsewhere: (error) => error instanceof Error && error.message === 'told',
  });
  log.over();
  for (let times = 0; times < 555; times += 1) log.failed(new Error('one'));
  log.failed(new Error('two'));
  log.failed(new Error('told'));
  log.over();
  log.over();
  log.failed(new Error('one'));
  expect(lines).toEqual([
    'publishing failed: one',
    'publishing failed: two',
    'publishing goes on (556)',
    'publishing failed: one',
  ]);
});
