import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkageEngine } from './engine.js';
import { archived, unarchive } from './testing/archived.js';
import { HistoryPlayer, historyWithErasures, submitStep, testScopes } from './testing/histories.js';
import { born, email, gender, LinkageWorld, type RowSpec } from './testing/linkage-world.js';
import { summaryOf } from './testing/live-set.js';
import { runs } from './testing/property-runs.js';
import { pairStrategy } from './testing/pair-strategy.js';
import { sumStrategy } from './testing/sum-strategy.js';

describe.each([
  ['among records that share a token', sumStrategy],
  ['among records under candidate keys', pairStrategy],
])('a strategy that scores pairs %s', (_, strategy) => {
  const world = () => new LinkageWorld(testScopes, strategy);

  it('gives after every step what it gives for the whole live set', () => {
    fc.assert(
      fc.property(historyWithErasures(), (steps) => {
        const player = new HistoryPlayer(world());
        for (const step of steps) {
          player.step(step);
          expect(player.world.reader.summary()).toEqual(
            summaryOf(player.liveRecords(), testScopes, strategy),
          );
        }
      }),
      runs(120),
    );
  });

  it('decides the same after a rebuild and after an archive', async () => {
    await fc.assert(
      fc.asyncProperty(historyWithErasures(8), submitStep, async (steps, more) => {
        const player = new HistoryPlayer(world());
        player.play(steps);
        const { engine, options } = player.world;
        const restored = new LinkageEngine(options);
        await unarchive(restored, await archived(engine));
        const prepared = player.world.prepare(player.specOf(more));
        const decided = player.world.draft(engine, prepared);
        expect(player.world.draft(player.world.rebuilt(), prepared)).toEqual(decided);
        expect(player.world.draft(restored, prepared)).toEqual(decided);
      }),
      runs(80),
    );
  });
});

describe('the ground of a scored link', () => {
  const derived = (name: string, area: string): NonNullable<RowSpec['derived']> => [
    ['name-and-area', `${name} ${area}`],
    ['given-name', name],
  ];
  const decisionsOf = (...rows: readonly RowSpec[]) => {
    const world = new LinkageWorld(testScopes, sumStrategy);
    world.submit({ dataset: 'alpha.user', rows });
    return world.told();
  };

  it('is in the ledger: the derived tokens that agree, the score in millibits and the level of each field', () => {
    const events = decisionsOf(
      { id: 'r1', tokens: [born('2020'), gender('f')], derived: derived('ada', 'SE1') },
      { id: 'r2', tokens: [born('2020'), gender('m')], derived: derived('ada', 'SE1') },
    );
    const matched = events.find(({ type }) => type === 'Matched');
    expect(matched).toMatchObject({
      data: {
        strategy: 'sum',
        rule: 'sum',
        score: 3500 + 2000 - 1500 + 3000,
        levels: {
          'name-and-area': 'same',
          'given-name': 'same',
          gender: 'different',
          'birth-date': 'same',
        },
      },
    });
  });

  it('is in a referral too, if the two records contradict each other', () => {
    const events = decisionsOf(
      { id: 'r1', tokens: [born('2020'), email('e')], derived: derived('ada', 'SE1') },
      { id: 'r2', tokens: [born('2021'), email('e')], derived: derived('ada', 'SE1') },
    );
    expect(events.find(({ type }) => type === 'LinkReferred')).toMatchObject({
      data: {
        reason: 'birth-dates-differ',
        rule: 'sum',
        score: 4000 + 3500 + 2000 - 1500,
        levels: { email: 'same', 'birth-date': 'different' },
      },
    });
  });

  it('is missing if the score is below the threshold, which leaves two people', () => {
    const events = decisionsOf(
      { id: 'r1', tokens: [gender('f')], derived: derived('ada', 'SE1') },
      { id: 'r2', tokens: [gender('m')], derived: derived('ada', 'SE1') },
    );
    expect(events.filter(({ type }) => type === 'Registered')).toHaveLength(2);
  });
});
