/**
 * Why a submission could not be processed, in words for whoever has to mend it. The codes are the pseudonymiser's; one
 * that is not listed is shown as it is.
 */
const reasons: Readonly<Record<string, string>> = {
  'landing-incomplete': 'Rows are missing in the landing store',
  'landing-file-gone': 'Nothing of the file is left in the landing store',
  'landing-malformed': 'Rows in the landing store cannot be read',
  'landing-not-authentic': 'Rows in the landing store were changed, or their key is another one',
  'programme-unknown': 'The file is of another programme',
  'dataset-unknown': 'The programme has no such dataset any more',
  'schema-unknown': 'The dataset’s schema has changed since the file was sent',
};

export const reasonText = (code: string): string => reasons[code] ?? code;
