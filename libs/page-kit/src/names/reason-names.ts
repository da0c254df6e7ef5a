import { titleOf } from './readable-code.js';

/**
 * Names of the reasons for a file's state, for the person who has to act on it. The codes come from ingest, the
 * pseudonymiser and callers who withdraw a submission.
 */
const reasons: Readonly<Record<string, string>> = {
  // The file cannot be read.
  'empty-file': 'The file is empty',
  'no-rows': 'The file has a header and no rows',
  'no-header': 'The file has no header that the dataset knows',
  'missing-columns': 'Columns that the dataset needs are missing',
  'duplicate-columns': 'Two columns of the file mean the same',
  'mapping-outdated': 'The saved mapping for its titles no longer fits the dataset',
  'too-many-columns': 'The file has more columns than are accepted',
  'too-many-rows': 'The file has more rows than are accepted',
  'field-too-long': 'A cell is longer than is accepted',
  'excel-file': 'The file is an old or binary Excel workbook',
  'password-protected': 'The workbook has a password',
  'several-sheets': 'Several sheets of the workbook hold rows',
  'formula-without-value': 'The workbook has a formula without its result',
  'workbook-damaged': 'The workbook is damaged',
  'workbook-too-large': 'The workbook is larger than is accepted',
  'binary-file': 'The file is not text',
  'utf-16-file': 'The file begins as UTF-16, and then is not',
  'nul-bytes': 'The file holds bytes that are no text',
  'unbalanced-quotes': 'A quotation mark in the file is never closed',
  'holds-the-salt': 'The file holds the secret salt, which must be treated as leaked',
  'body-too-large': 'The file is larger than is accepted',
  'body-truncated': 'The file ended before it was whole',
  'body-too-slow': 'The file came too slowly',
  // The file's rows are refused.
  'too-many-rejected-rows': 'More rows were rejected than the dataset allows',
  'month-first-dates': 'The dates of a column are written with the month first',
  'day-first-dates': 'The dates of a column are written with the day first, against what was said',
  'column-changes': 'A column is written differently further down',
  'date-order-unknown': 'No date of a column shows whether the day or the month comes first',
  'wrong-period': 'Most dates lie outside the period that the file was sent for',
  'no-usable-row': 'No row of the file could be accepted',
  // The upload was discarded.
  'same-content': 'The same file had been submitted before',
  expired: 'Nobody submitted it in time',
  // The submission is parked.
  'landing-incomplete': 'Rows are missing in the landing store',
  'landing-file-gone': 'Nothing of the file is left in the landing store',
  'rows-lost': 'Its rows were lost with the message bus: withdraw it, and send the file again',
  'landing-malformed': 'Rows in the landing store cannot be read',
  'landing-unreadable': 'Rows in the landing store cannot be read',
  'landing-not-authentic': 'Rows in the landing store were changed, or their key is another one',
  'programme-unknown': 'The file is of another programme',
  'dataset-unknown': 'The programme has no such dataset any more',
  'schema-unknown': 'The dataset’s schema has changed since the file was sent',
  'person-suppressed-since':
    'Somebody in the file was erased since its first rows were taken: withdraw it, and have it sent again',
  'row-without-role': 'A row does not say whom it is about',
  'row-without-fact': 'A row lacks what its dataset records',
  'row-with-odd-number': 'A number in a row is out of all bounds',
  'row-with-odd-category': 'A row has a category that does not exist',
  'row-not-canonical': 'A row has a value in a form that validation never gives',
  unprocessable: 'The pseudonymiser could not process it',
  // The submission was withdrawn.
  'wrong-file': 'The wrong file was sent',
  'wrong-quarter': 'The file was sent for the wrong quarter',
};

/** The name of a reason. A code without a name, such as a caller's own, gets its words. */
export const reasonName = (code: string): string => reasons[code] ?? titleOf(code);

/** Codes with a name. */
export const namedReasons: ReadonlySet<string> = new Set(Object.keys(reasons));
