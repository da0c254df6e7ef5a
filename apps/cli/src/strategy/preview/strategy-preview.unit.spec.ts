import { modelWithNames, programmeOfHistories, RecordedHistory, STREAM } from '@kinledger/decisions/testing';
import { child, type Step } from '@kinledger/domain/testing';
import { InMemoryNameTables } from '@kinledger/event-store';
import { expect, it } from 'vitest';
import { createProgress } from '../../output/progress.js';
import { previewStrategy } from './strategy-preview.js';

const { signal } = new AbortController();
const rows = [child('a', { born: '2020-03-04', letters: 'ada' })];
const submission: Step = { kind: 'submit', dataset: 0, period: 0, replaces: false, repeats: false, rows };

it('refuses to preview a strategy whose table of name frequencies is under another key than the ledger', async () => {
  const history = await RecordedHistory.begin(undefined, programmeOfHistories(undefined, { derives: true }));
  await history.step(submission);
  const { table, strategy } = modelWithNames();
  const tables = new InMemoryNameTables(history.memory);
  const preview = () =>
    previewStrategy(
      { store: history.store, stream: STREAM, progress: createProgress(false), signal },
      ({ definition }) => Promise.resolve({ ...definition, strategy }),
      { examples: 1 },
    );
  await tables.keep(STREAM, table);
  await expect(preview()).resolves.toMatchObject({ proposed: { strategy: 'kin-1' } });
  await history.rotateKeys();
  await expect(preview()).rejects.toThrow('is under token key 1, and the ledger is under 2');
  await tables.keep(STREAM, { ...table, keyVersion: 2 });
  await expect(preview()).resolves.toMatchObject({ proposed: { strategy: 'kin-1' } });
});
