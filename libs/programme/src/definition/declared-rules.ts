import { z } from 'zod';

const fieldName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'expected a field name such as carer_email')
  .max(80);

const ruleName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected a name such as score-within-instrument')
  .max(60);

const message = z.string().min(1).max(300);
const suggestion = z.string().max(300).default('');
const severity = z.enum(['error', 'warning']);

const otherField = z.strictObject({ field: fieldName });

/** What a comparison is made with: a number, a day as yyyy-mm-dd, or another field of the row. */
const bound = z.union([z.number(), z.iso.date(), otherField]);

interface All {
  readonly all: readonly Condition[];
}
interface Any {
  readonly any: readonly Condition[];
}
interface Not {
  readonly not: Condition;
}

const valueCondition = z.union([
  z
    .strictObject({ field: fieldName, is: z.array(z.string().min(1)).min(1) })
    .describe('The value, in canonical form, is one of these.'),
  z.strictObject({ field: fieldName, filled: z.boolean() }).describe('There is a value, or there is none.'),
  z.strictObject({ field: fieldName, atLeast: bound }).describe('The number or the day is at least this.'),
  z.strictObject({ field: fieldName, atMost: bound }).describe('The number or the day is at most this.'),
  z.strictObject({ field: fieldName, sameAs: fieldName }).describe('Two fields have the same value.'),
]);
export type ValueCondition = z.infer<typeof valueCondition>;

/**
 * A statement about one row. About a value that is missing or could not be read nothing but `filled` can be said: such
 * a condition neither holds nor fails.
 */
export type Condition = ValueCondition | All | Any | Not;

export const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    valueCondition,
    z.strictObject({ all: z.array(condition).min(1).max(50) }),
    z.strictObject({ any: z.array(condition).min(1).max(50) }),
    z.strictObject({ not: condition }),
  ]),
);

/** A rule that a row breaks if `when` holds (or is absent) and `expect` fails. */
export const declaredRowRule = z.strictObject({
  name: ruleName,
  severity: severity.describe('error: the row is rejected; warning: it is taken, and the sender is told.'),
  field: fieldName.exactOptional().describe('The field whose column and value the error report shows.'),
  when: condition.exactOptional(),
  expect: condition,
  drops: z
    .array(fieldName)
    .min(1)
    .exactOptional()
    .describe('Fields whose values are not taken from a row that breaks the rule.'),
  message,
  suggestion,
});
export type DeclaredRowRule = z.infer<typeof declaredRowRule>;

/** A rule about the rows of one file that have the same values in the fields of `by`. */
export const declaredGroupRule = z
  .strictObject({
    name: ruleName,
    severity: severity.describe('error: the later row is rejected; warning: it is taken.'),
    by: z.array(fieldName).min(1).max(10),
    same: fieldName
      .exactOptional()
      .describe('The first row that has a value here says what the others have to have.'),
    once: z.literal(true).exactOptional().describe('There is one such row.'),
    message,
    suggestion,
  })
  .refine(({ same, once }) => (same === undefined) !== (once === undefined), {
    error: 'expected either "same" or "once"',
  });
export type DeclaredGroupRule = z.infer<typeof declaredGroupRule>;

/** A rule about a file as a whole. */
export const declaredFileRule = z.strictObject({
  name: ruleName,
  field: fieldName,
  filledAtLeast: z
    .number()
    .min(0)
    .max(1)
    .describe('The share of accepted rows that have a value in the field; the sender is told if it is less.'),
  message,
  suggestion,
});
export type DeclaredFileRule = z.infer<typeof declaredFileRule>;

/** A value for cells that are empty. It is counted and told. */
export const gapFilling = z.union([
  z.strictObject({ field: fieldName, value: z.string().min(1) }).describe('Always this value, as in a file.'),
  z.strictObject({ field: fieldName, from: fieldName }).describe('The value of another field of the row.'),
]);
export type GapFilling = z.infer<typeof gapFilling>;

/** What a dataset asks of its rows beyond what each field says. */
export const declaredRules = z.strictObject({
  rows: z.array(declaredRowRule).max(100).default([]),
  groups: z.array(declaredGroupRule).max(20).default([]),
  file: z.array(declaredFileRule).max(50).default([]),
  fill: z.array(gapFilling).max(50).default([]).describe('Applied in their order, before all rules.'),
});
export type DeclaredRules = z.infer<typeof declaredRules>;

/** The fields that a condition speaks of. */
export function fieldsOf(of: Condition): readonly string[] {
  if ('all' in of) return of.all.flatMap(fieldsOf);
  if ('any' in of) return of.any.flatMap(fieldsOf);
  if ('not' in of) return fieldsOf(of.not);
  if ('sameAs' in of) return [of.field, of.sameAs];
  const limit = 'atLeast' in of ? of.atLeast : 'atMost' in of ? of.atMost : undefined;
  return typeof limit === 'object' ? [of.field, limit.field] : [of.field];
}
