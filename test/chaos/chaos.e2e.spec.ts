import { beforeAll, describe, expect, it } from 'vitest';
import type { RoundShape } from './disturb/plan.js';
import { startEmbeddedPlatform } from './platform/embedded-platform.js';
import { runRound, type RoundReport } from './round.js';
import { workOf, type Work } from './work/programme.js';

const nothing: RoundShape = {
  kills: 0,
  redeliveries: 0,
  poisoned: false,
  secondLinker: false,
  zombies: [],
  fullDisk: false,
};

let work: Work;
let kills = 0;

beforeAll(async () => {
  work = await workOf({ people: 150, quarters: 2, atOnce: 5 }, 'chaos');
});

const requireUndisturbed = (report: RoundReport): void => {
  const { disturbed, undisturbed, rebuilt } = report;
  expect(report.limbo).toEqual({});
  expect(report.deadLetters).toEqual([]);
  expect(disturbed.ledger).toEqual(undisturbed.ledger);
  expect(disturbed.groups).toEqual(undisturbed.groups);
  expect(disturbed.readModels).toEqual(undisturbed.readModels);
  expect(disturbed.figures).toEqual(undisturbed.figures);
  expect(rebuilt.after).toBe(rebuilt.before);
  kills += report.kills;
};

describe('a programme whose services and database are killed while it is taken in', () => {
  it('leaves what an undisturbed run leaves', async () => {
    const report = await runRound(
      startEmbeddedPlatform,
      work,
      {
        ...nothing,
        kills: 14,
        redeliveries: 3,
        poisoned: true,
        secondLinker: true,
        zombies: ['linker', 'projector', 'pseudonymiser'],
      },
      'kills',
    );
    console.log(JSON.stringify({ ...report, disturbed: 0, undisturbed: 0, done: 0 }, undefined, 1));
    for (const d of report.done) console.log(d.second, JSON.stringify(d.at), JSON.stringify(d.disturbance));
    requireUndisturbed(report);
  });
});
