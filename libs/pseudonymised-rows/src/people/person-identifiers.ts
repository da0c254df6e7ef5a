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
  /** The number that a provider knows the person by. */
  readonly caseNumber?: { readonly provider: ProviderId; readonly value: CanonicalByKind['case-number'] };
}

/** Whether they name one person. Contacts and birth dates are shared: they only say more. */
export const namesOnePerson = ({ nhsNumber, child, caseNumber }: PersonIdentifiers): boolean =>
  nhsNumber !== undefined || child !== undefined || caseNumber !== undefined;
