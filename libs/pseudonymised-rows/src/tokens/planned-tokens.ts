import type { ProviderId, Role, TokenUse } from '@kinledger/contracts';
import {
  canonicalChildFirstName3,
  spellingOpLeap1,
  type CanonicalByKind,
  type Digest,
} from '@kinledger/domain/identifiers';
import { valueKindOf, type ColumnIdentifier, type DatasetSchema } from '@kinledger/programme/definition';
import type { SaltedDigests } from './salted-digests.js';

/** One token that rows of a role may have: the columns of its value, and how it is digested. */
export interface PlannedToken {
  readonly kind: ColumnIdentifier['kind'];
  readonly domain: string;
  readonly use: TokenUse;
  /** Columns from which the value is made. */
  readonly columns: readonly number[];
  /** The value as profile op-leap-1 spells it, as one text; undefined if the row has none, and so no digest. */
  readonly valueOf: (values: Values) => string | undefined;
  /** Digest of the value: equal if and only if the values are. Undefined for the digest of an empty value. */
  readonly digestOf: (values: Values, digests: SaltedDigests) => Digest | undefined;
}

/** In canonical form, to which validation brings values of each kind: nothing is parsed again here. */
type Values = readonly (string | null)[];

/** The tokens of rows of one role, in the order of the schema's columns, and last a child key made from columns. */
export function planTokens(schema: DatasetSchema, role: Role, provider: ProviderId): readonly PlannedToken[] {
  const planned: PlannedToken[] = [];
  schema.fields.forEach((field, column) => {
    for (const identifier of field['x-kinledger'].identifiers) {
      if (identifier.roles !== undefined && !identifier.roles.includes(role)) continue;
      const { spell, digest } = formOf(identifier);
      planned.push({
        kind: identifier.kind,
        domain: identifier.kind === 'case-number' ? `case-number:${provider}` : identifier.kind,
        use: useOn(role, identifier),
        columns: [column],
        valueOf: (values) => {
          const value = values[column] ?? null;
          return value === null ? undefined : spell(value);
        },
        digestOf: (values, digests) => {
          const value = values[column] ?? null;
          return value === null ? undefined : digest(value, digests);
        },
      });
    }
  });
  const childKey = role === 'child' ? planChildKey(schema) : undefined;
  return childKey === undefined ? planned : [...planned, childKey];
}

/** Contacts on a child's row are the carer's, whatever a schema says: they relate the child but never identify it. */
export const useOn = (role: Role, { kind, use }: ColumnIdentifier): TokenUse =>
  role === 'child' && use === 'identity' && (kind === 'email' || kind === 'mobile') ? 'carer' : use;

interface IdentifierForm {
  readonly spell: (value: string) => string | undefined;
  readonly digest: (value: string, digests: SaltedDigests) => Digest | undefined;
}

function formOf({ kind, form }: ColumnIdentifier): IdentifierForm {
  if (form === 'digest') {
    return {
      spell: asItIs,
      digest: (value, digests) => {
        const digest = value as Digest; // The canonical form of a digest is a digest.
        return digests.isOfEmptyValue(kind, digest) ? undefined : digest;
      },
    };
  }
  // A programme with a clear child key in one column is refused.
  if (kind === 'child-key') return { spell: () => undefined, digest: () => undefined };
  return {
    spell: kind === 'birth-date' ? (value) => spellingOpLeap1(kind, value) : asItIs,
    digest: (value, digests) => digests.of(kind, canonical(kind, value)),
  };
}

const asItIs = (value: string): string => value;

/**
 * Types cannot express that validation made the value: a schema gives a column of a kind only identifiers of that kind.
 */
const canonical = <Kind extends keyof CanonicalByKind>(_: Kind, value: string): CanonicalByKind[Kind] =>
  value as string & CanonicalByKind[Kind];

function planChildKey(schema: DatasetSchema): PlannedToken | undefined {
  const parts = schema['x-kinledger'].childKey;
  if (parts === undefined) return undefined;
  const columnOf = (name: string) => schema.fields.findIndex((field) => field.name === name);
  const columns = [parts.carerEmail, parts.birthDate, parts.firstName, parts.gender].map(columnOf);
  const [emailColumn = -1, birthColumn = -1, nameColumn = -1, genderColumn = -1] = columns;
  const nameField = schema.fields[nameColumn];
  const isWhole = nameField !== undefined && valueKindOf(nameField) === 'given-name';
  const partsOf = (values: Values): CanonicalByKind['child-key'] | undefined => {
    const carerEmail = values[emailColumn] ?? null;
    const birthDate = values[birthColumn] ?? null;
    const name = values[nameColumn] ?? null;
    const firstName3 = name === null || !isWhole ? name : (canonicalChildFirstName3(name) ?? null);
    const gender = values[genderColumn] ?? null;
    if (carerEmail === null || birthDate === null || firstName3 === null || gender === null) return undefined;
    return {
      carerEmail: canonical('email', carerEmail),
      birthDate: canonical('birth-date', birthDate),
      firstName3: firstName3 as CanonicalByKind['child-key']['firstName3'], // Validation made this value too.
      gender: canonical('gender', gender),
    };
  };
  return {
    kind: 'child-key',
    domain: 'child-key',
    use: 'identity',
    columns,
    valueOf: (values) => {
      const key = partsOf(values);
      if (key === undefined) return undefined;
      return [key.carerEmail, spellingOpLeap1('birth-date', key.birthDate), key.firstName3, key.gender].join(
        '\n',
      );
    },
    digestOf: (values, digests) => {
      const key = partsOf(values);
      return key && digests.of('child-key', key);
    },
  };
}
