import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { fieldKinds, levelsOf, rarityShares } from '../comparison/field-kind.js';
import { pairClasses, strata } from './pair-class.js';

const probability = z.number().positive().max(1);

const classSchema = z
  .strictObject({
    class: z.enum(pairClasses),
    share: probability.describe('share of all pairs of the stratum that are of this class'),
    levels: z
      .array(z.array(probability))
      .describe('by field and level: how often pairs of this class have it; level 0, missing, is 1'),
  })
  .readonly();

const modelSchema = z
  .strictObject({
    format: z.literal('kin-model/1'),
    name: z.string().min(1).describe('what people call the model'),
    fields: z
      .array(z.strictObject({ name: z.string().min(1), kind: z.enum(fieldKinds) }).readonly())
      .min(1)
      .readonly(),
    rarityShares: z.array(z.number().positive()).readonly(),
    frequencies: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('hash of the table that says how common names are; without it all count as equally common'),
    strata: z
      .array(
        z
          .strictObject({
            stratum: z.enum(strata),
            candidates: z.number().nonnegative().describe('pairs that it was estimated from'),
            pairs: z.number().nonnegative().describe('all pairs, compared or not'),
            classes: z.array(classSchema).min(2).readonly(),
          })
          .readonly(),
      )
      .min(1)
      .readonly(),
  })
  .readonly();

/**
 * What a pair's score follows from, as data: the same fields, levels and numbers give the same scores anywhere. Numbers have
 * twelve significant digits, so that the file holds all that the engine uses.
 */
export type Model = z.infer<typeof modelSchema>;
export type StratumModel = Model['strata'][number];

/** A model that cannot be used here, in one sentence. */
export class ModelRefused extends Error {
  readonly code = 'model-refused';
}

/**
 * Reads a model from its JSON document.
 * @throws ZodError if the document is no model; ModelRefused if its levels are not those of this release.
 */
export function readModel(document: unknown): Model {
  const model = modelSchema.parse(document);
  for (const { classes } of model.strata)
    for (const { levels } of classes)
      model.fields.forEach(({ name, kind }, index) => {
        if (levels[index]?.length !== levelsOf[kind].length)
          throw new ModelRefused(`the model’s levels of ${name} are not those that this release compares`);
      });
  if (model.rarityShares.join() !== rarityShares.join())
    throw new ModelRefused('the model’s rarities are not those that this release compares');
  return model;
}

/** The bytes of a model: RFC 8785 canonical JSON. */
export function modelText(model: Model): string {
  const text = canonicalize(model);
  if (text === undefined) throw new Error('a model has a canonical form');
  return text;
}

/** SHA-256 of the canonical JSON, in hexadecimal digits. Whoever names a model names this too. */
export const modelHash = (model: Model): string => hash('sha256', modelText(model), 'hex');

/** No class is impossible, and strangers never are. */
export const LEAST_SHARE = 1e-18;
export const LEAST_UNRELATED = 1e-3;

/** Twelve significant digits. */
export const rounded = (value: number): number => Number(value.toPrecision(12));
