import type { Role } from '@kinledger/contracts';
import fc from 'fast-check';
import type { Step } from './histories.js';
import type { RowSpec, TokenSpec } from './linkage-world.js';

/** A token with one of `count` values, on `share` of ten rows. */
const often = (
  share: number,
  domain: string,
  use: TokenSpec[1],
  prefix: string,
  count: number,
): fc.Arbitrary<TokenSpec[]> =>
  fc
    .tuple(fc.nat(9), fc.nat(count - 1))
    .map(([luck, n]) => (luck < share ? [[domain, use, `${prefix}${n}`]] : []));

const rowOf = (
  roles: readonly Role[],
  ...tokens: readonly fc.Arbitrary<TokenSpec[]>[]
): fc.Arbitrary<Omit<RowSpec, 'id'>> =>
  fc
    .tuple(fc.constantFrom(...roles), fc.tuple(...tokens))
    .map(([role, parts]) => ({ role, tokens: parts.flat() }));

/** Few children and few adults under few addresses: nearly every row concerns somebody’s kin. */
const kin = fc.oneof(
  rowOf(
    ['child'],
    often(7, 'nhs-number', 'identity', 'n', 3),
    often(2, 'child-key', 'identity', 'c', 2),
    often(7, 'email', 'carer', 'e', 2),
    often(2, 'email', 'carer', 'e', 2),
    often(2, 'mobile', 'carer', 'm', 1),
  ),
  rowOf(
    ['adult', 'volunteer'],
    often(5, 'nhs-number', 'identity', 'a', 2),
    often(7, 'email', 'identity', 'e', 2),
    often(2, 'mobile', 'identity', 'm', 1),
    often(3, 'birth-date', 'guard', 'b', 2),
  ),
);

/** Few people who share what tells them apart: nearly every row makes one person of two, or two of one. */
const people = rowOf(
  ['adult', 'adult', 'child'],
  often(4, 'nhs-number', 'identity', 'n', 2),
  often(1, 'nhs-number', 'identity', 'n', 2),
  often(4, 'email', 'identity', 'e', 2),
  often(4, 'mobile', 'identity', 'm', 2),
  often(5, 'birth-date', 'guard', 'b', 2),
  often(2, 'case-number:provider', 'local', 'l', 3),
);

/** One kind of row that is sent again and again, with changing notes. */
const plain = rowOf(['adult'], often(9, 'email', 'identity', 'e', 2));

interface Files {
  /** Indices into the datasets of `histories.ts`. */
  readonly datasets: readonly number[];
  readonly periods: number;
  /** Of ten files, how many replace what stands for their period. */
  readonly replacing: number;
  /** Of ten rows, how many refuse consent. */
  readonly refusing: number;
  readonly rows: fc.Arbitrary<Omit<RowSpec, 'id'>>;
  readonly ids: number;
}

const luckOf = (share: number): fc.Arbitrary<boolean> => fc.nat(9).map((luck) => luck < share);

function steps({ datasets, periods, replacing, refusing, rows, ids }: Files): fc.Arbitrary<Step[]> {
  const row = fc
    .record({ id: fc.nat(ids - 1), note: fc.nat(1), refuses: luckOf(refusing), rest: rows })
    .map(({ id, note, refuses, rest }): RowSpec => ({ ...rest, id: `r${id}`, note: `v${note}`, refuses }));
  const file: fc.Arbitrary<Step> = fc.record({
    kind: fc.constant('submit' as const),
    dataset: fc.constantFrom(...datasets),
    period: fc.nat(periods - 1),
    replaces: luckOf(replacing),
    repeats: luckOf(1),
    rows: fc.array(row, { minLength: 1, maxLength: 3, size: 'max' }),
  });
  const withdrawal: fc.Arbitrary<Step> = fc.record({
    kind: fc.constant('withdraw' as const),
    pick: fc.nat(50),
  });
  const erasure: fc.Arbitrary<Step> = fc.record({
    kind: fc.constant('erase' as const),
    picks: fc.array(fc.nat(50), { minLength: 1, maxLength: 2 }),
  });
  return fc.array(
    fc.oneof(
      { weight: 12, arbitrary: file },
      { weight: 5, arbitrary: withdrawal },
      { weight: 1, arbitrary: erasure },
    ),
    { minLength: 6, maxLength: 16, size: 'max' },
  );
}

const [ALPHA_PEOPLE, BETA_PEOPLE, GAMMA_PEOPLE, ALPHA_SESSIONS, GAMMA_SESSIONS] = [0, 1, 2, 3, 4];

/**
 * Histories of one to three rows per file, in which nearly every step affects the one before. They play many steps in
 * the time of one step of `history`, which draws larger files about more people.
 */
export const closeHistories = {
  'of families': steps({
    datasets: [ALPHA_PEOPLE, ALPHA_PEOPLE, BETA_PEOPLE, ALPHA_SESSIONS, GAMMA_SESSIONS],
    ...{ periods: 1, replacing: 1, refusing: 0, rows: kin, ids: 4 },
  }),
  'of people who are told apart with difficulty': steps({
    datasets: [ALPHA_PEOPLE, BETA_PEOPLE, ALPHA_SESSIONS, ALPHA_SESSIONS],
    ...{ periods: 1, replacing: 1, refusing: 0, rows: people, ids: 4 },
  }),
  'of rows that one file after the other says again': steps({
    datasets: [ALPHA_PEOPLE, GAMMA_PEOPLE],
    ...{ periods: 3, replacing: 3, refusing: 1, rows: plain, ids: 3 },
  }),
};
