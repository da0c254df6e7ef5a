import {
  canonicalBirthDate,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  canonicalPersonName,
  canonicalPostcode,
} from '@kinledger/domain';
import { datasetSchema, PROTECTED_AREA, type Dataset } from '@kinledger/programme';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { DerivedAtSource, DerivedDigests } from '@kinledger/pseudonymised-rows';
import type { HeldCase } from './held-case.js';

interface ClearColumn {
  readonly name: string;
  readonly type?: 'date';
  readonly constraints?: object;
  readonly own: object;
  /** The column of digests beside which something of this one leaves; it always does if there is none. */
  readonly beside?: string;
  readonly canonical: (held: HeldCase) => string | undefined;
}

const isChild = ({ role }: HeldCase): boolean => role === 'child';

/** What a source knows of a case in clear. */
const clearColumns: readonly ClearColumn[] = [
  {
    name: 'first_name',
    own: { format: 'first-name' },
    canonical: (held) => (isChild(held) ? canonicalChildFirstName3(held.firstName) : undefined),
  },
  {
    ...{ name: 'date_of_birth', type: 'date' },
    own: { identifiers: [{ kind: 'birth-date', use: 'guard' }], target: { to: 'birth-month' } },
    canonical: ({ dateOfBirth }) => canonicalBirthDate(dateOfBirth),
  },
  {
    ...{ name: 'gender', constraints: { enum: ['F', 'M', 'X'] } },
    own: { identifiers: [{ kind: 'gender', use: 'guard' }] },
    canonical: ({ gender }) => canonicalGender(gender),
  },
  {
    name: 'postcode',
    own: { format: 'postcode', target: { to: 'lsoa' } },
    canonical: ({ postcode, lsoa }) => (lsoa === PROTECTED_AREA ? undefined : canonicalPostcode(postcode)),
  },
  {
    ...{ name: 'email', beside: 'email' },
    own: { identifiers: [{ kind: 'email', use: 'identity', roles: ['adult'] }] },
    canonical: (held) => (isChild(held) ? undefined : canonicalEmail(held.email)),
  },
  {
    ...{ name: 'carer_email', beside: 'carer_email' },
    own: { identifiers: [{ kind: 'email', use: 'carer', roles: ['child'] }] },
    canonical: (held) => (isChild(held) ? canonicalEmail(held.carerEmail) : undefined),
  },
  {
    ...{ name: 'contact_number', beside: 'contact_number' },
    own: { identifiers: [{ kind: 'mobile', use: 'identity', roles: ['adult'] }] },
    canonical: (held) => (isChild(held) ? undefined : canonicalMobile(held.contactNumber)),
  },
  {
    ...{ name: 'nhs_number', beside: 'nhs_number' },
    own: { identifiers: [{ kind: 'nhs-number', use: 'identity' }] },
    canonical: ({ nhsNumber }) => canonicalNhsNumber(nhsNumber),
  },
  // Of these something leaves only under an agreement that permits it.
  {
    ...{ name: 'whole_given_name', own: { format: 'given-name' } },
    canonical: ({ wholeGivenName }) => canonicalPersonName(wholeGivenName),
  },
  {
    ...{ name: 'whole_surname', own: { format: 'surname' } },
    canonical: ({ wholeSurname }) => canonicalPersonName(wholeSurname),
  },
];

/**
 * What a source derives of a case and sends in one cell, as `kinledger pseudonymise` makes it.
 * @returns undefined for a dataset in which nothing is derived.
 */
export function derivedOfCase(
  { schema, derived }: Pick<Dataset, 'schema' | 'derived'>,
  salt: string,
): ((held: HeldCase) => string) | undefined {
  if (derived === undefined) return undefined;
  const sent = new Set(schema.fields.map(({ name }) => name));
  const columns = clearColumns.filter(({ beside }) => beside === undefined || sent.has(beside));
  const clear = datasetSchema.parse({
    fields: [
      ...columns.map(({ name, type = 'string', constraints = {}, own }) => ({
        ...{ name, title: name, type, constraints, 'x-kinledger': own },
      })),
      {
        ...{ name: 'role', title: 'role', type: 'string', constraints: { enum: ['child', 'adult'] } },
        'x-kinledger': { target: { to: 'role' } },
      },
    ],
    'x-kinledger': {
      ...(sent.has('carer_email')
        ? {
            childKey: {
              ...{ carerEmail: 'carer_email', birthDate: 'date_of_birth', firstName: 'first_name' },
              gender: 'gender',
            },
          }
        : {}),
    },
  });
  const source = new DerivedAtSource(
    { schema: clear, derived },
    new DerivedDigests(nodeHashing.sha256, salt),
    {
      // The word for a protected area stands in the case.
      isProtected: () => false,
    },
  );
  return (held) =>
    source.cellOf(
      held.role,
      columns.map(({ canonical }) => canonical(held) ?? null),
    );
}
