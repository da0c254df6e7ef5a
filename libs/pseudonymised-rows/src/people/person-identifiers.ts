import type { ProviderId } from '@kinledger/contracts';
import type { CanonicalByKind } from '@kinledger/domain/identifiers';

/** What somebody says of a person in order to name them, in canonical form. Anything may be missing. */
export interface PersonIdentifiers {
  readonly nhsNumber?: CanonicalByKind['nhs-number'];
  readonly child?: CanonicalByKind['child-key'];
  readonly birthDate?: CanonicalByKind['birth-date'];
  /** An adult’s own. */
  readonly email?: CanonicalByKind['email'];
  /** An adult’s own. */
  readonly mobile?: CanonicalByKind['mobile'];
  /** Whether nobody else uses this email and mobile: then they are kept off the rows of children too. */
  readonly contactsAlone?: boolean;
  /** The number that a provider knows the person by. */
  readonly caseNumber?: { readonly provider: ProviderId; readonly value: CanonicalByKind['case-number'] };
}

/** Whether they name one person. Contacts and birth dates are shared, each alone; a contact with a birth date is not. */
export const namesOnePerson = (said: PersonIdentifiers): boolean => {
  const { nhsNumber, child, caseNumber, email, mobile, birthDate } = said;
  if (nhsNumber !== undefined || child !== undefined || caseNumber !== undefined) return true;
  return birthDate !== undefined && (email !== undefined || mobile !== undefined);
};
