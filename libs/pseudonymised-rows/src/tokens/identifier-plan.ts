import type { ProviderId, Role, TokenUse } from '@kinledger/contracts';
import {
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalDigest,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  isPlaceholder,
  type Digest,
  type PlaceholderKind,
} from '@kinledger/domain/identifiers';
import type { ColumnIdentifier, DatasetSchema } from '@kinledger/programme/definition';
import type { SaltedDigests } from './salted-digests.js';

/** One token that rows of a role may have: where its value stands and what becomes of it. */
export interface PlannedToken {
  readonly kind: ColumnIdentifier['kind'];
  readonly domain: string;
  readonly use: TokenUse;
  /** Columns that the value is made of. */
  readonly columns: readonly number[];
  /** The canonical value as one text; undefined where the row has no usable one, and then there is no digest either. */
  readonly valueOf: (values: Values) => string | undefined;
  /** Digest of the canonical value: equal for equal values, and only for those. None of a digest of no value. */
  readonly digestOf: (values: Values, digests: SaltedDigests) => Digest | undefined;
}

type Values = readonly (string | null)[];

/** The tokens of rows of one role, in the order of the schema's columns, a child key made from columns last. */
export function planTokens(schema: DatasetSchema, role: Role, provider: ProviderId): readonly PlannedToken[] {
  const planned: PlannedToken[] = [];
  schema.fields.forEach((field, column) => {
    for (const identifier of field['x-kinledger'].identifiers) {
      if (identifier.roles !== undefined && !identifier.roles.includes(role)) continue;
      const { canonical, digest } = formOf(identifier);
      const textOf = (values: Values) => values[column] ?? null;
      planned.push({
        kind: identifier.kind,
        domain: identifier.kind === 'case-number' ? `case-number:${provider}` : identifier.kind,
        use: useOn(role, identifier),
        columns: [column],
        valueOf: (values) => {
          const text = textOf(values);
          return text === null ? undefined : canonical(text);
        },
        digestOf: (values, digests) => {
          const text = textOf(values);
          return text === null ? undefined : digest(text, digests);
        },
      });
    }
  });
  const childKey = role === 'child' ? planChildKey(schema) : undefined;
  return childKey === undefined ? planned : [...planned, childKey];
}

/** Contacts on a child's row are the carer's, whatever a schema says: they relate the child and never identify it. */
const useOn = (role: Role, { kind, use }: ColumnIdentifier): TokenUse =>
  role === 'child' && use === 'identity' && (kind === 'email' || kind === 'mobile') ? 'carer' : use;

/** No token is made of a placeholder: it would be one person's in every file that has it. */
const usable =
  <Value extends string>(kind: PlaceholderKind, canonical: (text: string) => Value | undefined) =>
  (text: string): Value | undefined => {
    const value = canonical(text);
    return value === undefined || isPlaceholder(kind, value) ? undefined : value;
  };

const nhsNumberOf = usable('nhs-number', canonicalNhsNumber);
const emailOf = usable('email', canonicalEmail);
const mobileOf = usable('mobile', canonicalMobile);
const birthDateOf = usable('birth-date', canonicalBirthDate);

interface IdentifierForm {
  readonly canonical: (text: string) => string | undefined;
  readonly digest: (text: string, digests: SaltedDigests) => Digest | undefined;
}

function formOf({ kind, form }: ColumnIdentifier): IdentifierForm {
  if (form === 'digest') {
    return {
      canonical: canonicalDigest,
      digest: (text, digests) => {
        const digest = canonicalDigest(text);
        return digest === undefined || digests.isOfNothing(kind, digest) ? undefined : digest;
      },
    };
  }
  switch (kind) {
    case 'nhs-number':
      return formIn(nhsNumberOf, (value, digests) => digests.of('nhs-number', value));
    case 'email':
      return formIn(emailOf, (value, digests) => digests.of('email', value));
    case 'mobile':
      return formIn(mobileOf, (value, digests) => digests.of('mobile', value));
    case 'birth-date':
      return formIn(birthDateOf, (value, digests) => digests.of('birth-date', value));
    case 'gender':
      return formIn(canonicalGender, (value, digests) => digests.of('gender', value));
    case 'case-number':
      return formIn(canonicalCaseNumber, (value, digests) => digests.of('case-number', value));
    case 'child-key':
      // A programme is refused where a clear child key stands in one column.
      return { canonical: () => undefined, digest: () => undefined };
  }
}

const formIn = <Value extends string>(
  canonical: (text: string) => Value | undefined,
  digest: (value: Value, digests: SaltedDigests) => Digest,
): IdentifierForm => ({
  canonical,
  digest: (text, digests) => {
    const value = canonical(text);
    return value === undefined ? undefined : digest(value, digests);
  },
});

function planChildKey(schema: DatasetSchema): PlannedToken | undefined {
  const parts = schema['x-kinledger'].childKey;
  if (parts === undefined) return undefined;
  const columnOf = (name: string) => schema.fields.findIndex((field) => field.name === name);
  const columns = {
    carerEmail: columnOf(parts.carerEmail),
    birthDate: columnOf(parts.birthDate),
    firstName: columnOf(parts.firstName),
    gender: columnOf(parts.gender),
  };
  const partsOf = (values: Values) => {
    const carerEmail = emailOf(values[columns.carerEmail] ?? '');
    const birthDate = birthDateOf(values[columns.birthDate] ?? '');
    const firstName3 = canonicalChildFirstName3(values[columns.firstName] ?? '');
    const gender = canonicalGender(values[columns.gender] ?? '');
    if (!carerEmail || !birthDate || !firstName3 || !gender) return undefined;
    return { carerEmail, birthDate, firstName3, gender };
  };
  return {
    kind: 'child-key',
    domain: 'child-key',
    use: 'identity',
    columns: Object.values(columns),
    valueOf: (values) => {
      const key = partsOf(values);
      return key && [key.carerEmail, key.birthDate, key.firstName3, key.gender].join('\n');
    },
    digestOf: (values, digests) => {
      const key = partsOf(values);
      return key && digests.of('child-key', key);
    },
  };
}
