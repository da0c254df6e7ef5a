import type { PeriodCode, Role } from '@kinledger/contracts';
import type { Person } from './household.js';
import type { SyntheticFile } from './plan.js';

/** A data row of a file, with the person that it is truly about. */
export interface SyntheticRow {
  readonly of: 'row';
  readonly file: SyntheticFile;
  /** The row's text, without line end. */
  readonly line: string;
  /** Empty for a row about no identifiable person: an anonymous contact, or activity that names nobody. */
  readonly person: string;
  readonly role: Role;
  /** The quarter in which the row makes its person count as reached; absent for all other rows. */
  readonly reachedIn?: PeriodCode;
}

export interface SyntheticPerson {
  readonly of: 'person';
  readonly person: string;
  /** Empty for people who work in a service. */
  readonly family: string;
  readonly role: Role;
  readonly decile: number;
  /** Census group. */
  readonly ethnicity: string;
}

export const personId = (number: number): string => `P${String(number + 1).padStart(7, '0')}`;
export const familyId = (number: number): string => `F${String(number + 1).padStart(7, '0')}`;

/** A row about a person. */
export const rowOf = (file: SyntheticFile, line: string, person: Person): SyntheticRow => ({
  of: 'row',
  file,
  line,
  person: personId(person.number),
  role: person.role,
});
