import {
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  digestOf,
} from '@kinledger/domain';
import type { HeldCase } from './held-case.js';

/** Digests that a source makes from a case under profile op-leap-1; empty if a value has no canonical form. */
export const digested: Readonly<Record<string, (held: HeldCase, salt: string) => string>> = {
  case_number: ({ caseNumber }, salt) => {
    const canonical = canonicalCaseNumber(caseNumber);
    return canonical === undefined ? '' : digestOf('case-number', canonical, salt);
  },
  nhs_number: ({ nhsNumber }, salt) => {
    const canonical = canonicalNhsNumber(nhsNumber);
    return canonical === undefined ? '' : digestOf('nhs-number', canonical, salt);
  },
  mother_nhs_number: ({ carerNhsNumber }, salt) => {
    const canonical = canonicalNhsNumber(carerNhsNumber);
    return canonical === undefined ? '' : digestOf('nhs-number', canonical, salt);
  },
  email: ({ email }, salt) => emailDigest(email, salt),
  carer_email: ({ carerEmail }, salt) => emailDigest(carerEmail, salt),
  contact_number: ({ contactNumber, role }, salt) => {
    const canonical = role === 'child' ? undefined : canonicalMobile(contactNumber);
    return canonical === undefined ? '' : digestOf('mobile', canonical, salt);
  },
  date_of_birth: ({ dateOfBirth }, salt) => {
    const canonical = canonicalBirthDate(dateOfBirth);
    return canonical === undefined ? '' : digestOf('birth-date', canonical, salt);
  },
  child_key: ({ role, carerEmail, dateOfBirth, firstName, gender }, salt) => {
    const parts = {
      carerEmail: canonicalEmail(carerEmail),
      birthDate: canonicalBirthDate(dateOfBirth),
      firstName3: canonicalChildFirstName3(firstName),
      gender: canonicalGender(gender),
    };
    const { carerEmail: email, birthDate, firstName3, gender: sex } = parts;
    if (role !== 'child' || !email || !birthDate || !firstName3 || !sex) return '';
    return digestOf('child-key', { carerEmail: email, birthDate, firstName3, gender: sex }, salt);
  },
};

function emailDigest(email: string, salt: string): string {
  const canonical = canonicalEmail(email);
  return canonical === undefined ? '' : digestOf('email', canonical, salt);
}
