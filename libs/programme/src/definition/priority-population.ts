import { attributeName, isoDate } from '@kinledger/contracts';
import { z } from 'zod';

/** A rule about a person, as data. */
export type PriorityRule =
  | { readonly attribute: string; readonly in: readonly string[] }
  | { readonly deprivationDecile: { readonly atMost: number } }
  | { readonly inArea: boolean }
  | { readonly all: readonly PriorityRule[] }
  | { readonly any: readonly PriorityRule[] }
  | { readonly not: PriorityRule };

const DEEPEST = 8;

/** Rules that hold rules, down to a depth that no rule of a person needs: a document cannot exhaust the stack. */
const ruleTo = (depth: number): z.ZodType<PriorityRule> => {
  const plain = [
    z.strictObject({ attribute: attributeName, in: z.array(z.string().min(1).max(120)).min(1) }),
    z.strictObject({ deprivationDecile: z.strictObject({ atMost: z.int().min(1).max(9) }) }),
    z.strictObject({ inArea: z.boolean() }),
  ] as const;
  if (depth === 0) return z.union(plain);
  const inner = z.lazy(() => ruleTo(depth - 1));
  return z.union([
    ...plain,
    z.strictObject({ all: z.array(inner).min(1) }),
    z.strictObject({ any: z.array(inner).min(1) }),
    z.strictObject({ not: inner }),
  ]);
};

export const priorityPopulation = z.strictObject({
  name: z.string().min(1).max(120),
  version: z.int().positive(),
  from: isoDate.describe('The first day of an engagement that it judges.'),
  rule: ruleTo(DEEPEST).describe(
    'attribute … in […], deprivationDecile, inArea, joined by all, any and not. What is not known makes it unknown, unless the rest decides.',
  ),
});
export type PriorityPopulation = z.infer<typeof priorityPopulation>;

/** What is held of a person. */
export interface HeldOfPerson {
  readonly attributes: Readonly<Record<string, string>>;
  /** Undefined where the residence is not known or withheld. */
  readonly deprivationDecile?: number | undefined;
  readonly inArea?: boolean | undefined;
}

/** Values by which somebody says nothing, or a source knows nothing. */
const saysNothing: ReadonlySet<string> = new Set(['not-stated', 'not-known']);

/**
 * Whether a person belongs to the priority population: true, false, or undefined for unknown. Logic of three values
 * (Kleene): an unknown part counts only where the others leave the answer open.
 */
export function belongsTo(rule: PriorityRule, person: HeldOfPerson): boolean | undefined {
  if ('attribute' in rule) {
    const value = person.attributes[rule.attribute];
    if (value !== undefined && rule.in.includes(value)) return true;
    return value === undefined || saysNothing.has(value) ? undefined : false;
  }
  if ('deprivationDecile' in rule) {
    const { deprivationDecile: decile } = person;
    return decile === undefined ? undefined : decile <= rule.deprivationDecile.atMost;
  }
  if ('inArea' in rule) return person.inArea === undefined ? undefined : person.inArea === rule.inArea;
  if ('not' in rule) {
    const inner = belongsTo(rule.not, person);
    return inner === undefined ? undefined : !inner;
  }
  const decisive = 'any' in rule;
  let unknown = false;
  for (const part of 'any' in rule ? rule.any : rule.all) {
    const answer = belongsTo(part, person);
    if (answer === decisive) return decisive;
    unknown ||= answer === undefined;
  }
  return unknown ? undefined : !decisive;
}
