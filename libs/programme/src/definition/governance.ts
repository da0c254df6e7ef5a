import { attributeName, code, isoDate } from '@kinledger/contracts';
import { fieldRoles, opKin1Names } from '@kinledger/derivations';
import { z } from 'zod';

/** What a family can agree to, each apart from the others. */
export const consentScope = z
  .enum(['service-monitoring', 'linkage', 'administrative-data', 'evaluation'])
  .describe(
    'service-monitoring: the service’s own figures; linkage: with other services of the programme; administrative-data: with health and education records; evaluation: a pseudonymised extract for an evaluator.',
  );

/** A version of the consent form. A schema’s column of code system `consent-form-version` lists these. */
export const consentForm = z.strictObject({
  version: z
    .string()
    .regex(/^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$/, 'expected a version such as 2021-1')
    .max(40),
  from: isoDate.describe('The first day on which it was handed out.'),
  scopes: z
    .array(consentScope)
    .min(1)
    .describe('For documents: intake does not yet compare a row’s form with what the row is used for.'),
});
export type ConsentForm = z.infer<typeof consentForm>;

/** Why personal data may be processed. For documents: no program decides by it. */
export const lawfulBasis = z.strictObject({
  article6: z
    .enum([
      'consent',
      'contract',
      'legal-obligation',
      'vital-interests',
      'public-task',
      'legitimate-interests',
    ])
    .describe('UK GDPR, Article 6(1).'),
  article9: z
    .enum([
      'explicit-consent',
      'employment-social-security',
      'vital-interests',
      'not-for-profit-body',
      'made-public',
      'legal-claims',
      'substantial-public-interest',
      'health-or-social-care',
      'public-health',
      'archiving-research-statistics',
    ])
    .exactOptional()
    .describe('UK GDPR, Article 9(2), for special categories such as health and ethnicity.'),
  confidence: z
    .enum(['consent', 'section-251-support', 'overriding-public-interest', 'not-owed'])
    .exactOptional()
    .describe('How the common-law duty of confidence is met.'),
});

const line = z.string().min(1).max(200);

/** Whom families ask about their data, and to whom they complain. For documents. */
export const contact = z
  .strictObject({
    name: line,
    email: z.email().exactOptional(),
    phone: line.exactOptional(),
    address: line.exactOptional().describe('For letters, in one line.'),
  })
  .describe('Whom families ask about their data, and to whom they complain. For documents.');

export const optOut = z
  .enum(['withdrawal-of-consent', 'objection', 'national-data-opt-out', 'none'])
  .describe('How a person stops it. For documents: erasure and withdrawal work the same in every case.');

/** What may be derived of a row's identifiers, for people who link in spite of typing errors. */
export const permittedDerivations = z
  .strictObject({
    fields: z.array(z.enum(fieldRoles)).min(1).describe('Fields of which values may be derived.'),
    except: z
      .array(z.enum(opKin1Names))
      .min(1)
      .exactOptional()
      .describe('Derivations and candidate keys of these fields that it does not permit, by name.'),
  })
  .describe(
    'Derived tokens that rows of people may have. Absent: none. They are made only if the programme names a profile of derivations.',
  );

/** A study that may have rows of the agreement, under pseudonyms of its own. */
export const permittedStudy = z.strictObject({
  study: code.describe('As the study’s data output specification names it.'),
  until: isoDate.describe('The last day on which an extract may exist anywhere: none may expire later.'),
  attributes: z
    .array(attributeName)
    .exactOptional()
    .describe('What of its people the study may know, such as gender. Absent: nothing but their rows.'),
  area: z
    .enum(['decile', 'lsoa'])
    .exactOptional()
    .describe(
      'How closely the study may know where they live; lsoa permits the decile too. Absent: not at all.',
    ),
});
