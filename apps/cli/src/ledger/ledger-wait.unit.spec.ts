import { expect, it } from 'vitest';
import { LedgerWait } from './ledger-wait.js';

it('reports a wait once, each new reason once, and its end once', () => {
  const lines: string[] = [];
  const wait = new LedgerWait((text) => lines.push(text));
  for (const reason of [undefined, 'one', 'one', 'two', 'two', undefined, undefined, 'one'])
    wait.told(reason);
  expect(lines).toEqual([
    'waiting for the ledger: one',
    'waiting for the ledger: two',
    'the ledger answers again',
    'waiting for the ledger: one',
  ]);
});
