import { isPlacing, type LedgerDecision, type LedgerEvent } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import {
  engagementRow,
  familyLinked,
  idOf,
  linked,
  matched,
  received,
  registered,
} from '../projection/small-ledger.testing.js';
import { causesOf, DecisionReader, type DecisionAtHand } from './causes.js';

const placed = (decision: LedgerDecision, revision = 1): LedgerEvent => ({
  ...decision,
  id: '',
  version: 1,
  revision,
  time: '',
  cause: '',
});
const row = (name: string) => engagementRow(name, 'child', '2023-07-04', 'group-session');
const retired = (
  reason: 'replaced' | 'omitted' | 'consent-refused',
  ...records: string[]
): LedgerDecision => ({
  type: 'RecordsRetired',
  data: { submission: idOf('file'), reason, records: records.map((name) => idOf(`record ${name}`)) },
});
const decisionOf = (...decisions: readonly LedgerDecision[]): DecisionAtHand | undefined => {
  const reader = new DecisionReader();
  return decisions.map((each) => reader.take(placed(each))).at(-1);
};
const causesIn = (decision: DecisionAtHand, event: LedgerDecision, keys: readonly string[] = []) =>
  causesOf(placed(event), decision, new Set(keys)).map(({ cause }) => cause);

const merged: LedgerDecision = {
  type: 'IndividualsMerged',
  data: { individual: idOf('one'), absorbed: idOf('two'), rule: 'email' } as never,
};
const split: LedgerDecision = {
  type: 'IndividualSplit',
  data: { individual: idOf('one'), into: idOf('two'), registered: true, records: [] } as never,
};

describe('what an event of a file is caused by', () => {
  const late = decisionOf(
    received('file', 'natural-thinkers.engagement', 1),
    registered(row('a'), 'a', 'file'),
    linked('file', 1),
  );
  const corrected = decisionOf(
    ...[received('file', 'natural-thinkers.engagement', 1), retired('replaced', 'old')],
    ...[matched(row('a'), 'a', 'file'), linked('file', 1)],
  );

  it('is late data for new rows and what follows from them', () => {
    expect(late).toEqual({ closing: 'SubmissionLinked', replaced: [], bringsNew: true });
    expect(causesIn(late!, registered(row('a'), 'a', 'file'))).toEqual(['late-data']);
    expect(causesIn(late!, familyLinked('f', 'programme', ['a'], []))).toEqual(['late-data']);
  });

  it('is a correction for rows that replace others, and for what follows where the file brings no others', () => {
    expect(corrected).toMatchObject({ replaced: [idOf('record old')], bringsNew: false });
    expect(causesIn(corrected!, retired('replaced', 'old'))).toEqual(['correction']);
    expect(causesIn(corrected!, matched(row('a'), 'a', 'file'), [row('a').rowKey])).toEqual(['correction']);
    expect(causesIn(corrected!, familyLinked('f', 'programme', ['a'], []))).toEqual(['correction']);
    expect(causesIn(late!, retired('omitted', 'old'))).toEqual(['correction']);
  });

  it('is two for an event that places both, and no placement is lost or told twice', () => {
    const event = placed(registered(row('a'), 'a', 'file'));
    const other = placed(registered(row('b'), 'b', 'file'));
    if (!isPlacing(event) || !isPlacing(other)) throw new Error('both place records');
    const both = {
      ...event,
      data: { ...event.data, placements: [...event.data.placements, ...other.data.placements] },
    };
    const parts = causesOf(both, late!, new Set([row('b').rowKey]));
    expect(parts.map(({ cause }) => cause)).toEqual(['correction', 'late-data']);
    expect(
      parts.map(({ event: part }) =>
        isPlacing(part) ? part.data.placements.map(({ rowKey }) => rowKey) : [],
      ),
    ).toEqual([[row('b').rowKey], [row('a').rowKey]]);
  });

  it('is a merge, a split, or the withdrawal of a consent', () => {
    expect(causesIn(late!, merged)).toEqual(['merge']);
    expect(causesIn(late!, split)).toEqual(['split']);
    expect(causesIn(late!, retired('consent-refused', 'old'))).toEqual(['withdrawal']);
  });
});

describe('what an event of another decision is caused by', () => {
  it.each([
    ['SubmissionWithdrawn', 'withdrawal'],
    ['RecordErased', 'erasure'],
    ['CarerTokensErased', 'erasure'],
    ['LinkReviewed', 'review'],
    ['LinkForbidden', 'review'],
    ['LinkAllowed', 'review'],
    ['StrategyAdopted', 'strategy'],
    ['ProgrammeDefined', 'definitions'],
    ['QuarterClosed', undefined],
    ['FiguresPublished', undefined],
    ['SubmissionParked', undefined],
  ] as const)('follows from %s, which closes it, also for a merge or a split: %s', (closing, cause) => {
    const decision = { closing, replaced: [], bringsNew: false };
    expect(causesIn(decision, merged)).toEqual([cause]);
    expect(causesIn(decision, split)).toEqual([cause]);
  });
});
