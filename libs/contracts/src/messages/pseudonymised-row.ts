import { z } from 'zod';
import {
  code,
  isoDate,
  keyVersion,
  recordId,
  role,
  rowKey,
  salt,
  token,
  valueDomain,
} from '../identifiers.js';

export const MAX_ROWS_PER_CHUNK = 500;
export const MAX_TOKENS = 32;
export const MAX_DERIVATIONS = 128;
export const MAX_TOKENS_PER_DERIVATION = 64;
export const MAX_MINUTES = 10_000;
export const MAX_MEASUREMENTS = 100;

export const tokenUse = z
  .enum(['identity', 'carer', 'local', 'guard'])
  .describe(
    'identity: the person’s own; carer: the carer’s, on a child’s row; local: the provider’s case number; guard: only contradicts or confirms a link.',
  );
export type TokenUse = z.infer<typeof tokenUse>;

export const tokenOccurrence = z.object({ domain: valueDomain, use: tokenUse, token });
export type TokenOccurrence = z.infer<typeof tokenOccurrence>;

export const derivedTokens = z.object({
  derivation: code.describe(
    'Name of the derivation, such as "postcode-sector". What a child’s row derives of its carer’s email, mobile or NHS number begins with "carer-", and has "email", "mobile" or "nhs-number" in it.',
  ),
  version: z.int().positive().describe('Version of the derivation rule.'),
  domain: valueDomain,
  tokens: z.array(token).max(MAX_TOKENS_PER_DERIVATION),
});

export const attributeName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/)
  .max(60);

/** Only whole characters: a lone surrogate has neither UTF-8 nor canonical JSON. */
export const attributeValue = z
  .string()
  .regex(/^(?:[^\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])+$/, 'expected whole characters')
  .max(120);

/** Coded attributes by name. Free text never leaves the restricted zone: values come from the schema’s lists. */
export const attributes = z
  .record(attributeName, attributeValue)
  .describe('Coded attributes: gender, birthMonth (yyyy-mm), lsoa, ethnicity, …');
export type Attributes = z.infer<typeof attributes>;

/** The attribute of a row with a protected address: from then on no area of the person is shown, from any row. */
export const ADDRESS_PROTECTED = 'addressProtected';

export const inputCategory = z.enum(['financial', 'human', 'material', 'activity']);

/** One result of an assessment. */
export const measurement = z.object({ instrument: code, measure: code, occasion: code, score: z.number() });
export type Measurement = z.infer<typeof measurement>;

export const facts = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('registration'),
      registeredOn: isoDate.exactOptional(),
    }),
    z.object({
      kind: z.literal('engagement'),
      eventDate: isoDate,
      sessionKind: code,
      attended: z.boolean(),
      minutes: z.int().nonnegative().max(MAX_MINUTES).exactOptional(),
    }),
    z.object({
      kind: z.literal('outcome'),
      eventDate: isoDate,
      measurements: z
        .array(measurement)
        .min(1)
        .max(MAX_MEASUREMENTS)
        .describe('The results that the row states, in the order of its columns.'),
    }),
    z.object({
      kind: z.literal('feedback'),
      eventDate: isoDate,
      question: code,
      rating: z.int(),
    }),
    z.object({
      kind: z.literal('input'),
      eventDate: isoDate,
      category: inputCategory,
      item: code,
      quantity: z.number(),
      unit: code,
    }),
  ])
  .describe('The content of the row, by data type.');
export type Facts = z.infer<typeof facts>;

/** One row without its identifiers, as it leaves the restricted zone. */
export const pseudonymisedRow = z.object({
  record: recordId,
  rowKey,
  role,
  tokens: z.array(tokenOccurrence).max(MAX_TOKENS),
  derived: z.array(derivedTokens).max(MAX_DERIVATIONS),
  attributes,
  facts,
  keyVersion,
  salt,
});
export type PseudonymisedRow = z.infer<typeof pseudonymisedRow>;
