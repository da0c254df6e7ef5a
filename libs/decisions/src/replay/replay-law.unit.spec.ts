import { LinkageEngine } from '@kinledger/domain';
import { history, historyWithConstraints, historyWithErasures, runs } from '@kinledger/domain/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayLedger, type ReplayedDecision } from './replay-ledger.js';
import { RecordedHistory, STREAM } from './testing/recorded-history.js';

const replay = async (recorded: RecordedHistory) => {
  const decisions: ReplayedDecision[] = [];
  const replayed = await replayLedger({
    ...{ store: recorded.store, stream: STREAM, signal: new AbortController().signal },
    engine: (options) => new LinkageEngine(options),
    onDecision: (decision) => decisions.push(decision),
  });
  return { ...replayed, decisions };
};

/** After which steps a quarter is closed. */
const closings = fc.array(fc.nat(15), { maxLength: 4 });

describe('a ledger that is replayed', () => {
  it('comes out identical to the byte, whatever was submitted, withdrawn, corrected, parked, reviewed and closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(history(), historyWithConstraints()), closings, async (steps, closed) => {
        const kept = steps.filter(({ kind }) => kind !== 'erase');
        const recorded = await RecordedHistory.withQuarters(kept, closed);
        const { counts, decisions, faults, unfinished } = await replay(recorded);
        expect(decisions.filter(({ verdict }) => verdict !== 'equal')).toEqual([]);
        expect([counts.equal, faults, unfinished]).toEqual([decisions.length, [], 0]);
      }),
      runs(60),
    );
  });

  it('comes out identical before the first erased record entered, and never diverges after it', async () => {
    await fc.assert(
      fc.asyncProperty(historyWithErasures(), closings, async (steps, closed) => {
        const recorded = await RecordedHistory.withQuarters(steps, closed);
        const { decisions, faults } = await replay(recorded);
        const { erased } = recorded.ledger;
        const entered = recorded.ledger.entered(erased).map(({ revision }) => revision);
        const changed = [...entered, ...recorded.ledger.tokenCuts().map(({ revision }) => revision)];
        const undecidable = (one: ReplayedDecision) => entered.some((at) => at >= one.from && at <= one.to);
        expect(decisions.filter(({ verdict }) => verdict === 'diverged')).toEqual([]);
        expect(faults).toEqual([]);
        for (const decision of decisions) {
          if (undecidable(decision)) expect(decision.verdict).toBe('not-decidable');
          else if (decision.to < Math.min(...changed)) expect(decision.verdict).toBe('equal');
        }
        const last = decisions.findLast(({ type }) => /Erased$/.test(type))?.to ?? Infinity;
        const lastEntered = Math.max(...changed);
        for (const decision of decisions)
          if (decision.from > Math.max(last, lastEntered)) expect(decision.verdict).toBe('equal');
      }),
      runs(80),
    );
  });

  it('differs in relationships and families alone where carer tokens were erased and nothing else', async () => {
    const kin = /^(Relationships|Families)/;
    await fc.assert(
      fc.asyncProperty(historyWithErasures(), async (steps) => {
        const recorded = await RecordedHistory.of(steps.filter(({ kind }) => kind !== 'erase'));
        const { decisions, faults } = await replay(recorded);
        expect(faults).toEqual([]);
        for (const { verdict, difference } of decisions) {
          if (verdict === 'equal') continue;
          expect(verdict).toBe('not-decidable');
          const types = [difference?.recorded?.type, difference?.recomputed?.type];
          expect(types.some((type) => type !== undefined && kin.test(type))).toBe(true);
        }
      }),
      runs(60),
    );
  });
});
