import type { ExtractKind, Role, RowKey, SubmissionId } from '@kinledger/contracts';
import fc from 'fast-check';
import type { ConstraintDecision, FamilyScope } from '../decider.js';
import type { LinkConstraints } from '../partition.js';
import { story } from './stories.js';
import type { LinkageWorld, RowSpec, SubmissionSpec, TokenSpec } from './linkage-world.js';
import { liveRecords, type LiveRecord } from './live-set.js';

/** One scope that spans services, and one of a single service. */
export const testScopes: readonly FamilyScope[] = [
  { scope: 'talk', services: ['alpha', 'beta'] },
  { scope: 'beta-only', services: ['beta'] },
];

const datasets: readonly (readonly [dataset: string, kind: ExtractKind])[] = [
  ['alpha.user', 'delta'],
  ['beta.user', 'snapshot'],
  ['gamma.user', 'cumulative'],
  ['alpha.engagement', 'delta'],
  ['gamma.engagement', 'snapshot'],
];
/** The academic year begins between Q2 and Q3. */
const periods = ['2023-24-Q2', '2023-24-AY', '2023-24-Q3'] as const;

const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const value = (prefix: string, count: number) => fc.nat(count - 1).map((number) => `${prefix}${number}`);
const token = (domain: string, use: TokenSpec[1], prefix: string, count: number) =>
  value(prefix, count).map((text): TokenSpec => [domain, use, text]);
/** The token in `often` of ten cases, else none. */
const maybe = (arbitrary: fc.Arbitrary<TokenSpec>, often: number): fc.Arbitrary<TokenSpec[]> =>
  fc.oneof(
    { weight: often, arbitrary: arbitrary.map((found) => [found]) },
    { weight: 10 - often, arbitrary: fc.constant<TokenSpec[]>([]) },
  );

/** Few values for many rows, so that everything collides: shared emails, placeholders, twins, wrong numbers. */
const tokens: fc.Arbitrary<TokenSpec[]> = fc
  .tuple(
    maybe(token('nhs-number', 'identity', 'n', 4), 3),
    maybe(token('child-key', 'identity', 'c', 4), 3),
    maybe(token('email', 'identity', 'e', 4), 5),
    maybe(token('email', 'identity', 'e', 4), 1),
    maybe(token('mobile', 'identity', 'm', 3), 3),
    maybe(token('email', 'carer', 'e', 4), 4),
    maybe(token('mobile', 'carer', 'm', 3), 3),
    maybe(token('birth-date', 'guard', 'b', 4), 5),
    maybe(token('gender', 'guard', 'g', 2), 4),
    maybe(token('case-number:provider', 'local', 'l', 3), 4),
  )
  .map((parts) => parts.flat());

const role: fc.Arbitrary<Role> = oneOf<Role>(
  'child',
  'child',
  'adult',
  'adult',
  'volunteer',
  'practitioner',
  'none',
);

const row = (ids: number): fc.Arbitrary<RowSpec> =>
  fc.record({
    id: value('r', ids),
    role,
    tokens,
    note: value('v', 2),
    // A row sometimes refuses consent, at times in a file that also holds the row without a refusal.
    refuses: fc.integer({ min: 0, max: 7 }).map((luck) => luck === 0),
  });

export interface Submit {
  readonly kind: 'submit';
  readonly dataset: number;
  readonly period: number;
  readonly replaces: boolean;
  readonly repeats: boolean;
  readonly rows: readonly RowSpec[];
}
interface Withdraw {
  readonly kind: 'withdraw';
  /** Index among the submissions that are not withdrawn, in order of arrival; -1 is the last, -2 the one before. */
  readonly pick: number;
}
interface Erase {
  readonly kind: 'erase';
  readonly picks: readonly number[];
}
/** Carer tokens of records that stay are erased. */
interface EraseCarers {
  readonly kind: 'erase-carers';
  readonly picks: readonly number[];
}
/** A person decides about two rows received so far, live or not. */
interface Constrain {
  readonly kind: 'constrain';
  readonly type: ConstraintDecision['type'];
  readonly picks: readonly [number, number];
}
export type Step = Submit | Withdraw | Erase | EraseCarers | Constrain;

export const submitStep: fc.Arbitrary<Submit> = fc.record({
  kind: fc.constant('submit' as const),
  dataset: fc.nat(datasets.length - 1),
  period: fc.nat(periods.length - 1),
  replaces: fc.boolean(),
  repeats: fc.boolean(),
  // A file sometimes repeats a row.
  rows: fc.oneof(
    { weight: 9, arbitrary: fc.uniqueArray(row(7), { maxLength: 7, selector: ({ id }) => id, size: 'max' }) },
    { weight: 1, arbitrary: fc.array(row(4), { maxLength: 6, size: 'max' }) },
  ),
});
const withdrawStep: fc.Arbitrary<Withdraw> = fc.record({
  kind: fc.constant('withdraw' as const),
  pick: fc.nat(50),
});

const alone = (step: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> => step.map((one) => [one]);
/** Steps and stories in any order. A story counts as one step. */
const stepsOf = (
  maxLength: number,
  ...choices: readonly fc.WeightedArbitrary<Step[]>[]
): fc.Arbitrary<Step[]> =>
  fc.array(fc.oneof(...choices), { maxLength, size: 'max' }).map((parts) => parts.flat());

export const history = (maxLength = 16): fc.Arbitrary<Step[]> =>
  stepsOf(
    maxLength,
    { weight: 10, arbitrary: alone(submitStep) },
    { weight: 2, arbitrary: alone(withdrawStep) },
    { weight: 4, arbitrary: story },
  );

/** Records of every kind: live ones, older ones of the same row, and ones set aside. */
const eraseStep: fc.Arbitrary<Erase> = fc.record({
  kind: fc.constant('erase' as const),
  picks: fc.array(fc.nat(200), { minLength: 1, maxLength: 4 }),
});

/** Some carer tokens of some records, or all that there are. */
const eraseCarersStep: fc.Arbitrary<EraseCarers> = fc.record({
  kind: fc.constant('erase-carers' as const),
  picks: fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }),
});

export const historyWithErasures = (maxLength = 16): fc.Arbitrary<Step[]> =>
  stepsOf(
    maxLength,
    { weight: 10, arbitrary: alone(submitStep) },
    { weight: 2, arbitrary: alone(withdrawStep) },
    { weight: 3, arbitrary: alone(eraseStep) },
    { weight: 2, arbitrary: alone(eraseCarersStep) },
    { weight: 4, arbitrary: story },
  );

const constrainStep: fc.Arbitrary<Constrain> = fc.record({
  kind: fc.constant('constrain' as const),
  type: oneOf<Constrain['type']>(
    'LinkForbidden',
    'LinkForbidden',
    'LinkReviewed',
    'LinkReviewed',
    'LinkAllowed',
  ),
  picks: fc.tuple(fc.nat(200), fc.nat(200)),
});

export const historyWithConstraints = (maxLength = 16): fc.Arbitrary<Step[]> =>
  stepsOf(
    maxLength,
    { weight: 10, arbitrary: alone(submitStep) },
    { weight: 2, arbitrary: alone(withdrawStep) },
    { weight: 1, arbitrary: alone(eraseStep) },
    { weight: 8, arbitrary: alone(constrainStep) },
    { weight: 3, arbitrary: story },
  );

/**
 * Plays steps as intake would: sequences count up, and a replacement supersedes what stands for its dataset and period.
 */
export class HistoryPlayer {
  readonly withdrawn = new Set<SubmissionId>();
  readonly specs = new Map<SubmissionId, SubmissionSpec>();
  readonly world: LinkageWorld;
  readonly #constraints = new Map<string, Constrain['type']>();

  constructor(world: LinkageWorld) {
    this.world = world;
  }

  /** The live records by definition, without those that are erased and with the tokens that are left. */
  liveRecords(): LiveRecord[] {
    const { received, reader, bodies } = this.world;
    const recordOf = (submission: SubmissionId, rowKey: RowKey) =>
      reader.carriers.get(`${submission} ${rowKey}`);
    return liveRecords(
      received.values(),
      this.withdrawn,
      (submission, rowKey) => {
        const record = recordOf(submission, rowKey);
        return record !== undefined && reader.erased.has(record);
      },
      (submission, { rowKey, tokens }) => {
        const record = recordOf(submission, rowKey);
        return (record === undefined ? undefined : bodies.get(record))?.tokens ?? tokens;
      },
    );
  }

  /** The people's decisions in force. */
  constraints(): LinkConstraints {
    const pairs = (type: Constrain['type']) =>
      [...this.#constraints]
        .filter(([, decided]) => decided === type)
        .map(([rows]) => rows.split(' ') as unknown as readonly [RowKey, RowKey]); // written from two
    return { neverLink: pairs('LinkForbidden'), reviewedLink: pairs('LinkReviewed') };
  }

  play(steps: readonly Step[]): void {
    for (const step of steps) this.step(step);
  }

  step(step: Step): SubmissionId | null {
    if (step.kind === 'erase') {
      const records = [...this.world.reader.records.keys()];
      this.world.erase(step.picks.flatMap((pick) => records[pick % Math.max(1, records.length)] ?? []));
      return null;
    }
    if (step.kind === 'erase-carers') {
      this.#eraseCarers(step);
      return null;
    }
    if (step.kind === 'constrain') {
      this.#constrain(step);
      return null;
    }
    if (step.kind === 'withdraw') {
      const open = [...this.specs.keys()].filter((id) => !this.withdrawn.has(id));
      const id = step.pick < 0 ? open.at(step.pick) : open[step.pick % Math.max(1, open.length)];
      if (id !== undefined) this.withdraw(id);
      return null;
    }
    return this.submit(this.specOf(step));
  }

  submit(spec: SubmissionSpec): SubmissionId {
    const id = this.world.submit(spec);
    this.specs.set(id, spec);
    return id;
  }

  withdraw(id: SubmissionId): void {
    this.world.withdraw(id);
    this.withdrawn.add(id);
  }

  #eraseCarers({ picks }: EraseCarers): void {
    const carers = [...this.world.bodies.values()].flatMap(({ record, tokens }) =>
      tokens.flatMap(({ use }, place) => (use === 'carer' ? [{ record, place }] : [])),
    );
    const picked = new Set(picks.flatMap((pick) => carers[pick % Math.max(1, carers.length)] ?? []));
    const places = Map.groupBy(picked, ({ record }) => record);
    if (places.size === 0) return;
    this.world.eraseCarerTokens(
      new Map(
        [...places].map(([record, its]) => [record, its.map(({ place }) => place).sort((a, b) => a - b)]),
      ),
    );
  }

  #constrain({ type, picks }: Constrain): void {
    const keys = [
      ...new Set([...this.world.received.values()].flatMap(({ rows }) => rows.map(({ rowKey }) => rowKey))),
    ].sort();
    const [one, other] = picks.map((pick) => keys[pick % Math.max(1, keys.length)]).sort();
    if (one === undefined || other === undefined || one === other) return;
    this.world.constrain(type, [one, other]);
    this.#constraints.set(`${one} ${other}`, type);
  }

  specOf({ dataset: number, period: part, replaces, repeats, rows }: Submit): SubmissionSpec {
    const [dataset, extractKind] = datasets[number] as (typeof datasets)[number];
    const period = periods[part] as string;
    const siblings = [...this.specs].filter(([, spec]) => spec.dataset === dataset && spec.period === period);
    const standing = siblings
      .map(([id]) => id)
      .filter((id) => this.world.engine.standingOf(id) === 'standing');
    // A provider's next file mostly repeats the one before.
    const before = [...this.specs.values()].filter((spec) => spec.dataset === dataset).at(-1)?.rows ?? [];
    const kept = repeats ? before.filter(({ id }) => !rows.some((other) => other.id === id)) : [];
    return {
      dataset,
      period,
      sequence: siblings.length + 1,
      extractKind,
      supersedes: replaces ? standing : [],
      rows: [...kept, ...rows],
    };
  }
}
