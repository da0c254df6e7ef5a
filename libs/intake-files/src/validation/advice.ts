import {
  codedValues,
  valueKey,
  valueKindOf,
  type DatasetField,
  type Plausibility,
  type ValueKind,
} from '@kinledger/programme/definition';
import { isEventDate } from './day-form.js';
import type { RuleKind } from './finding.js';

interface Advice {
  readonly message: string;
  readonly suggestion: string;
}

const notYesOrNo: Advice = { message: 'is neither yes nor no', suggestion: 'Write Yes or No.' };
const notADate: Advice = {
  message: 'is not a date',
  suggestion: 'Write it as dd/mm/yyyy with a year of four digits, such as 29/02/2020.',
};
const unfit: Advice = { message: 'does not fit', suggestion: 'Correct the value.' };

/** The message and advice for an invalid value of each kind. */
const invalid: Readonly<Record<ValueKind, Advice>> = {
  email: {
    message: 'is not an email address',
    suggestion: 'Write one address, such as name@example.org, with no spaces in it.',
  },
  mobile: {
    message: 'is not a United Kingdom mobile number',
    suggestion:
      'Write 11 digits from 07; landlines are not used. If a spreadsheet took the first 0 away, format the column as text and export again.',
  },
  'nhs-number': {
    message: 'is not an NHS number',
    suggestion: 'Check the ten digits against the record: the last one does not fit the others.',
  },
  postcode: {
    message: 'is not a full United Kingdom postcode',
    suggestion:
      'Write the whole postcode, such as SW9 1AA. BFPO 1 and NFA (no fixed abode) are understood as well.',
  },
  lsoa: { message: 'is not an LSOA code', suggestion: 'Write a code such as E01003014.' },
  'derived-digests': {
    message: 'does not hold derived digests of profile op-kin-1',
    suggestion: 'Make the digests again, and send the cell unchanged.',
  },
  digest: {
    message: 'is not a digest',
    suggestion: 'Run the pseudonymising tool again: a digest has 64 hexadecimal digits.',
  },
  'first-name': {
    message: 'holds no letter',
    suggestion: 'Write the first name, or at least its first letters.',
  },
  'given-name': {
    message: 'is not a name',
    suggestion: 'Write the given name; leave the cell empty if it is not known.',
  },
  surname: {
    message: 'is not a name',
    suggestion: 'Write the surname; leave the cell empty if it is not known.',
  },
  address: {
    message: 'is not an address',
    suggestion:
      'Write the line of the address, such as 12 Brook Street; leave the cell empty if it is not known.',
  },
  'case-number': {
    message: 'is not a usable case number',
    suggestion: 'Use the number of your case system, at most 120 characters.',
  },
  'birth-month': { message: 'is not a month', suggestion: 'Write it as 02/2020 or 2020-02.' },
  date: notADate,
  'birth-date': notADate,
  integer: { message: 'is not a whole number', suggestion: 'Write digits only, such as 45, without a unit.' },
  number: {
    message: 'is not a number',
    suggestion: 'Write digits with a decimal point, such as 3.5, without a unit or a sign.',
  },
  boolean: notYesOrNo,
  consent: notYesOrNo,
  code: unfit,
  gender: unfit,
  text: unfit,
};

const MAX_LISTED = 12;

/** The message and advice for a rule, with the field's title. Holds no value of the file. */
export function adviceOn(kind: RuleKind, field: DatasetField, plausibility: Plausibility): Advice {
  const { message, suggestion } = adviceByKind(kind, field, plausibility);
  return { message: `${field.title} ${message}.`, suggestion };
}

function adviceByKind(
  kind: RuleKind,
  field: DatasetField,
  { childUnder, adultFrom, oldest }: Plausibility,
): Advice {
  switch (kind) {
    case 'missing':
      return {
        message: 'is missing',
        suggestion: isNeeded(field)
          ? 'Fill it in: a row without it is not taken.'
          : 'Fill it in if it is known.',
      };
    case 'invalid':
      return invalid[valueKindOf(field)];
    case 'unlisted':
      return { message: 'is not one of the values that this dataset knows', suggestion: listed(field) };
    case 'out-of-range':
      return { message: `is outside ${range(field)}`, suggestion: 'Check the number against the record.' };
    case 'too-long':
      return {
        message: `is longer than ${field.constraints.maxLength ?? 0} characters`,
        suggestion: 'Shorten it; free text does not belong here.',
      };
    case 'clear-text':
      return {
        message: 'holds clear text where a digest is due; nothing of it was kept or is shown',
        suggestion:
          'This is a data incident: tell your information governance lead and the data team. Run the pseudonymising tool again, check that it ended without an error, and send its output.',
      };
    case 'placeholder':
      if (valueKindOf(field) === 'digest')
        return {
          message:
            'is the digest of no value, such as an empty cell or “none”: everybody’s is the same; it was treated as missing',
          suggestion: 'Leave the cell empty where nothing is known: the tool digests what stands there.',
        };
      if (field.type === 'date')
        return {
          message: 'is a date that forms are filled with; it was treated as missing',
          suggestion: 'Fill in the right date if it is known; otherwise leave it empty.',
        };
      return {
        message: 'is a placeholder that belongs to nobody; it was treated as missing',
        suggestion: 'Fill in the right value if it is known; otherwise leave it empty.',
      };
    case 'not-known':
      return {
        message: 'is given as not known or not stated; the row was taken without it',
        suggestion: 'Fill it in if it becomes known: without it, a child cannot be recognised by its key.',
      };
    case 'repaired':
      return {
        message:
          valueKindOf(field) === 'email'
            ? 'had characters that are no part of it; they were removed and the rest was taken'
            : 'was reformatted by a spreadsheet, or had characters around it; all its digits were there and were taken',
        suggestion: repairAdvice[valueKindOf(field)] ?? 'Correct it at its source.',
      };
    case 'several-addresses':
      return {
        message: 'holds more than one address; none was taken',
        suggestion: 'Leave one address: the person’s own.',
      };
    case 'not-digits':
      return {
        message: 'holds something other than digits',
        suggestion: 'Write the ten digits of the NHS number and nothing else.',
      };
    case 'wrong-length':
      return {
        message: 'has more or fewer than ten digits',
        suggestion:
          'Check it against the record. If a spreadsheet took the first 0 away, format the column as text and export again.',
      };
    case 'scientific-notation':
      return {
        message: `is in scientific notation (such as 9.43E+09), ${field.type === 'string' ? 'so that its last digits are lost' : 'in which digits may be lost'}`,
        suggestion: 'Format the column as text, or as a number without decimals, and export again.',
      };
    case 'initials':
      return {
        message: 'is only an initial: the child will not be recognised in other services’ files',
        suggestion: 'Write the first name, or at least its first three letters.',
      };
    case 'unreal-date':
      return {
        message: 'is a day that does not exist',
        suggestion:
          'Check the day and the month; unless you said otherwise, the day comes first, as in 29/02/2020.',
      };
    case 'month-first':
      return {
        message: 'has the month before the day',
        suggestion:
          'Write the day first, as in 29/02/2020. If the whole column is so, say it when you send the file, or format it as dd/mm/yyyy and export again.',
      };
    case 'day-first':
      return {
        message: 'has the day before the month, although the column was said to have the month first',
        suggestion: 'Correct the date, or send the file again without saying that the month comes first.',
      };
    case 'two-digit-year':
      return {
        message: 'has a year of two digits, which could be of either century',
        suggestion: 'Write the year with four digits, as in 29/02/2020.',
      };
    case 'year-out-of-range':
      return { message: 'has a year outside 1900 to 2099', suggestion: 'Check the year.' };
    case 'time-of-day':
      return {
        message: 'is followed by something that is not a time of day',
        suggestion: 'Write the date alone, as in 29/02/2020.',
      };
    case 'day-number':
      return {
        message: 'is a spreadsheet’s number for a day (such as 43890), not a date',
        suggestion: 'Format the column as a date, dd/mm/yyyy, and export again.',
      };
    case 'incomplete-date':
      return {
        message: 'is only a part of a date',
        suggestion: 'Write day, month and year, as in 29/02/2020.',
      };
    case 'future-date':
      return {
        message: `lies in the future; ${notUsed(field)}`,
        suggestion: 'Check the date, above all its year.',
      };
    case 'outside-period':
      return {
        message: 'lies outside the period of the file',
        suggestion: 'Check the date, or that the file was sent for the right period.',
      };
    case 'far-outside-period':
      return {
        message: `lies years outside the period of the file; ${notUsed(field)}`,
        suggestion: 'Check the year, or that the file was sent for the right period.',
      };
    case 'implausible-age':
      return {
        message: `makes a child of ${childUnder} or more, an adult under ${adultFrom}, somebody over ${oldest} or not born yet; it was not used`,
        suggestion: 'Check the date, and whether the row is about a child or an adult.',
      };
    case 'from-day-number':
      return {
        message: 'was a spreadsheet’s number for a day, as in the whole column; it was read as that day',
        suggestion:
          'Check one date against the record. Format the column as a date, dd/mm/yyyy, at its source.',
      };
    case 'zero-restored':
      return {
        message: 'lacked its first 0, as in the whole column; it was added',
        suggestion: 'Format the column as text at its source, so that the 0 is kept.',
      };
    case 'undecided-date-order':
      return {
        message:
          'can be read with the day first or with the month first in every row; it was read with the day first',
        suggestion: 'Check one date against the record, and say which comes first when you send the file.',
      };
    case 'mixed-date-order':
      return {
        message:
          'has day and month in the other order in some rows; a date that can be read either way was read like the rest',
        suggestion: 'Write all dates of the column with the day first, as in 29/02/2020.',
      };
  }
}

/** Whether a row without a value of the field is rejected. */
const isNeeded = ({ 'x-kinledger': { missing, consent }, constraints }: DatasetField): boolean =>
  missing === undefined ? consent || constraints.required === true : missing === 'error';

const notUsed = (field: DatasetField): string =>
  isEventDate(field) ? 'the row counts nowhere' : 'it was not used';

const repairAdvice: Readonly<Partial<Record<ValueKind, string>>> = {
  email:
    'Check the address that was taken; write it without brackets, quotation marks and punctuation around it.',
  mobile: 'Format the column as text and export again.',
  'nhs-number': 'Format the column as text and export again.',
};

/** The values in the words that a provider writes; codes stand behind them. */
function listed(field: DatasetField): string {
  const values = codedValues(field) ?? [];
  const words = Object.entries(field['x-kinledger'].valueMap ?? {});
  const named = (code: string): string => {
    const word = words.find(([, to]) => to === code)?.[0];
    return word === undefined || valueKey(word) === valueKey(code) ? code : `${word} (${code})`;
  };
  const shown = values.slice(0, MAX_LISTED).map(named).join(', ');
  return `Use one of: ${shown}${values.length > MAX_LISTED ? `, or another of the ${values.length} in the dataset’s guide` : ''}.`;
}

function range(field: DatasetField): string {
  const { minimum, maximum } = field.constraints;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return minimum === undefined ? `what is at most ${maximum ?? ''}` : `what is at least ${minimum}`;
}
