import type { Role } from '@kinledger/contracts';
import {
  carerName,
  opKin1,
  type CandidateKey,
  type Derivation,
  type FieldRole,
  type FieldValues,
} from '@kinledger/derivations';
import { isDerivedKind, valueKindOf, type DatasetSchema } from '@kinledger/programme/definition';
import { useOn } from './planned-tokens.js';

/** A column of which values are derived. */
export interface DerivedColumn {
  readonly field: FieldRole;
  readonly column: number;
  readonly derivations: readonly NamedDerivation[];
}

/** A derivation as rows of a role call it. */
export interface NamedDerivation {
  readonly name: string;
  readonly derivation: Derivation;
}

/** A candidate key as rows of a role call it, and the columns that it is made of. */
export interface PlannedKey {
  readonly name: string;
  readonly key: CandidateKey;
}

/** What is derived of the rows of a role. */
export interface PlannedDerivations {
  readonly columns: readonly DerivedColumn[];
  readonly keys: readonly PlannedKey[];
}

interface ColumnOfField {
  readonly field: FieldRole;
  readonly column: number;
  readonly isCarers: boolean;
}

/**
 * Plans the derived tokens of rows of a role: of clear columns, in the order of the schema. On a child's row contacts
 * are the carer's, and what rests on them is called so.
 * @param names what the dataset's agreement permits.
 */
export function planDerivations(
  schema: DatasetSchema,
  role: Role,
  names: readonly string[],
): PlannedDerivations {
  const columns = columnsOf(schema, role);
  const nameOf = (name: string, isCarers: boolean) => (isCarers ? carerName(name) : name);
  return {
    columns: columns.map(({ field, column, isCarers }) => ({
      field,
      column,
      derivations: opKin1.rungs
        .filter((rung) => rung.field === field && names.includes(rung.derivation.name))
        .map(({ derivation }) => ({ name: nameOf(derivation.name, isCarers), derivation })),
    })),
    keys: opKin1.keys
      .filter(({ name }) => names.includes(name))
      .filter(({ fields }) =>
        fields.every((field) => columns.some((column) => standsFor(column.field, field))),
      )
      .map((key) => {
        const isCarers = columns.some(({ field, isCarers }) => isCarers && key.fields.includes(field));
        return { name: nameOf(key.name, isCarers), key };
      }),
  };
}

function columnsOf(schema: DatasetSchema, role: Role): readonly ColumnOfField[] {
  const firstName = role === 'child' ? schema['x-kinledger'].childKey?.firstName : undefined;
  return schema.fields.flatMap((field, column) => {
    const found: ColumnOfField[] = [];
    const kind = valueKindOf(field);
    if (isDerivedKind(kind)) found.push({ field: kind, column, isCarers: false });
    else if (field.name === firstName) found.push({ field: 'given-name-part', column, isCarers: false });
    if (kind === 'postcode' && field['x-kinledger'].target?.to === 'lsoa')
      found.push({ field: 'postcode', column, isCarers: false });
    for (const identifier of field['x-kinledger'].identifiers) {
      const { kind: held, form, roles } = identifier;
      if (form === 'digest' || held === 'case-number' || held === 'child-key') continue;
      if (roles !== undefined && !roles.includes(role)) continue;
      found.push({ field: held, column, isCarers: useOn(role, identifier) === 'carer' });
    }
    return found;
  });
}

/** A whole given name stands in where a key takes a part of one. */
const standsFor = (held: FieldRole, wanted: FieldRole): boolean =>
  held === wanted || (wanted === 'given-name-part' && held === 'given-name');

/** The first value of each field: keys are made of these. */
export function fieldValuesOf(
  columns: readonly { readonly field: FieldRole; readonly value: string }[],
): FieldValues {
  const values: Partial<Record<FieldRole, string>> = {};
  for (const { field, value } of columns) values[field] ??= value;
  return values;
}
