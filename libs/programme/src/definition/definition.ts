import {
  code,
  dataType,
  datasetId,
  extractKind,
  isoDate,
  programmeId,
  providerId,
  referralReason,
  role,
  serviceId,
  tokenUse,
} from '@kinledger/contracts';
import { z } from 'zod';
import { codeSystem } from './code-systems/code-system.js';
import {
  consentForm,
  contact,
  lawfulBasis,
  optOut,
  permittedDerivations,
  permittedStudy,
} from './governance.js';
import { linkageStrategy } from './linkage-strategy.js';
import { lsoaCode } from './lsoa-code.js';
import { population } from './populations.js';
import { priorityPopulation } from './priority-population.js';
import { offer, sessionNumbers, target } from './service-terms.js';
import { theoryOfChange } from './theory-of-change.js';
import { declaredRules } from './declared-rules.js';
import { expectedReturns } from './expected-returns.js';

const fieldName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'expected a field name such as carer_email')
  .max(80);

/** The kind of an identifier, which determines its canonical form and digest; see `libs/domain/src/identifiers`. */
export const identifierKind = z.enum([
  'nhs-number',
  'email',
  'mobile',
  'birth-date',
  'gender',
  'case-number',
]);
export type IdentifierKind = z.infer<typeof identifierKind>;

/** An identifier in a column, for rows of the listed roles (all roles if none is listed). */
export const columnIdentifier = z.strictObject({
  kind: z.union([identifierKind, z.literal('child-key')]),
  use: tokenUse,
  roles: z.array(role).min(1).exactOptional(),
  form: z
    .enum(['clear', 'digest'])
    .default('clear')
    .describe('digest: upper- or lower-case hex SHA-256, made at source under profile op-leap-1.'),
});
export type ColumnIdentifier = z.infer<typeof columnIdentifier>;

/** What a column becomes in the platform zone; a column without a target stays in the restricted zone. */
export const columnTarget = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('attribute'), name: z.string().regex(/^[a-z][A-Za-z0-9]*$/) }),
  z
    .strictObject({ to: z.literal('birth-month') })
    .describe('Attribute birthMonth, yyyy-mm; the day is dropped.'),
  z
    .strictObject({ to: z.literal('lsoa') })
    .describe('A postcode becomes the attribute lsoa and is dropped; an LSOA code stays.'),
  z.strictObject({
    to: z.literal('fact'),
    name: z.enum([
      'registeredOn',
      'eventDate',
      'sessionKind',
      'attended',
      'minutes',
      'instrument',
      'measure',
      'occasion',
      'score',
      'question',
      'rating',
      'category',
      'item',
      'quantity',
      'unit',
    ]),
  }),
  z
    .strictObject({
      to: z.literal('measure'),
      measure: code,
      instrument: code.exactOptional().describe('Absent: as fact instrument of the row.'),
      occasion: code.exactOptional().describe('Absent: as fact occasion of the row.'),
      scores: z
        .record(z.string(), z.number())
        .exactOptional()
        .describe('Score of each code of a coded column; a code that is not listed gives no measurement.'),
    })
    .describe('One of several measurements of an outcome’s row: the value is its score.'),
  z.strictObject({ to: z.literal('role') }).describe('Values are roles after the value map.'),
]);
export type ColumnTarget = z.infer<typeof columnTarget>;

export const severity = z.enum(['error', 'warning']);
export type Severity = z.infer<typeof severity>;

/** Formats that Table Schema does not have. */
export const ownFormat = z.enum([
  'mobile',
  'nhs-number',
  'postcode',
  'lsoa',
  'digest',
  'derived-digests',
  'first-name',
  'given-name',
  'surname',
  'address',
  'case-number',
  'birth-month',
]);
export type OwnFormat = z.infer<typeof ownFormat>;

export const fieldExtension = z.strictObject({
  format: ownFormat.exactOptional().describe('What a string holds that Table Schema has no format for.'),
  codeSystem: codeSystem.exactOptional(),
  aliases: z
    .array(z.string().min(1).max(120))
    .default([])
    .describe('Other header texts; compared without case, spaces and punctuation.'),
  valueMap: z
    .record(z.string(), z.string())
    .exactOptional()
    .describe('Provider’s value (compared without case and outer space) → coded value.'),
  identifiers: z.array(columnIdentifier).default([]),
  target: columnTarget.exactOptional(),
  roles: z
    .array(role)
    .min(1)
    .exactOptional()
    .describe('Rows for which the column is required, when it is; default all.'),
  missing: severity.exactOptional().describe('An empty value raises this; absent: it is allowed.'),
  invalid: severity
    .default('error')
    .describe('A value that does not fit raises this: an error blocks the row, a warning drops the value.'),
  consent: z
    .boolean()
    .default(false)
    .describe(
      'True for the column whose value must grant consent: a row that does not is rejected and only counted.',
    ),
});
export type FieldExtension = z.infer<typeof fieldExtension>;

const fieldTypes = z.enum(['string', 'integer', 'number', 'boolean', 'date']);

/** Texts that stand for "no value", as in Table Schema v2; compared without case and outer space. */
const missingValues = z
  .array(
    z.union([
      z.string().max(100),
      z.strictObject({ value: z.string().max(100), label: z.string().max(200).exactOptional() }),
    ]),
  )
  .max(100);

/** A Table Schema field (Data Package v2), extended under the one key `x-kinledger`. */
export const datasetField = z.strictObject({
  name: fieldName,
  title: z.string().min(1).max(120),
  description: z.string().max(500).exactOptional(),
  type: fieldTypes,
  format: z
    .enum(['default', 'any', 'email'], {
      error: 'expected default, any or email: a format of another name stands in x-kinledger.format',
    })
    .default('default')
    .describe('As in Table Schema. A date is read as dd/mm/yyyy or yyyy-mm-dd: write any.'),
  constraints: z
    .strictObject({
      required: z.boolean().exactOptional(),
      enum: z.array(z.string()).min(1).exactOptional(),
      minimum: z.number().exactOptional(),
      maximum: z.number().exactOptional(),
      maxLength: z.int().positive().exactOptional(),
    })
    .default({}),
  missingValues: missingValues.exactOptional().describe('Instead of those of the schema.'),
  'x-kinledger': fieldExtension.prefault({}),
});
export type DatasetField = z.infer<typeof datasetField>;

export const datasetSchema = z.strictObject({
  $schema: z.literal('https://datapackage.org/profiles/2.0/tableschema.json').exactOptional(),
  fields: z.array(datasetField).min(1).max(200),
  missingValues: missingValues
    .exactOptional()
    .describe('Texts that stand for no value, in addition to those that always do, such as N/A and unknown.'),
  primaryKey: z
    .array(fieldName)
    .exactOptional()
    .describe('The provider’s own row id: a later row with the same one takes its place.'),
  'x-kinledger': z
    .strictObject({
      profile: z.literal('op-leap-1').default('op-leap-1'),
      role: role.exactOptional().describe('The role of every row, where no column says it.'),
      naturalKey: z
        .array(fieldName)
        .default([])
        .describe('Columns by which a row without a complete row id is known, if they are stable.'),
      naturalKeyIsStable: z
        .boolean()
        .default(false)
        .describe(
          'True where the provider keeps these values from file to file. Otherwise, and where one of them is missing, a row without a row id belongs to its submission alone.',
        ),
      childKey: z
        .strictObject({
          carerEmail: fieldName,
          birthDate: fieldName,
          firstName: fieldName,
          gender: fieldName,
        })
        .exactOptional()
        .describe('Columns that make the child key, for rows of role child.'),
      sessionKinds: z.array(code).default([]).describe('Session kinds that count as qualifying engagement.'),
      facts: z
        .strictObject({
          sessionKind: code.exactOptional(),
          instrument: code.exactOptional(),
          measure: code.exactOptional(),
          occasion: code.exactOptional(),
          question: code.exactOptional(),
          item: code.exactOptional(),
          unit: code.exactOptional(),
        })
        .exactOptional()
        .describe('Facts that are the same for every row, where a file has no column for them.'),
      footers: z
        .array(z.string().min(2).max(80))
        .min(1)
        .max(20)
        .exactOptional()
        .describe(
          'Texts with which a row below the data begins in these files, such as "Summe", beside common English ones.',
        ),
      rules: declaredRules
        .exactOptional()
        .describe('What the dataset asks of its rows beyond what each field says, and how gaps are filled.'),
    })
    .prefault({}),
});
export type DatasetSchema = z.infer<typeof datasetSchema>;

/** For people who read the definition. */
const remark = z.string().min(1).max(500).exactOptional();

export const strand = z.strictObject({ id: serviceId, name: z.string().min(1).max(120) });

export const service = z.strictObject({
  id: serviceId,
  name: z.string().min(1).max(120),
  strand: serviceId.exactOptional().describe('Absent for an administrative source.'),
  administrative: z.boolean().default(false),
  provider: providerId,
  individualBeneficiaries: z.boolean().default(true),
  description: remark.describe('For people who read the definition; no program does.'),
  offer: offer.exactOptional().describe('Who may use it. No figure reads it yet.'),
  sessions: z
    .array(sessionNumbers)
    .min(1)
    .exactOptional()
    .describe('Minimum and intended sessions, in the order of their days.'),
  targets: z.array(target).min(1).exactOptional(),
});
export type Service = z.infer<typeof service>;

export const dataset = z.strictObject({
  id: datasetId,
  service: serviceId,
  dataType,
  extractKind,
  schemaFile: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.json$/)
    .describe('File in the folder datasets/.'),
  pseudonymisedAtSource: z.boolean().default(false),
  sensitive: z
    .boolean()
    .exactOptional()
    .describe(
      'True where neither an explanation nor a review may even show that somebody is in it. Absent: it is not.',
    ),
  agreement: code,
  rejectionThreshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('A file whose share of rejected rows is above it is refused as a whole.'),
  rejectionMinimum: z
    .int()
    .positive()
    .exactOptional()
    .describe(
      'A file with fewer rejected rows is not refused for their share, because a few rows are a large share of a small file. Absent: 3.',
    ),
  retiringThreshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe(
      'A cumulative file or a snapshot that would retire more than this share of the rows that stand needs a confirmation.',
    ),
  returns: expectedReturns.exactOptional(),
});

const REJECTION_MINIMUM = 3;

/** The number of rejected rows from which their share decides whether a file is refused. */
export const rejectionMinimumOf = ({ rejectionMinimum }: { rejectionMinimum?: number }): number =>
  rejectionMinimum ?? REJECTION_MINIMUM;

export const agreement = z.strictObject({
  id: code,
  provider: providerId,
  validFrom: isoDate,
  validTo: isoDate,
  lawfulBasis: lawfulBasis.exactOptional(),
  permittedFields: z
    .array(fieldName)
    .min(1)
    .exactOptional()
    .describe(
      'Fields that may leave the restricted zone. A schema of the agreement with another identifier or target is refused.',
    ),
  derivations: permittedDerivations.exactOptional(),
  optOut: optOut.exactOptional(),
  studies: z
    .array(permittedStudy)
    .min(1)
    .exactOptional()
    .describe('Studies that may have an extract of its rows. Absent: none.'),
  dpia: z
    .string()
    .min(1)
    .max(120)
    .exactOptional()
    .describe('Reference of the data protection impact assessment. For documents.'),
  retention: z
    .string()
    .min(1)
    .max(300)
    .exactOptional()
    .describe(
      'How long rows are kept, in plain words for families. For documents: nothing is deleted by it.',
    ),
});

export const area = z.strictObject({
  name: z.string().min(1).max(120),
  boundaryYear: z.int(),
  edition: z
    .string()
    .min(1)
    .max(120)
    .exactOptional()
    .describe('Publication of the LSOAs and of their deprivation, as figures state it.'),
  lookupFile: z.string().describe('CSV postcode,lsoa beside the definition.'),
  lsoas: z.array(
    z.strictObject({
      code: lsoaCode,
      deprivationDecile: z.int().min(1).max(10).describe('1 is the most deprived tenth.'),
      inArea: z.boolean(),
      ward: z
        .string()
        .min(1)
        .max(120)
        .exactOptional()
        .describe('The ward that a figure puts its residents in. Absent: they count without a ward.'),
    }),
  ),
});

const years = (most: number) => z.int().min(1).max(most);

export const plausibility = z
  .strictObject({
    childUnder: years(30).default(18).describe('A child is younger than this.'),
    adultFrom: years(30)
      .default(12)
      .describe('An adult is at least as old: the youngest parents that services meet.'),
    oldest: years(150).default(115).describe('An adult is at most as old.'),
    yearsBeforePeriod: years(100)
      .default(3)
      .describe('An event is at most so long before the period of a file that holds what is new.'),
    yearsBeforePeriodOfAllRows: years(100)
      .default(25)
      .describe('So long before that of a file that holds all rows so far; a registration in any file.'),
    yearsAfterPeriod: years(100)
      .default(1)
      .describe('An event or a registration is less than this after it.'),
  })
  .describe('What ages and dates can be, in whole years: what lies beyond them is told and counts nowhere.');
export type Plausibility = z.infer<typeof plausibility>;

const share = z.number().positive().max(2);

export const reporting = z
  .strictObject({
    targetRating: z
      .strictObject({
        green: share.describe('From this share of a target on it is rated green.'),
        amber: share.describe('From this share on amber; below, red.'),
      })
      .exactOptional()
      .describe('How reach is rated against targets. Absent: green from 1, amber from 0.9.'),
    highestRating: z
      .int()
      .min(2)
      .max(100)
      .exactOptional()
      .describe('The highest answer to a question: it and the one below are the two highest. Absent: 5.'),
    declinedItem: code
      .exactOptional()
      .describe(
        'The item of inputs, in people, that says how many gave no consent. Absent: people-without-consent.',
      ),
    learningYear: z
      .enum(['financial', 'academic'])
      .exactOptional()
      .describe('Of which years the annual learning report is. Absent: financial, as quarters are.'),
  })
  .describe('What figures need to know of the programme’s rules.');

export const programmeDefinition = z.strictObject({
  id: programmeId,
  name: z.string().min(1).max(120),
  version: z.int().positive(),
  synthetic: z
    .boolean()
    .exactOptional()
    .describe(
      'True where the people are made up: values that are kept for tests (NHS numbers from 999) are then theirs.',
    ),
  strands: z.array(strand).min(1),
  services: z.array(service).min(1),
  datasets: z.array(dataset).min(1),
  agreements: z.array(agreement).min(1),
  returnsFrom: isoDate
    .exactOptional()
    .describe(
      'No return is expected for periods that begin before it, unless a dataset says otherwise. Absent: since the agreement.',
    ),
  authority: z
    .array(datasetId)
    .describe(
      'Whose attributes win, first first; administrative NHS sources lead. Datasets not listed share the last place.',
    ),
  familyScopes: z
    .array(z.strictObject({ scope: code, services: z.array(serviceId).min(1) }))
    .max(30)
    .describe('Scoped families, beside the scope "programme".'),
  strategy: linkageStrategy,
  reviews: z
    .strictObject({
      secondReviewer: z
        .union([z.enum(['never', 'always']), z.array(referralReason).min(1)])
        .describe(
          'Where two people have to agree, neither of whom sees the other’s answer: for pairs that were referred for one of these reasons.',
        ),
    })
    .exactOptional()
    .describe('How doubtful links are reviewed. Absent: one reviewer decides.'),
  derivations: z
    .literal('op-kin-1')
    .exactOptional()
    .describe(
      'Profile of the derived tokens that rows of people get, as far as agreements permit them. Absent: none, and nothing is spent on them.',
    ),
  plausibility: plausibility.prefault({}),
  disclosure: z
    .enum(['nhs-2018', 'threshold-10-with-zero'])
    .exactOptional()
    .describe('The rule of disclosure control for figures that leave the programme. Absent: nhs-2018.'),
  area,
  consentForms: z.array(consentForm).min(1).exactOptional(),
  contact: contact.exactOptional(),
  priorityPopulation: priorityPopulation.exactOptional().describe('Whom the programme means to reach first.'),
  populations: z.array(population).min(1).exactOptional().describe('Denominators of shares.'),
  theoryOfChange: theoryOfChange
    .exactOptional()
    .describe('What the programme means to change, and the measures by which outcomes are counted.'),
  reporting: reporting.exactOptional(),
});
export type ProgrammeDefinition = z.infer<typeof programmeDefinition>;

/** A dataset with its schema and service. */
export type Dataset = z.infer<typeof dataset> & {
  readonly schema: DatasetSchema;
  /** SHA-256 of the canonical JSON of the schema, 64 hex digits. */
  readonly schemaHash: string;
  readonly serviceDefinition: Service;
  /** Names of the derivations of which its rows get tokens; absent for none. */
  readonly derived?: readonly string[];
};
