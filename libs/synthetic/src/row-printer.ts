import { birthMonthOf, canonicalBirthDate, digestOpLeap1 } from '@kinledger/domain';
import { codedValues, formatOf, translateEthnicity } from '@kinledger/programme';
import type { ColumnTarget, Dataset, DatasetField } from '@kinledger/programme';
import { derivedOfCase } from './derived-case.js';
import { digested } from './digested-case.js';
import { columnNotGenerated } from './generation-errors.js';
import type { HeldCase } from './held-case.js';
import type { ProviderStyle } from './provider-style.js';

export type FactName = Extract<ColumnTarget, { to: 'fact' }>['name'];

/** The facts of a row: dates as printed, words as codes. */
export type RowEvent = Readonly<Partial<Record<FactName, string>>> & {
  /** Other columns of the event by the name of their field, coded values as codes. */
  readonly columns?: Readonly<Record<string, string>>;
};

/** Columns of an event that become no fact: a row without a value for them leaves them empty. */
const columnsOfEvents: ReadonlySet<string> = new Set([
  ...['cancelled_by', 'medium', 'breastfeeding', 'contact_id', 'event_reference'],
  ...['academic_year', 'local_authority', 'establishment', 'urn', 'system_id'],
  ...['age_in_months', 'clinical_category', 'population_category'],
  ...['birth_order', 'gestation_at_birth', 'outcome', 'first_feed', 'delivery_method'],
]);

/** An early learning goal: com_e01 to exp_e17. */
export const isGoal = (name: string): boolean => /^[a-z]{3}_e\d\d$/.test(name);

/** The cells of a case, with gaps for an event's cells. */
export type PrintedCase = readonly string[];

type Column =
  | { readonly of: 'case'; readonly print: (held: HeldCase) => string }
  | {
      readonly of: 'event';
      readonly valueIn: (event: RowEvent) => string | undefined;
      readonly print: (value: string) => string;
    };

/** Prints the rows of one dataset in one provider's style. */
export class RowPrinter {
  /** Header of its files, without line end. */
  readonly header: string;
  readonly lineEnd: string;
  /** Codes of a fact's column, for facts with a list. */
  readonly codes: ReadonlyMap<FactName, readonly string[]>;
  /** Names of its early learning goals. */
  readonly goals: readonly string[];
  /** Whether its rows say who consents. */
  readonly asksConsent: boolean;
  readonly #columns: readonly Column[];

  /** @throws ColumnNotGenerated for a required column without synthetic values. */
  constructor(dataset: Dataset, style: ProviderStyle, salt: string) {
    const { fields } = dataset.schema;
    this.header =
      (style.spreadsheet ? '\uFEFF' : '') +
      fields.map((field) => cell(headerOf(field, dataset, style))).join(',');
    this.lineEnd = style.spreadsheet ? '\r\n' : '\n';
    this.#columns = fields.map((field) => columnOf(field, dataset, style, salt));
    this.asksConsent = fields.some(({ name }) => name === 'consent_given');
    this.goals = fields.map(({ name }) => name).filter(isGoal);
    this.codes = new Map(
      fields.flatMap((field) => {
        const target = field['x-kinledger'].target;
        const codes = codedValues(field);
        return target?.to === 'fact' && codes ? [[target.name, codes] as const] : [];
      }),
    );
  }

  /** The cells of a case, for reuse while the case is unchanged. */
  printCase(held: HeldCase): PrintedCase {
    const segments: string[] = [];
    let segment = '';
    this.#columns.forEach((column, index) => {
      if (index > 0) segment += ',';
      if (column.of === 'case') segment += cell(column.print(held));
      else {
        segments.push(segment);
        segment = '';
      }
    });
    segments.push(segment);
    return segments;
  }

  /** A line, without line end, of a case and an event. */
  printLine(printed: PrintedCase, event: RowEvent): string {
    let line = printed[0] ?? '';
    let hole = 0;
    for (const column of this.#columns) {
      if (column.of === 'case') continue;
      hole += 1;
      const value = column.valueIn(event);
      line += (value === undefined ? '' : cell(column.print(value))) + (printed[hole] ?? '');
    }
    return line;
  }
}

function headerOf(
  field: DatasetField,
  { pseudonymisedAtSource }: Dataset,
  { dialect }: ProviderStyle,
): string {
  // A script at source writes the pinned names; other providers choose among the known headers.
  if (pseudonymisedAtSource) return field.title;
  const texts = [field.title, field.title, ...field['x-kinledger'].aliases];
  return texts[(dialect + field.name.length) % texts.length] ?? field.title;
}

function columnOf(field: DatasetField, dataset: Dataset, style: ProviderStyle, salt: string): Column {
  const spell = spellingsOf(field, style);
  const target = field['x-kinledger'].target;
  if (target?.to === 'fact' && target.name !== 'registeredOn') {
    const { name } = target;
    return { of: 'event', valueIn: (event) => event[name], print: spell };
  }
  if (target?.to === 'measure' || columnsOfEvents.has(field.name) || isGoal(field.name)) {
    return { of: 'event', valueIn: ({ columns }) => columns?.[field.name], print: spell };
  }
  if (formatOf(field) === 'derived-digests') {
    const derives = derivedOfCase(dataset, salt);
    return { of: 'case', print: (held) => derives?.(held) ?? '' };
  }
  if (formatOf(field) === 'digest') {
    const digest = digested[field.name];
    const blank = style.digestsBlanks ? digestOpLeap1({}, salt) : '';
    if (digest) return { of: 'case', print: (held) => digest(held, salt) || blank };
  } else {
    const value = values[field.name];
    if (value) return { of: 'case', print: (held) => spell(value(held)) };
  }
  if (field.constraints.required === true) throw columnNotGenerated(dataset.id, field.name);
  return { of: 'case', print: () => '' };
}

/** Values of a case by field name; definitions have to use these names. */
const values: Readonly<Record<string, (held: HeldCase) => string>> = {
  case_number: (held) => held.caseNumber,
  pupil_reference: (held) => held.caseNumber,
  participant_type: (held) => held.role,
  first_name: (held) => held.firstName,
  email: (held) => held.email,
  carer_email: (held) => held.carerEmail,
  contact_number: (held) => held.contactNumber,
  additional_contact_number: (held) => held.additionalContactNumber,
  upn: (held) => uniquePupilNumber(held.caseNumber),
  forename: (held) => held.forename,
  surname: (held) => held.surname,
  whole_given_name: (held) => held.wholeGivenName,
  whole_surname: (held) => held.wholeSurname,
  family_reference: (held) => held.familyReference,
  nhs_number: (held) => held.nhsNumber,
  date_of_birth: (held) => held.dateOfBirth,
  birth_month: (held) => {
    const born = canonicalBirthDate(held.dateOfBirth);
    return born === undefined ? '' : birthMonthOf(born);
  },
  gender: (held) => held.gender,
  postcode: (held) => held.postcode,
  lsoa: (held) => held.lsoa,
  date_registered: (held) => held.dateRegistered,
  relationship_to_child: (held) => held.relationship,
  ethnicity: (held) => held.ethnicity,
  home_language: (held) => held.homeLanguage,
  disability: (held) => held.disability,
  country_of_origin: (held) => held.countryOfOrigin,
  special_educational_needs: (held) => held.specialEducationalNeeds,
  lone_parent: (held) => held.loneParent,
  pregnant: (held) => held.pregnant,
  expected_date: (held) => held.expectedDate,
  volunteer: (held) => held.volunteer,
  employment_status: (held) => held.employmentStatus,
  parental_education: (held) => held.parentalEducation,
  reading_hours: (held) => held.readingHours,
  previous_live_births: (held) => held.previousLiveBirths,
  gestation_at_booking: ({ maternity }) => maternity?.gestation ?? '',
  booking_site: ({ maternity }) => maternity?.site ?? '',
  expected_date_method: ({ maternity }) => maternity?.expectedDateMethod ?? '',
  complex_social_factors: ({ maternity }) => maternity?.complexSocialFactors ?? '',
  folic_acid: ({ maternity }) => maternity?.folicAcid ?? '',
  smoking_status: ({ maternity }) => maternity?.smoking ?? '',
  discharge_reason: ({ maternity }) => maternity?.dischargeReason ?? '',
  antenatal_booking: (held) => held.dateRegistered,
  consent_given: (held) => held.consentGiven,
  consent_form_version: (held) => held.consentFormVersion,
  consent_date: (held) => held.consentDate,
};

/** Of the form of a unique pupil number, a letter and twelve digits, with an authority that does not exist. */
const uniquePupilNumber = (caseNumber: string): string =>
  `X999${caseNumber.replace(/\D/g, '').padStart(9, '0')}`;

/** Value maps list general words first; later ones, such as "Girl" or "Dad", fit only some people. */
const GENERAL_SPELLINGS = 4;

/** The provider's spelling of a code, from the field's value map; an unknown code is printed as missing. */
function spellingsOf(field: DatasetField, { dialect }: ProviderStyle): (code: string) => string {
  const { codeSystem } = field['x-kinledger'];
  if (codeSystem === 'ethnicity-nhs' || codeSystem === 'ethnicity-dfe') {
    return (code) => translateEthnicity('ethnicity-census-2021', codeSystem, code)?.code ?? '';
  }
  const codes = field.type === 'boolean' ? ['true', 'false'] : codedValues(field);
  if (codes === undefined) return (text) => text;
  const map = Object.entries(field['x-kinledger'].valueMap ?? {});
  const spellingsInUse = field.name === 'gender' ? 1 : GENERAL_SPELLINGS;
  const spellings = new Map(
    codes.map((code) => {
      const texts = map
        .filter(([, mapped]) => mapped === code)
        .map(([text]) => text)
        .slice(0, spellingsInUse);
      return [code, texts[dialect % Math.max(texts.length, 1)] ?? code] as const;
    }),
  );
  return (code) => spellings.get(code) ?? '';
}

const needsQuotes = /[",\r\n]|^\s|\s$/;

/** One CSV cell (RFC 4180). */
const cell = (text: string): string => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
