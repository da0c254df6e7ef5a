import { titleOf } from './readable-code.js';

/** The name of each state on pages, and its colour in the design system. */
const states: Readonly<Record<string, readonly [name: string, colour: string]>> = {
  validated: ['Checked, not submitted', 'govuk-tag--grey'],
  refused: ['Refused', 'govuk-tag--red'],
  discarded: ['Discarded', 'govuk-tag--grey'],
  accepted: ['Accepted', 'govuk-tag--blue'],
  pseudonymised: ['Pseudonymised', 'govuk-tag--blue'],
  unprocessable: ['Cannot be processed', 'govuk-tag--red'],
  received: ['Being linked', 'govuk-tag--blue'],
  linked: ['Linked', 'govuk-tag--green'],
  withdrawn: ['Withdrawn', 'govuk-tag--orange'],
  parked: ['Parked', 'govuk-tag--red'],
  // States of an expected return.
  'not-yet-due': ['Not yet due', 'govuk-tag--grey'],
  due: ['Due', 'govuk-tag--yellow'],
  late: ['Late', 'govuk-tag--red'],
  'never-delivered': ['Never delivered', 'govuk-tag--red'],
  'return-received': ['Received', 'govuk-tag--green'],
  'nil-return': ['Nothing to report', 'govuk-tag--green'],
  // Steps in the history of a submission.
  uploaded: ['Uploaded', 'govuk-tag--grey'],
  checked: ['Checked', 'govuk-tag--grey'],
  submitted: ['Submitted', 'govuk-tag--blue'],
  'unparking-requested': ['Un-parking asked for', 'govuk-tag--grey'],
  replaced: ['Replaced by another', 'govuk-tag--orange'],
  'replacement-withdrawn': ['The other was withdrawn', 'govuk-tag--grey'],
  'withdrawal-requested': ['Withdrawal asked for', 'govuk-tag--grey'],
  'command-refused': ['Refused by the linker', 'govuk-tag--red'],
};

export const stateName = (code: string): string => states[code]?.[0] ?? titleOf(code);
export const stateColour = (code: string): string => states[code]?.[1] ?? 'govuk-tag--grey';
export const namedStates: ReadonlySet<string> = new Set(Object.keys(states));
