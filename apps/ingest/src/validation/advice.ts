import { codedValues, formatOf, type DatasetField, type FieldFormat } from '@kinledger/programme';
import type { RuleKind } from './finding.js';

interface Advice {
  readonly message: string;
  readonly suggestion: string;
}

const forms: Readonly<Record<FieldFormat, Advice | undefined>> = {
  default: undefined,
  email: {
    message: 'is not an email address',
    suggestion: 'Write one address, such as name@example.org, with no spaces in it.',
  },
  mobile: {
    message: 'is not a United Kingdom mobile number',
    suggestion:
      'Write 11 digits from 07. If a spreadsheet took the first 0 away, format the column as text and export again.',
  },
  'nhs-number': {
    message: 'is not an NHS number',
    suggestion: 'Check the ten digits against the record: the last one does not fit the others.',
  },
  postcode: {
    message: 'is not a full postcode',
    suggestion: 'Write the whole postcode, such as SW9 1AA.',
  },
  lsoa: { message: 'is not an LSOA code', suggestion: 'Write a code such as E01003014.' },
  digest: {
    message: 'is not a digest',
    suggestion: 'Run the pseudonymising tool again: a digest has 64 hexadecimal digits.',
  },
  'first-name': {
    message: 'holds no letter',
    suggestion: 'Write the first name, or at least its first letters.',
  },
  'case-number': {
    message: 'is not a usable case number',
    suggestion: 'Use the number of your case system, at most 120 characters.',
  },
  'birth-month': { message: 'is not a month', suggestion: 'Write it as 02/2020 or 2020-02.' },
};

const byType: Readonly<Record<DatasetField['type'], Advice>> = {
  string: { message: 'does not fit', suggestion: 'Correct the value.' },
  integer: { message: 'is not a whole number', suggestion: 'Write digits only, such as 45.' },
  number: { message: 'is not a number', suggestion: 'Write digits with a decimal point, such as 3.5.' },
  boolean: { message: 'is neither yes nor no', suggestion: 'Write Yes or No.' },
  date: {
    message: 'is not a date',
    suggestion: 'Write it as dd/mm/yyyy with a year of four digits, such as 29/02/2020.',
  },
};

const MAX_LISTED = 12;

/** What is told of a rule, in the words of the field's title. Holds no value of the file. */
export function adviceOn(kind: RuleKind, field: DatasetField): Advice {
  const { message, suggestion } = adviceByKind(kind, field);
  return { message: `${field.title} ${message}.`, suggestion };
}

function adviceByKind(kind: RuleKind, field: DatasetField): Advice {
  switch (kind) {
    case 'missing':
      return { message: 'is missing', suggestion: 'Fill it in if it is known.' };
    case 'invalid':
      return forms[formatOf(field)] ?? byType[field.type];
    case 'unlisted':
      return { message: 'is not one of the values that this dataset knows', suggestion: listed(field) };
    case 'out-of-range':
      return { message: `is outside ${range(field)}`, suggestion: 'Check the number against the record.' };
    case 'too-long':
      return {
        message: `is longer than ${field.constraints.maxLength ?? 0} characters`,
        suggestion: 'Shorten it; free text does not belong here.',
      };
    case 'unreal-date':
      return {
        message: 'is a day that does not exist',
        suggestion: 'Check the day and the month; the day comes first, as in 29/02/2020.',
      };
    case 'future-date':
      return { message: 'lies in the future', suggestion: 'Check the year.' };
    case 'outside-period':
      return {
        message: 'lies outside the period of the file',
        suggestion: 'Check the date, or that the file was sent for the right period.',
      };
  }
}

function listed(field: DatasetField): string {
  const values = codedValues(field) ?? [];
  const shown = values.slice(0, MAX_LISTED).join(', ');
  return `Use one of: ${shown}${values.length > MAX_LISTED ? `, or another of the ${values.length} in the dataset’s guide` : ''}.`;
}

function range(field: DatasetField): string {
  const { minimum, maximum } = field.constraints;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return minimum === undefined ? `what is at most ${maximum ?? ''}` : `what is at least ${minimum}`;
}
