import { ledgerContracts, type LedgerEvent } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkageEngine } from './engine.js';
import { archived, unarchive } from './testing/archived.js';
import {
  history,
  HistoryPlayer,
  historyWithErasures,
  submitStep,
  testScopes,
  type Step,
} from './testing/histories.js';
import { email, LinkageWorld, rowKeyOf, testStrategy } from './testing/linkage-world.js';
import { summaryOf } from './testing/live-set.js';
import { runs } from './testing/property-runs.js';

const played = (steps: readonly Step[]): HistoryPlayer => {
  const player = new HistoryPlayer(new LinkageWorld(testScopes));
  player.play(steps);
  return player;
};

const expected = (player: HistoryPlayer) => summaryOf(player.liveRecords(), testScopes, testStrategy);

describe('the linkage engine', () => {
  it('gives after every step what partition and familiesOf give for the whole live set', () => {
    fc.assert(
      fc.property(fc.oneof(history(), historyWithErasures()), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        for (const step of steps) {
          player.step(step);
          expect(player.world.reader.summary()).toEqual(expected(player));
        }
      }),
      runs(400),
    );
  });

  it('returns to its earlier state once a submission is added and withdrawn', () => {
    fc.assert(
      fc.property(history(8), submitStep, (steps, more) => {
        const player = played(steps);
        const before = player.world.reader.summary();
        const id = player.step(more);
        if (id !== null) player.withdraw(id);
        expect(player.world.reader.summary()).toEqual(before);
      }),
      runs(300),
    );
  });

  it('does not depend on the order of submissions and withdrawals', () => {
    fc.assert(
      fc.property(history(8), fc.infiniteStream(fc.nat(1000)), (steps, picks) => {
        const player = played(steps);
        const specs = [...player.specs];
        const withdrawals = [...player.withdrawn];
        const shuffled = new HistoryPlayer(new LinkageWorld(testScopes));
        const done = new Set<string>();
        while (specs.length + withdrawals.length > 0) {
          // A correction follows the submission that it corrects, and a withdrawal the one that it withdraws.
          const ready = specs.filter(([, { supersedes = [] }]) => supersedes.every((id) => done.has(id)));
          const withdrawable = withdrawals.filter((id) => done.has(id));
          const pick = (picks.next().value as number) % (ready.length + withdrawable.length);
          const next = ready[pick];
          if (next !== undefined) {
            specs.splice(specs.indexOf(next), 1);
            done.add(shuffled.submit(next[1]));
            continue;
          }
          const id = withdrawable[pick - ready.length]!;
          withdrawals.splice(withdrawals.indexOf(id), 1);
          shuffled.withdraw(id);
        }
        expect(shuffled.world.reader.summary()).toEqual(player.world.reader.summary());
        expect(shuffled.world.reader.summary()).toEqual(expected(shuffled));
      }),
      runs(300),
    );
  });

  it('decides the same after a rebuild from ledger and bodies', () => {
    fc.assert(
      fc.property(history(8), submitStep, (steps, more) => {
        const player = played(steps);
        const { world } = player;
        const rebuilt = world.rebuilt();
        const prepared = world.prepare(player.specOf(more));
        expect(world.draft(rebuilt, prepared)).toEqual(world.draft(world.engine, prepared));
      }),
      runs(300),
    );
  });

  it('decides the same after passing through an archive', async () => {
    await fc.assert(
      fc.asyncProperty(historyWithErasures(8), history(4), submitStep, async (steps, later, more) => {
        const player = played(steps);
        const { world } = player;
        const restored = new LinkageEngine(world.options);
        await unarchive(restored, await archived(world.engine));
        expect(restored.size).toMatchObject(countsOf(world.engine));
        // Both engines go on with the same events.
        const from = world.events.length;
        player.play(later);
        for (const event of world.events.slice(from)) restored.apply(event, world.bodies);
        expect(restored.size).toMatchObject(countsOf(world.engine));
        const prepared = world.prepare(player.specOf(more));
        expect(world.draft(restored, prepared)).toEqual(world.draft(world.engine, prepared));
      }),
      runs(300),
    );
  });

  it('refuses to pass through an archive while rows are staged', async () => {
    const world = new LinkageWorld();
    world.draft(
      world.engine,
      world.prepare({ dataset: 'alpha.user', rows: [{ id: 'r1', tokens: [email('e1')] }] }),
    );
    await expect(archived(world.engine)).rejects.toThrow('rows are staged');
  });

  it('tells whether it still holds the contents of erased records', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: 'alpha.user', rows: [{ id: 'r1', tokens: [email('e1')] }] });
    expect(world.engine.holdsErased).toBe(false);
    world.erase([...world.bodies.keys()]);
    expect(world.engine.holdsErased).toBe(true);
    expect(world.rebuilt().holdsErased).toBe(false);
  });

  it('decides the same without the bodies of erased records as with them', () => {
    fc.assert(
      fc.property(historyWithErasures(), submitStep, fc.nat(1000), (steps, more, pick) => {
        const player = played(steps);
        const { world } = player;
        const rebuilt = world.rebuilt();
        expect(rebuilt.bodyMissingAt).toBeUndefined();
        const prepared = world.prepare(player.specOf(more));
        expect(world.draft(rebuilt, prepared)).toEqual(world.draft(world.engine, prepared));
        const erasable = world.engine.erasable([...world.bodies.keys()]);
        expect(rebuilt.erasable([...world.reader.records.keys()]).sort()).toEqual(erasable.sort());
        const record = erasable[pick % Math.max(1, erasable.length)];
        if (record === undefined) return;
        const drafts = (engine: LinkageEngine) => [
          ...engine.erase({ basis: 'request', records: [record] }).decide(world.events.length),
        ];
        expect(drafts(rebuilt)).toEqual(drafts(world.engine));
      }),
      runs(300),
    );
  });

  describe('a refusal of consent', () => {
    const user = 'alpha.user';
    const yes = { id: 'r1', tokens: [email('e1')] };
    const no = { id: 'r1', tokens: [], refuses: true };
    const key = rowKeyOf(user, 'r1');
    const q1 = { dataset: user, period: '2023-24-Q1' };
    const q2 = { dataset: user, period: '2023-24-Q2' };
    const q3 = { dataset: user, period: '2023-24-Q3' };

    it('retires the row wherever it stood, and states the reason', () => {
      const world = new LinkageWorld();
      world.submit({ ...q1, rows: [yes] });
      world.submit({ ...q2, rows: [no] });
      expect(world.reader.whereIs(key)).toBe('(not live)');
      expect(
        world.events.filter(({ type }) => type === 'ConsentRefused' || type === 'RecordsRetired'),
      ).toEqual([
        expect.objectContaining({ data: expect.objectContaining({ reason: 'consent-refused' }) as object }),
        expect.objectContaining({ data: expect.objectContaining({ rowKeys: [key] }) as object }),
      ]);
    });

    it('overrides a row of an earlier period that arrives late, also after a restart and from a ledger snapshot', async () => {
      const world = new LinkageWorld();
      world.submit({ ...q2, rows: [no] });
      const restored = new LinkageEngine(world.options);
      await unarchive(restored, await archived(world.engine));
      const late = world.prepare({ ...q1, rows: [yes] });
      const [, set] = world.draft(world.engine, late).map(({ decision }) => decision);
      expect(set).toMatchObject({
        type: 'RecordsPlaced',
        data: { placements: [{ setAside: 'superseded' }] },
      });
      for (const engine of [world.rebuilt(), restored])
        expect(world.draft(engine, late)).toEqual(world.draft(world.rebuilt(), late));
      world.submit({ ...q1, rows: [yes] });
      expect(world.reader.whereIs(key)).toBe('(not live)');
    });

    it('yields to a later row that consents, and applies again when that row is withdrawn', () => {
      const world = new LinkageWorld();
      world.submit({ ...q1, rows: [yes] });
      const refusal = world.submit({ ...q2, rows: [no] });
      const again = world.submit({ ...q3, rows: [yes] });
      expect(world.reader.whereIs(key)).not.toBe('(not live)');
      world.withdraw(again);
      expect(world.reader.whereIs(key)).toBe('(not live)');
      world.withdraw(refusal);
      expect(world.reader.whereIs(key)).not.toBe('(not live)');
    });

    it('is undone by a file that replaces its submission', () => {
      const world = new LinkageWorld();
      world.submit({ ...q1, rows: [yes] });
      const refusal = world.submit({ ...q2, rows: [no] });
      world.submit({ ...q2, sequence: 2, supersedes: [refusal], rows: [] });
      expect(world.reader.whereIs(key)).not.toBe('(not live)');
    });

    it('does not bring back, once withdrawn, what a later full file omits', () => {
      const world = new LinkageWorld();
      const full = { extractKind: 'cumulative' as const };
      world.submit({ ...q1, ...full, rows: [yes] });
      const refusal = world.submit({ ...q2, ...full, rows: [no] });
      world.submit({ ...q3, ...full, rows: [] });
      world.withdraw(refusal);
      expect(world.reader.whereIs(key)).toBe('(not live)');
    });

    it('affects no other row', () => {
      const world = new LinkageWorld();
      world.submit({ ...q1, rows: [yes, { id: 'r2', tokens: [email('e2')] }] });
      world.submit({ ...q2, rows: [no] });
      expect(world.whereIs(user, 'r2')).not.toBe('(not live)');
    });
  });

  it('reports where a body is missing that no erasure names', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: 'alpha.user', rows: [{ id: 'r1', tokens: [email('e1')] }] });
    world.bodies.clear();
    expect(world.rebuilt().bodyMissingAt).toBe(1);
  });

  it('reports that from a ledger snapshot too, until an erasure names the record', async () => {
    const world = new LinkageWorld();
    world.submit({ dataset: 'alpha.user', rows: [{ id: 'r1', tokens: [email('e1')] }] });
    const [record] = world.bodies.keys();
    world.bodies.clear();
    const restored = new LinkageEngine(world.options);
    await unarchive(restored, await archived(world.rebuilt()));
    expect(restored.bodyMissingAt).toBe(1);
    const written = world.events.length;
    world.erase([record!]);
    for (const event of world.events.slice(written)) restored.apply(event);
    expect(restored.bodyMissingAt).toBeUndefined();
    expect(restored.holdsErased).toBe(false);
  });

  it('never reuses an id, accounts for every row, and writes events that satisfy their contracts', () => {
    fc.assert(
      fc.property(historyWithErasures(), (steps) => {
        const { world } = played(steps);
        expect(new Set(world.reader.registered).size).toBe(world.reader.registered.length);
        for (const event of world.events) {
          expect(ledgerContracts[event.type].schema.safeParse(event.data).error).toBeUndefined();
          if (event.type === 'SubmissionLinked') expect(accounted(event)).toBe(event.data.rows);
        }
      }),
      runs(100),
    );
  });
});

const countsOf = ({ size: { bytes: _, ...counts } }: LinkageEngine) => counts;

function accounted({ data: { outcomes } }: LedgerEvent & { type: 'SubmissionLinked' }): number {
  const { registered, matched, referred, unlinkable, impersonal, superseded, unchanged } = outcomes;
  return registered + matched + referred + unlinkable + impersonal + superseded + unchanged;
}
