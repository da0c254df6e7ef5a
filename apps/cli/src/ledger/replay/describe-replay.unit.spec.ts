import { RecordsPlaced, type LedgerEvent } from '@kinledger/contracts';
import type { Replayed, ReplayedDecision } from '@kinledger/decisions';
import { describe, expect, it } from 'vitest';
import { describeReplay } from './describe-replay.js';

const event = (rule: string): LedgerEvent => {
  const [first, second] = RecordsPlaced.example.placements;
  const data = { ...RecordsPlaced.example, placements: [first, { ...second, rule }] };
  const place = { id: 'id', version: 1, revision: 7, time: '2023-10-09T09:30:00Z', cause: 'file-1' };
  return { type: 'RecordsPlaced', data, ...place } as unknown as LedgerEvent;
};
const decision: ReplayedDecision = {
  ...{ verdict: 'diverged', from: 5, to: 9, type: 'SubmissionLinked', cause: 'file-1', refusal: undefined },
  difference: { revision: 7, recorded: event('email'), recomputed: event('child-key') },
};
const replayed: Replayed = {
  stream: 'programme-leap',
  counts: { equal: 3, diverged: 0, 'not-decidable': 0 },
  ...{ read: 0, records: 2_000, firstDivergence: undefined, faults: [], unfinished: 0 },
};

describe('what a replay found, for people', () => {
  it('says how much was made again, how fast, and that it is equal', () => {
    const text = describeReplay(replayed, [], 2);
    expect(text).toContain('3 decisions about 2,000 records were made again in 2.0 s (1,000 records/s)');
    expect(text).toContain('What was decided is what the recorded inputs give.');
  });

  it('shows the first divergence by position and member, with both sides and the record', () => {
    const counts = { ...replayed.counts, diverged: 1 };
    const text = describeReplay({ ...replayed, counts, firstDivergence: decision }, [], 1);
    expect(text).toContain(
      'First divergence: the decision at positions 5 to 9 (SubmissionLinked, caused by file-1)',
    );
    const record = RecordsPlaced.example.placements[1]?.record;
    expect(text).toContain(`position 7, data.placements[1].rule (record ${record})`);
    expect(text).toMatch(/the ledger has +"email"\n +the recorded inputs give +"child-key"/);
    expect(text).not.toContain('What was decided is');
  });

  it('says why the linker would not have decided so at all', () => {
    const refused = {
      ...decision,
      difference: undefined,
      refusal: 'the linker refuses this command: submission-unknown',
    };
    const text = describeReplay({ ...replayed, firstDivergence: refused }, [], 1);
    expect(text).toContain('  the linker refuses this command: submission-unknown');
  });

  it('names missing bodies by position, and decisions that cannot be decided', () => {
    const faults = [{ record: '1e0f6d2c9b8a47561e0f6d2c9b8a4756' as never, revision: 5 }];
    const counts = { ...replayed.counts, 'not-decidable': 2 };
    const text = describeReplay(
      { ...replayed, counts, faults, unfinished: 4 },
      [{ ...decision, verdict: 'not-decidable' }],
      1,
    );
    expect(text).toContain(
      'the body of record 1e0f6d2c9b8a47561e0f6d2c9b8a4756, which entered at position 5, is missing',
    );
    expect(text).toContain('not decidable  positions 5 to 9, SubmissionLinked');
    expect(text).toContain('not decidable  and 1 more');
    expect(text).toContain('the last 4 events belong to a decision that is not finished');
  });
});
