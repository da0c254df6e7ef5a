import type { PeriodCode, Role } from '@kinledger/contracts';
import type { SyntheticFile } from './plan.js';

/** A data row of a file, and whom it is about by truth. */
export interface SyntheticRow {
  readonly of: 'row';
  readonly file: SyntheticFile;
  /** Without line end. */
  readonly line: string;
  /** Empty where nobody could say: an anonymous contact, activity that names no person. */
  readonly person: string;
  readonly role: Role;
  /** The quarter in which it is a qualifying engagement of somebody who counts as reached; absent for all other rows. */
  readonly reachedIn?: PeriodCode;
}

export interface SyntheticPerson {
  readonly of: 'person';
  readonly person: string;
  /** Empty for people who work in a service. */
  readonly family: string;
  readonly role: Role;
  readonly decile: number;
}

export const personId = (number: number): string => `P${String(number + 1).padStart(7, '0')}`;
export const familyId = (number: number): string => `F${String(number + 1).padStart(7, '0')}`;
