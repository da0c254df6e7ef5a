import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noConstraints, partition } from './partition.js';
import { history, HistoryPlayer, testScopes } from './testing/histories.js';
import { carerEmail, email, LinkageWorld, nhs, testStrategy, type RowSpec } from './testing/linkage-world.js';
import { liveRecords } from './testing/live-set.js';
import { runs } from './testing/property-runs.js';

const countIn = (world: LinkageWorld): number | undefined => {
  const last = world.events.findLast(({ type }) => type === 'SubmissionLinked');
  return last?.type === 'SubmissionLinked' ? last.data.tokensWithoutForce : undefined;
};
const rows = (count: number, tokens: RowSpec['tokens'], role: 'child' | 'adult' = 'adult'): RowSpec[] =>
  Array.from({ length: count }, (_, at) => ({ id: `${role} ${at}`, role, tokens }));

describe('the count of tokens without force', () => {
  it('includes each token once, however many rows hold it, and no token that only relates', () => {
    const world = new LinkageWorld();
    const dataset = 'peep.user';
    world.submit({ dataset, rows: rows(6, [email('none')]) });
    expect(countIn(world)).toBe(0);
    world.submit({ dataset, sequence: 2, rows: [{ id: 'seventh', tokens: [email('none')] }] });
    expect(countIn(world)).toBe(1);
    const children = rows(7, [nhs('1'), carerEmail('desk')], 'child');
    const file = world.submit({
      dataset: 'other.user',
      rows: children.map((row, at) => ({ ...row, tokens: [nhs(`${at}`), carerEmail('desk')] })),
    });
    expect(countIn(world)).toBe(1);
    world.withdraw(file);
    world.submit({ dataset, sequence: 3, rows: [{ id: 'eighth', tokens: [email('none'), email('other')] }] });
    expect(countIn(world)).toBe(1);
  });

  it('includes a token that loses its force by a row whose other token was already counted', () => {
    const world = new LinkageWorld();
    const dataset = 'peep.user';
    world.submit({ dataset, rows: rows(6, [email('none')]) });
    world.submit({
      ...{ dataset, sequence: 2 },
      rows: [
        { id: 'one', tokens: [email('home')] },
        { id: 'two', tokens: [email('home'), email('none')] },
      ],
    });
    expect(countIn(world)).toBe(1);
  });

  it('equals the count over the whole live set', () => {
    fc.assert(
      fc.property(history(), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        for (const step of steps) {
          player.step(step);
          if (step.kind !== 'submit') continue;
          const live = liveRecords(player.world.received.values(), player.withdrawn);
          expect(countIn(player.world)).toBe(
            partition(live, noConstraints, testStrategy).tokensWithoutForce.length,
          );
        }
      }),
      runs(60),
    );
  });
});
