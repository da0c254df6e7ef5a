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
  digestOf,
  isPlaceholder,
  type Digest,
  type PlaceholderKind,
} from '@kinledger/domain';
import type { ColumnIdentifier, DatasetSchema } from '@kinledger/programme';

/** One token that rows of a role may have: where its value stands and what becomes of it. */
export interface PlannedToken {
  readonly kind: ColumnIdentifier['kind'];
  readonly domain: string;
  readonly use: TokenUse;
  /** Columns that the value is made of. */
  readonly columns: readonly number[];
  /** Undefined where the row has no usable value: no token is made then. */
  readonly digestOf: (values: readonly (string | null)[], salt: string) => Digest | undefined;
}

/** The tokens of rows of one role, in the order of the schema's columns, a child key made from columns last. */
export function planTokens(schema: DatasetSchema, role: Role, provider: ProviderId): readonly PlannedToken[] {
  const planned: PlannedToken[] = [];
  schema.fields.forEach((field, column) => {
    for (const identifier of field['x-kinledger'].identifiers) {
      if (identifier.roles !== undefined && !identifier.roles.includes(role)) continue;
      const digest = digestOfText(identifier);
      planned.push({
        kind: identifier.kind,
        domain: identifier.kind === 'case-number' ? `case-number:${provider}` : identifier.kind,
        use: useOn(role, identifier),
        columns: [column],
        digestOf: (values, salt) => {
          const text = values[column] ?? null;
          return text === null ? undefined : digest(text, salt);
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
const isUsable = <Text extends string>(kind: PlaceholderKind, value: Text | undefined): value is Text =>
  value !== undefined && !isPlaceholder(kind, value);

type DigestOfText = (text: string, salt: string) => Digest | undefined;

function digestOfText({ kind, form }: ColumnIdentifier): DigestOfText {
  if (form === 'digest') return canonicalDigest;
  switch (kind) {
    case 'nhs-number':
      return (text, salt) => {
        const value = canonicalNhsNumber(text);
        return isUsable('nhs-number', value) ? digestOf('nhs-number', value, salt) : undefined;
      };
    case 'email':
      return (text, salt) => {
        const value = canonicalEmail(text);
        return isUsable('email', value) ? digestOf('email', value, salt) : undefined;
      };
    case 'mobile':
      return (text, salt) => {
        const value = canonicalMobile(text);
        return isUsable('mobile', value) ? digestOf('mobile', value, salt) : undefined;
      };
    case 'birth-date':
      return (text, salt) => {
        const value = canonicalBirthDate(text);
        return isUsable('birth-date', value) ? digestOf('birth-date', value, salt) : undefined;
      };
    case 'gender':
      return (text, salt) => {
        const value = canonicalGender(text);
        return value === undefined ? undefined : digestOf('gender', value, salt);
      };
    case 'case-number':
      return (text, salt) => {
        const value = canonicalCaseNumber(text);
        return value === undefined ? undefined : digestOf('case-number', value, salt);
      };
    case 'child-key':
      // A programme is refused where a clear child key stands in one column.
      return () => undefined;
  }
}

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
  return {
    kind: 'child-key',
    domain: 'child-key',
    use: 'identity',
    columns: Object.values(columns),
    digestOf: (values, salt) => {
      const carerEmail = canonicalEmail(values[columns.carerEmail] ?? '');
      const birthDate = canonicalBirthDate(values[columns.birthDate] ?? '');
      const firstName3 = canonicalChildFirstName3(values[columns.firstName] ?? '');
      const gender = canonicalGender(values[columns.gender] ?? '');
      if (!isUsable('email', carerEmail) || !isUsable('birth-date', birthDate)) return undefined;
      if (!firstName3 || !gender) return undefined;
      return digestOf('child-key', { carerEmail, birthDate, firstName3, gender }, salt);
    },
  };
}
