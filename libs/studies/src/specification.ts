import { attributeName, code, datasetId, isoDate, serviceId } from '@kinledger/contracts';
import { z } from 'zod';

const line = (longest: number) => z.string().trim().min(1).max(longest);

const cohort = z.strictObject({
  who: z
    .enum(['engaged', 'recorded'])
    .describe(
      'engaged: people with a qualifying engagement; recorded: people with any linked row, such as a school’s.',
    ),
  roles: z.array(z.enum(['child', 'adult'])).min(1),
  services: z.array(serviceId).min(1).exactOptional().describe('Absent: every service of the datasets.'),
  from: isoDate
    .exactOptional()
    .describe('The first day of the rows that count. Absent: since the beginning.'),
  until: isoDate.exactOptional().describe('The first day after them. Absent: no end.'),
});

/** What a study asks for and on what grounds: the content of its extract, and nothing beyond it. */
export const dataOutputSpecification = z.strictObject({
  version: z.literal(1),
  study: code.describe('Name of the study, as agreements call it.'),
  title: line(160),
  purpose: line(1000).describe(
    'The questions that the study answers, and why these data are needed for them.',
  ),
  recipient: z.strictObject({
    organisation: line(160),
    people: line(400).describe(
      'Who will work with the data, by role, and how they were trained or accredited.',
    ),
    setting: line(400).describe('Where the data are kept and analysed, and who can get in.'),
    outputs: line(400).describe('What is published, and how small numbers are kept out of it.'),
  }),
  approval: z.strictObject({
    reference: line(160).describe(
      'Of the approval: a data protection impact assessment or an ethics opinion.',
    ),
    on: isoDate,
  }),
  expires: isoDate.describe('The day by which every copy is destroyed.'),
  cohort,
  datasets: z.array(datasetId).min(1).describe('Whose rows the extract holds, sensitive ones only if named.'),
  attributes: z
    .array(attributeName)
    .describe('What is said of each person, such as gender, ethnicity and birthMonth. Not the area.'),
  area: z
    .enum(['none', 'decile', 'lsoa'])
    .describe('Of the residence: its decile of deprivation, or the LSOA itself.'),
  families: z.boolean().describe('Whether people carry the pseudonym of their family.'),
});
export type DataOutputSpecification = z.infer<typeof dataOutputSpecification>;
