import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkageEngine } from '../engine.js';
import { archived, unarchive } from '../testing/archived.js';
import { closeHistories } from '../testing/close-histories.js';
import { testKin1, testKin1WithNames, withDerived } from '../testing/derived-rows.js';
import { expectEveryLaw } from '../testing/every-law.js';
import {
  history,
  HistoryPlayer,
  historyWithConstraints,
  historyWithErasures,
  submitStep,
  testScopes,
} from '../testing/histories.js';
import { LinkageWorld, testStrategy, type RowSpec } from '../testing/linkage-world.js';
import { summaryOf } from '../testing/live-set.js';
import { runs } from '../testing/property-runs.js';

const newPlayer = () => new HistoryPlayer(new LinkageWorld(testScopes, testKin1));
const nextStep = withDerived(submitStep.map((step) => [step])).map(
  ([step]) => step as typeof step & { kind: 'submit' },
);

/** Rows of one dataset, and the same in another order. */
const rowsInTwoOrders = withDerived(fc.array(submitStep, { minLength: 2, maxLength: 3, size: 'max' }))
  .map((steps) =>
    steps.flatMap((step, at) =>
      step.kind === 'submit'
        ? step.rows.map((row) => ({ ...row, id: `${row.id} ${at}`, refuses: false }))
        : [],
    ),
  )
  .map((rows) => [...new Map(rows.map((row) => [row.id, row])).values()])
  .chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      turned: fc.shuffledSubarray(rows, { minLength: rows.length }),
      size: fc.integer({ min: 2, max: 5 }),
    }),
  );

const batchesOf = (rows: readonly RowSpec[], size: number): RowSpec[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size));

function summaryIn(files: readonly (readonly RowSpec[])[]) {
  const world = new LinkageWorld(testScopes, testKin1);
  files.forEach((rows, at) => world.submit({ dataset: 'alpha.user', sequence: at + 1, rows }));
  const { groups, setAside, referrals, relationships, families } = world.reader.summary();
  return { groups, setAside, referrals, relationships, families };
}

describe('kin-1', () => {
  it('follows every rule after every step of a history, and links, merges and refers by scores, and attaches by case numbers', () => {
    const found = { placed: 0, merged: 0, referred: 0, attached: 0 };
    fc.assert(
      fc.property(withDerived(fc.oneof(history(), historyWithErasures())), (steps) => {
        const { events } = expectEveryLaw(steps, testKin1);
        for (const { type, data } of events) {
          if (type === 'LinkReferred' && data.rule === 'kin-1') found.referred += 1;
          if (type === 'IndividualsMerged' && data.decision.rule === 'kin-1') found.merged += 1;
          if (type !== 'RecordsPlaced') continue;
          const rules = data.placements.flatMap((placement) => ('rule' in placement ? [placement.rule] : []));
          found.placed += rules.filter((rule) => rule === 'kin-1').length;
          found.attached += rules.filter((rule) => rule === 'case-number').length;
        }
      }),
      runs(120),
    );
    expect(Math.min(...Object.values(found))).toBeGreaterThan(10);
  });

  it('follows every rule where it knows how common names are, and names the rarity on which two rows agree', () => {
    const said = new Set<string>();
    fc.assert(
      fc.property(withDerived(fc.oneof(history(), historyWithErasures())), (steps) => {
        const { events } = expectEveryLaw(steps, testKin1WithNames);
        for (const { type, data } of events) {
          if (type !== 'RecordsPlaced') continue;
          for (const placement of data.placements)
            if ('levels' in placement)
              for (const [field, level] of Object.entries(placement.levels ?? {}))
                if (field.startsWith('given-name')) said.add(level);
        }
      }),
      runs(80),
    );
    expect(said).toContain('full, very rare');
    expect(said).toContain('full, very common');
  });

  it('links alike in any order and after an archive where it knows how common names are', async () => {
    await fc.assert(
      fc.asyncProperty(withDerived(history(8)), nextStep, async (steps, more) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes, testKin1WithNames));
        player.play(steps);
        const { world } = player;
        expect(world.reader.summary()).toEqual(
          summaryOf(player.liveRecords(), testScopes, testKin1WithNames, player.constraints()),
        );
        const restored = new LinkageEngine(world.options);
        await unarchive(restored, await archived(world.engine));
        const prepared = world.prepare(player.specOf(more));
        expect(world.draft(restored, prepared)).toEqual(world.draft(world.engine, prepared));
      }),
      runs(40),
    );
  });

  it.each(Object.entries(closeHistories))('%s: follows every rule after every step', (_, histories) => {
    fc.assert(
      fc.property(withDerived(histories), (steps) => {
        expectEveryLaw(steps, testKin1);
      }),
      { numRuns: 40, seed: 20_231_001 },
    );
  });

  it('keeps to the decisions of people, and gives what it gives for the whole live set', () => {
    fc.assert(
      fc.property(withDerived(historyWithConstraints()), (steps) => {
        const player = newPlayer();
        for (const step of steps) {
          player.step(step);
          expect(player.world.reader.summary()).toEqual(
            summaryOf(player.liveRecords(), testScopes, testKin1, player.constraints()),
          );
        }
      }),
      runs(80),
    );
  });

  it('gives the same for rows in any order, and in files of any size', () => {
    fc.assert(
      fc.property(rowsInTwoOrders, ({ rows, turned, size }) => {
        const ofOneFile = summaryIn([rows]);
        expect(summaryIn(turned.map((row) => [row]))).toEqual(ofOneFile);
        expect(summaryIn(batchesOf(turned, size))).toEqual(ofOneFile);
      }),
      runs(60),
    );
  });

  it('returns to its earlier state once a submission is added and withdrawn', () => {
    fc.assert(
      fc.property(withDerived(history(8)), nextStep, (steps, more) => {
        const player = newPlayer();
        player.play(steps);
        const before = player.world.reader.summary();
        const id = player.step(more);
        if (id !== null) player.withdraw(id);
        expect(player.world.reader.summary()).toEqual(before);
      }),
      runs(60),
    );
  });

  it('decides the same after a rebuild and after an archive', async () => {
    await fc.assert(
      fc.asyncProperty(withDerived(historyWithErasures(8)), nextStep, async (steps, more) => {
        const player = newPlayer();
        player.play(steps);
        const { world } = player;
        const restored = new LinkageEngine(world.options);
        await unarchive(restored, await archived(world.engine));
        const prepared = world.prepare(player.specOf(more));
        const decided = world.draft(world.engine, prepared);
        expect(world.draft(world.rebuilt(), prepared)).toEqual(decided);
        expect(world.draft(restored, prepared)).toEqual(decided);
      }),
      runs(60),
    );
  });

  it.each([
    ['after leap-1', testKin1, testStrategy],
    ['before leap-1', testStrategy, testKin1],
  ])('adopted %s, decides all live rows again', (_, adopted, before) => {
    fc.assert(
      fc.property(withDerived(historyWithConstraints(10)), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes, before));
        player.play(steps);
        player.world.adopt(adopted);
        expect(player.world.reader.summary()).toEqual(
          summaryOf(player.liveRecords(), testScopes, adopted, player.constraints()),
        );
      }),
      runs(50),
    );
  });
});
