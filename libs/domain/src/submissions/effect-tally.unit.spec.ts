import type { LedgerEvent, SubmissionId } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHashOf } from '../linkage/content-hash.js';
import { history, HistoryPlayer, submitStep, testScopes } from '../linkage/testing/histories.js';
import { LinkageWorld, type Received, type SubmissionSpec } from '../linkage/testing/linkage-world.js';
import { runs } from '../linkage/testing/property-runs.js';
import { periodOfCode, periodRank } from '../periods/index.js';
import {
  EffectTally,
  REFUSES,
  type CarriedRow,
  type StandingFile,
  type SubmissionEffect,
} from './effect-tally.js';

const file = (period: number, change: Partial<StandingFile> = {}): StandingFile => ({
  submission: `s${period}` as SubmissionId,
  period,
  sequence: 1,
  full: false,
  rowsAlone: 0,
  staysStanding: true,
  ...change,
});
/** Takes one key at a time; each row is given as the index of its file and its content. */
function effectOf(
  standing: readonly StandingFile[],
  offered: StandingFile,
  keys: readonly (readonly (readonly [file: number, content: bigint])[])[],
): SubmissionEffect {
  const tally = new EffectTally(standing, offered);
  for (const rows of keys) {
    tally.take(rows.map(([number, content]) => ({ file: number, content })));
    tally.endOfKey();
    tally.endOfName();
  }
  return tally.effect();
}

describe('EffectTally', () => {
  it('counts rows that are added, replaced or equal', () => {
    const effect = effectOf([file(1)], file(2), [
      [[0, 5n]],
      [
        [0, 5n],
        [1, 5n],
      ],
      [
        [0, 5n],
        [1, 6n],
      ],
      [[1, 5n]],
    ]);
    expect(effect).toMatchObject({ standing: 3, adds: 1, replaces: 1, equal: 1, retires: 0, overtaken: 0 });
  });

  it('counts a row as overtaken if a later period already says something else', () => {
    const effect = effectOf([file(2)], file(1), [
      [
        [0, 5n],
        [1, 6n],
      ],
    ]);
    expect(effect).toMatchObject({ overtaken: 1, replaces: 0, retires: 0 });
  });

  it('retires what a full file omits, and names the submission it stood in', () => {
    const standing = [file(0), file(1, { full: true })];
    const effect = effectOf(standing, file(2, { full: true }), [
      [[1, 5n]],
      [
        [1, 5n],
        [2, 5n],
      ],
    ]);
    expect(effect).toMatchObject({ retires: 1, loses: 1, equal: 1 });
    expect(effect.retiresOf).toEqual([{ submission: 's1', rows: 1 }]);
  });

  it('retires what a replacement omits, and revives what the replaced file had replaced', () => {
    const standing = [file(1), file(2, { staysStanding: false })];
    const effect = effectOf(standing, file(2, { sequence: 2 }), [
      [[1, 5n]],
      [
        [0, 5n],
        [1, REFUSES],
      ],
    ]);
    expect(effect).toMatchObject({ retires: 1, revives: 1 });
  });

  it('revives what a full file omitted, once another file replaces that one', () => {
    const standing = [file(1), file(2, { full: true, staysStanding: false })];
    const effect = effectOf(standing, file(2, { sequence: 2 }), [[[0, 5n]]]);
    expect(effect).toMatchObject({ standing: 0, revives: 1, retires: 0 });
  });

  it('revives no row while its consent stays refused', () => {
    const standing = [file(1), file(2)];
    const effect = effectOf(standing, file(3), [
      [
        [0, 5n],
        [1, REFUSES],
      ],
    ]);
    expect(effect).toMatchObject({ standing: 0, revives: 0, retires: 0 });
  });

  it('counts no refusal where a full file omits a row that had refused before', () => {
    const standing = [file(1), file(2, { staysStanding: false })];
    const effect = effectOf(standing, file(3, { full: true }), [
      [
        [0, REFUSES],
        [1, 5n],
      ],
    ]);
    expect(effect).toMatchObject({ retires: 1, refuses: 0, loses: 1 });
  });

  it('counts refusals of consent apart from losses', () => {
    const effect = effectOf([file(1)], file(2), [
      [
        [0, 5n],
        [1, REFUSES],
      ],
      [[1, REFUSES]],
    ]);
    expect(effect).toMatchObject({ retires: 1, refuses: 1, loses: 0, adds: 0, overtaken: 0 });
  });

  it('retires rows that belong to their submission alone, and counts losses only where the new file brings fewer', () => {
    const standing = [file(1, { full: true, rowsAlone: 10 })];
    const more = effectOf(standing, file(2, { full: true, rowsAlone: 12 }), []);
    expect(more).toMatchObject({ standing: 10, retires: 10, adds: 12, loses: 0 });
    const fewer = effectOf(standing, file(2, { full: true, rowsAlone: 4 }), []);
    expect(fewer).toMatchObject({ retires: 10, adds: 4, loses: 6 });
  });

  it.each([
    ['one other person', [[0], [1]], 1],
    ['the same person alone', [[0, 1]], 0],
    ['nobody', [[1]], 0],
    ['two others', [[0], [0], [1], [1]], 2],
    ['another person, beside a correction', [[0, 1], [1]], 1],
    ['each other, in one file', [[1], [1]], 0],
  ])('counts rows that share a natural key with %s', (_case, people, expected) => {
    const tally = new EffectTally([file(1)], file(2));
    for (const files of people) {
      // The two rows of one person differ in content.
      tally.take(files.map((number) => ({ file: number, content: BigInt(10 + number) })));
      tally.endOfKey();
    }
    tally.endOfName();
    expect(tally.effect().sharesKey).toBe(expected);
  });
});

describe('EffectTally, for an added row that shares its natural key', () => {
  /** A row in the standing files about one person, and a row of the offered file about another. */
  const shared = (standing: readonly StandingFile[], offered: StandingFile, known: readonly CarriedRow[]) => {
    const tally = new EffectTally(standing, offered);
    tally.take(known);
    tally.endOfKey();
    tally.take([{ file: standing.length, content: 9n }]);
    tally.endOfKey();
    tally.endOfName();
    return tally.effect().sharesKey;
  };

  it('does not count it if the file retires the other row', () => {
    expect(shared([file(1, { full: true })], file(2, { full: true }), [{ file: 0, content: 5n }])).toBe(0);
  });

  it('counts it if the file revives the other row', () => {
    const standing = [file(1), file(2, { staysStanding: false })];
    const known = [
      { file: 0, content: 5n },
      { file: 1, content: REFUSES },
    ];
    expect(shared(standing, file(2, { sequence: 2 }), known)).toBe(1);
  });
});

describe('the effect told before a submission', () => {
  const keyed = (received: Received): Map<string, bigint> => {
    const rows = new Map<string, bigint>();
    for (const row of received.rows.toReversed()) rows.set(row.rowKey, BigInt(`0x1${contentHashOf(row)}`));
    for (const rowKey of received.refused) rows.set(rowKey, REFUSES);
    return rows;
  };
  const fileOf = ({ file: data }: Received, rowsAlone: number): StandingFile => ({
    submission: data.submission,
    period: periodRank(periodOfCode(data.period)),
    sequence: data.sequence,
    full: data.extractKind !== 'delta',
    rowsAlone,
    staysStanding: true,
  });
  const isAlone = ({ id }: { readonly id: string }) => id.startsWith('alone');

  /** What the tally says, computed from the files alone. */
  function told(player: HistoryPlayer, spec: SubmissionSpec): SubmissionEffect {
    const { world } = player;
    const standing = [...player.specs].filter(
      ([id, { dataset }]) => dataset === spec.dataset && world.engine.standingOf(id) === 'standing',
    );
    const rowsOf = (one: SubmissionSpec) =>
      keyed(world.prepare({ ...one, rows: one.rows.filter((row) => !isAlone(row)) }));
    const aloneIn = (one: SubmissionSpec) => one.rows.filter(isAlone).length;
    const files = standing.map(([id, one]) => ({
      ...fileOf(world.prepare(one), aloneIn(one)),
      staysStanding: !(spec.supersedes ?? []).includes(id),
    }));
    const tally = new EffectTally(files, fileOf(world.prepare(spec), aloneIn(spec)));
    const byKey = new Map<string, CarriedRow[]>();
    [...standing.map(([, one]) => one), spec].forEach((one, number) => {
      for (const [key, content] of rowsOf(one))
        byKey.set(key, [...(byKey.get(key) ?? []), { file: number, content }]);
    });
    for (const rows of byKey.values()) {
      tally.take(rows);
      tally.endOfKey();
      tally.endOfName();
    }
    return tally.effect();
  }

  it('equals what the ledger says after it', () => {
    const tries = runs(500);
    const seen = { replaces: 0, retires: 0, refuses: 0, equal: 0, overtaken: 0 };
    fc.assert(
      fc.property(history(10), submitStep, fc.nat(3), (steps, last, alone) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        for (const step of [...steps, last]) {
          if (step.kind !== 'submit') {
            player.step(step);
            continue;
          }
          const planned = player.specOf(step);
          // As intake does, take each row id once per file; then add rows that belong to their submission alone.
          const once = [...new Map(planned.rows.map((row) => [row.id, row])).values()].filter(
            (row) => !isAlone(row),
          );
          const own = Array.from({ length: alone }, (_, number) => ({
            id: `alone ${planned.dataset} ${planned.period ?? ''} ${planned.sequence ?? 0} ${number}`,
            tokens: [],
          }));
          const spec = { ...planned, rows: [...once, ...own] };
          const effect = told(player, spec);
          const before = player.world.events.length;
          const known = new Set(player.world.reader.records.keys());
          const stood = new Map(standingRows(player).map(({ rowKey, record }) => [rowKey, record]));
          player.submit(spec);
          const written = player.world.events.slice(before);
          const revived = standingRows(player).filter(
            ({ record, rowKey }) => known.has(record) && !stood.has(rowKey),
          );
          const content = contentsOf(player);
          const exchanged = standingRows(player).filter(({ rowKey, record }) => {
            const earlier = stood.get(rowKey);
            return earlier !== undefined && earlier !== record && content(earlier) === content(record);
          });
          const outcome = outcomeOf(written);
          expect({
            ...outcome,
            revived: revived.length,
            // A record that gives way to an equal row of another file counts as retired in the ledger, but changes
            // nothing for anyone.
            retired: outcome.retired - exchanged.length,
          }).toEqual({
            revived: effect.revives,
            retired: effect.replaces + effect.retires,
            refused: effect.refuses,
            unchanged: effect.equal,
            superseded: effect.overtaken,
          });
          for (const count of Object.keys(seen) as (keyof typeof seen)[])
            if (effect[count] > 0) seen[count] += 1;
        }
      }),
      tries,
    );
    for (const [count, times] of Object.entries(seen))
      expect(times, count).toBeGreaterThan(tries.numRuns / 20);
  });

  const standingRows = ({ world }: HistoryPlayer) =>
    [...world.reader.records].flatMap(([record, { live, rowKey }]) => (live ? [{ record, rowKey }] : []));

  /** The content of each record, by its id. */
  function contentsOf({ world }: HistoryPlayer): (record: string) => string | undefined {
    const rows = new Map(
      [...world.received.values()].flatMap((received) =>
        received.rows.map((row) => [row.record as string, row]),
      ),
    );
    return (record) => {
      const row = rows.get(record);
      return row && contentHashOf(row);
    };
  }

  function outcomeOf(events: readonly LedgerEvent[]) {
    const linked = events.find((event) => event.type === 'SubmissionLinked');
    const refused = events.flatMap((event) =>
      event.type === 'RecordsRetired' && event.data.reason === 'consent-refused' ? event.data.records : [],
    );
    const { retired, unchanged, superseded } = linked?.data.outcomes ?? {
      retired: -1,
      unchanged: -1,
      superseded: -1,
    };
    return { retired, refused: refused.length, unchanged, superseded };
  }
});
