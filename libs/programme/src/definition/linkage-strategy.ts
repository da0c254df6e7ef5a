import { z } from 'zod';

/** When an identifier is held by too many to link anybody, under every strategy. */
const limits = {
  maxBirthDatesPerToken: z
    .int()
    .positive()
    .describe(
      'More distinct birth dates, or NHS numbers, among the rows that hold an identifier as their own take its force.',
    ),
  maxCasesPerToken: z.int().positive().describe('So do more distinct case numbers in one dataset.'),
  maxHoldersPerToken: z.int().positive().describe('So do more rows that carry none of the three.'),
  maxChildrenPerCarerToken: z
    .int()
    .positive()
    .describe('More distinct children, told apart in the same ways, take the force of a carer’s identifier.'),
};

const millibits = z.int().positive().max(100_000);

/** How the programme links: exact identifiers alone, or with scored partial evidence beside them. */
export const linkageStrategy = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('leap-1'), ...limits }),
  z
    .strictObject({
      name: z.literal('kin-1'),
      ...limits,
      model: z
        .union([
          z.strictObject({
            coldStart: z.int().min(2).describe('About how many rows of people the programme has.'),
          }),
          z.strictObject({
            document: z
              .looseObject({ format: z.literal('kin-model/1') })
              .describe('A model, as a file holds it.'),
          }),
        ])
        .describe('What scores follow from: the model that the engine ships, or one of the programme’s own.'),
      maxHoldersPerKey: z
        .int()
        .min(2)
        .max(1_000)
        .describe(
          'Rows of people under one candidate key are not compared under it if they are more than this.',
        ),
      reviewFrom: millibits.describe(
        'Score from which a pair is referred to a person, in thousandths of a bit.',
      ),
      linkFrom: millibits.describe('Score from which a pair is linked without a person.'),
      margin: millibits.describe(
        'By how much the score must exceed that of either record with anybody outside its cluster.',
      ),
    })
    .refine(({ reviewFrom, linkFrom, margin }) => linkFrom - margin >= reviewFrom, {
      message: 'the band of review must begin no higher than the margin reaches: linkFrom - margin',
      path: ['reviewFrom'],
    }),
]);
