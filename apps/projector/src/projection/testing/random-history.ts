import type { Role } from '@kinledger/contracts';
import type { ConstraintDecision } from '@kinledger/domain';
import fc from 'fast-check';
import type { DecidedLedger, DecidedRow } from '../decided-ledger.testing.js';

const datasets = [
  'natural-thinkers.user',
  'pairs-together-time.user',
  'breastfeeding-peer-support.user',
  'natural-thinkers.engagement',
  'pairs-together-time.engagement',
] as const;
/** The authority order has one of the datasets; the others share the last place. */
export const authority = (dataset: string): number => (dataset === 'breastfeeding-peer-support.user' ? 0 : 1);
/** Periods by first day; the academic year begins between the second and the third quarter. */
export const periods = {
  '2022-23-Q1': '2022-04-01',
  '2022-23-AY': '2022-09-01',
  '2022-23-Q3': '2022-10-01',
} as const;
export type Period = keyof typeof periods;
const days = ['2022-05-01', '2022-11-01', '2022-12-01'] as const;

const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const row: fc.Arbitrary<DecidedRow> = fc
  .record({
    id: oneOf('r0', 'r1', 'r2', 'r3'),
    role: oneOf<Role>('child', 'adult', 'adult', 'practitioner', 'volunteer', 'none'),
    email: fc.option(oneOf('e0', 'e1', 'e2'), { freq: 6 }),
    carerEmail: fc.option(oneOf('e0', 'e1'), { freq: 4 }),
    childKey: fc.option(oneOf('k0', 'k1', 'k2'), { freq: 6 }),
    born: fc.option(oneOf('b0', 'b1'), { freq: 1 }),
    homeLanguage: fc.option(oneOf('yoruba', 'polish')),
    lsoa: fc.option(oneOf('E01990001', 'E01990002')),
    addressProtected: fc.option(oneOf('yes'), { freq: 1 }),
    asOf: oneOf(...days),
    attended: fc.boolean(),
  })
  .map(({ id, role, asOf, attended, email, carerEmail, childKey, born, ...attributes }) => ({
    ...{ id, role, asOf, attended },
    ...(email === null ? {} : { email }),
    ...(carerEmail === null ? {} : { carerEmail }),
    ...(childKey === null ? {} : { childKey }),
    ...(born === null ? {} : { born }),
    attributes: Object.fromEntries(
      Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== null),
    ),
  }));
export const step = fc.record({
  withdraws: fc.integer({ min: 0, max: 9 }).map((pick) => (pick < 2 ? pick : null)),
  dataset: oneOf(...datasets),
  period: oneOf(...(Object.keys(periods) as Period[])),
  replaces: fc.boolean(),
  rows: fc.uniqueArray(row, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
});
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A person's decision about two rows. */
const review = fc.record({
  reviews: oneOf<ConstraintDecision['type']>('LinkForbidden', 'LinkReviewed', 'LinkReviewed', 'LinkAllowed'),
  picks: fc.tuple(fc.nat(1000), fc.nat(1000)),
});
/** What may happen to a ledger in which nothing is erased. */
export const operation = fc.oneof({ weight: 8, arbitrary: step }, { weight: 2, arbitrary: review });
export type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;
const erasure = fc.record({ erases: oneOf('record', 'carers'), pick: fc.nat(1000) });
/** The same, with records and carer tokens that are erased and quarters that are closed in between. */
export const anyOperation = fc.oneof(
  { weight: 8, arbitrary: operation },
  { weight: 3, arbitrary: erasure },
  { weight: 1, arbitrary: fc.constant({ closes: true as const }) },
);
export type AnyOperation = typeof anyOperation extends fc.Arbitrary<infer Value> ? Value : never;

export function playOperation(ledger: DecidedLedger, one: Operation): Promise<void> {
  return 'reviews' in one ? ledger.review(one.reviews, one.picks) : playStep(ledger, one);
}

/** Plays a step like intake: a withdrawal of what stands, else a file, which may replace those of its dataset and period. */
export async function playStep(
  ledger: DecidedLedger,
  { withdraws, dataset, period, replaces, rows }: Step,
): Promise<void> {
  const open = [...ledger.files.keys()].filter((id) => ledger.engine.standingOf(id) !== 'withdrawn');
  const withdrawn = withdraws === null ? undefined : open[withdraws % open.length];
  if (withdrawn !== undefined) return ledger.withdraw(withdrawn);
  const siblings = [...ledger.files].filter(([, file]) => file.dataset === dataset && file.period === period);
  const standing = siblings.map(([id]) => id).filter((id) => ledger.engine.standingOf(id) === 'standing');
  const supersedes = replaces ? standing : [];
  await ledger.submit({ dataset, period, sequence: siblings.length + 1, supersedes, rows });
}
