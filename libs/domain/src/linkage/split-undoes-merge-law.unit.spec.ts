import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { history, HistoryPlayer, submitStep, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { runs } from './testing/property-runs.js';

/** The individual of each live record, by the record's id. */
const individualsIn = ({ reader }: LinkageWorld): Map<string, string> =>
  new Map(
    [...reader.records].flatMap(([record, { live, individual }]) =>
      live && individual !== null ? [[record, individual] as const] : [],
    ),
  );

describe('a split', () => {
  it('undoes a merge: without the rows that merged them, individuals, kinship and referrals are as before', () => {
    const found = { merges: 0, splits: 0, kept: 0, renamed: 0 };
    fc.assert(
      fc.property(history(10), submitStep, (steps, bridge) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        const { world } = player;
        player.play(steps);
        const [summary, individuals] = [world.reader.summary(), individualsIn(world)];
        const known = new Set(world.reader.registered);
        const from = world.events.length;
        const submission = player.submit(player.specOf({ ...bridge, replaces: false }));
        const merges = world.events.slice(from).filter(({ type }) => type === 'IndividualsMerged');
        fc.pre(merges.length > 0);
        found.merges += merges.length;
        const merged = world.events.length;
        player.withdraw(submission);
        expect(world.reader.summary()).toEqual(summary);
        // A row that was replaced meanwhile comes back by a placement, every other record by a split.
        found.splits += world.events.slice(merged).filter(({ type }) => type === 'IndividualSplit').length;
        // An individual keeps its id, or has one that was never used: an absorbed id does not come back.
        const absorbed = new Set<string>(
          merges.map((event) => (event.type === 'IndividualsMerged' ? event.data.absorbed : '')),
        );
        for (const [record, individual] of individualsIn(world)) {
          const before = individuals.get(record);
          if (before === individual) found.kept += 1;
          else {
            expect(known.has(individual) && absorbed.has(individual)).toBe(false);
            found.renamed += 1;
          }
        }
      }),
      runs(60),
    );
    expect(Math.min(...Object.values(found))).toBeGreaterThan(0);
  });
});
