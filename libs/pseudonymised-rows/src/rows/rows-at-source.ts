import type { ProviderId, Role } from '@kinledger/contracts';
import type { CanonicalByKind } from '@kinledger/domain/identifiers';
import {
  PROTECTED_AREA,
  rolesOf,
  translateEthnicity,
  valueKindOf,
  type ColumnTarget,
  type Dataset,
  type DatasetField,
  type DatasetSchema,
  type EthnicitySystem,
  type PostcodeLookup,
  type ValueKind,
} from '@kinledger/programme/definition';
import { DerivedAtSource } from '../tokens/derived-at-source.js';
import { planTokens, useOn, type PlannedToken } from '../tokens/planned-tokens.js';
import type { SaltedDigests } from '../tokens/salted-digests.js';
import type { CanonicalRow } from './canonical-row.js';
import { leavesUnchanged } from './leaving-value.js';

type Values = CanonicalRow[1];

/** How a column of the file that leaves is made. */
export type MadeAs =
  /** A digest of an identifier. */
  | 'digest'
  /** The digests of what is derived of the row. */
  | 'derived-digests'
  /** A month of a birth date, or the area of a postcode. */
  | 'coarser'
  /** A date to the day, as the clear file says it. */
  | 'exact-date'
  /** A number, as the clear file says it. */
  | 'number'
  /** A truth value, as the clear file says it. */
  | 'yes-or-no'
  /** A coded value, in the codes of what leaves. */
  | 'code'
  /** Nothing: the agreement does not permit the column. */
  | 'not-permitted'
  /** Nothing: the clear file has no such column, or it is free text, which stays. */
  | 'empty';

/** The columns that an agreement permits to leave; every column of the schema if it lists none. */
export interface PermittedToLeave {
  readonly permittedFields?: readonly string[] | undefined;
}

export interface LeavingColumn {
  /** Name of the field in the schema of what leaves. */
  readonly field: string;
  readonly title: string;
  readonly as: MadeAs;
}

interface Planned extends LeavingColumn {
  readonly cellOf: (role: Role, values: Values) => string;
}

/**
 * Makes what leaves a source of the rows of its clear file, on the source's own machine: the columns that the schema of the
 * dataset has and its agreement permits, and nothing else.
 */
export class RowsAtSource {
  readonly columns: readonly LeavingColumn[];
  readonly #plan: readonly Planned[];
  readonly #clear: DatasetSchema;
  readonly #roleColumn: number;

  /**
   * @param clear the schema of the file that the source holds.
   * @param leaving the dataset that the programme takes.
   * @param agreement under which it takes it.
   */
  constructor(
    clear: DatasetSchema,
    leaving: Pick<Dataset, 'schema' | 'derived'> & { readonly provider: ProviderId },
    { permittedFields }: PermittedToLeave,
    digests: SaltedDigests,
    postcodes: PostcodeLookup,
  ) {
    const { schema, derived = [], provider } = leaving;
    this.#clear = clear;
    this.#roleColumn = clear.fields.findIndex(({ 'x-kinledger': { target } }) => target?.to === 'role');
    const isPermitted = (name: string) => permittedFields?.includes(name) !== false;
    const planned = new Map(
      rolesOf(clear).map((role) => {
        const digestsOf = [...plannedDigests(clear, schema, role, provider)];
        // Of a column that stays, nothing may be derived either.
        return [role, new Map(digestsOf.filter(([name]) => isPermitted(name)))] as const;
      }),
    );
    const atSource = new DerivedAtSource(
      { schema: ofWhatLeaves(clear, planned), derived },
      digests.derived,
      postcodes,
    );
    this.#plan = schema.fields.map((field): Planned => {
      const { name, title } = field;
      const common = { field: name, title };
      if (!isPermitted(name)) return { ...common, as: 'not-permitted', cellOf: () => '' };
      const kind = valueKindOf(field);
      if (kind === 'derived-digests') {
        const as = derived.length === 0 ? 'empty' : 'derived-digests';
        return { ...common, as, cellOf: (role, values) => atSource.cellOf(role, values) };
      }
      if (kind === 'digest') {
        const ofRole = (role: Role): PlannedToken | undefined => planned.get(role)?.get(name);
        const known = [...planned.values()].some((digestsOf) => digestsOf.has(name));
        if (known)
          return {
            ...common,
            as: 'digest',
            cellOf: (role, values) => ofRole(role)?.digestOf(values, digests) ?? '',
          };
        return { ...common, ...ownReference(clear, field, digests) };
      }
      return { ...common, ...plannedValue(clear, field, kind, postcodes) };
    });
    this.columns = this.#plan.map(({ field, title, as }) => ({ field, title, as }));
  }

  /** The role of a row, as its clear file says it; empty if it says none. */
  roleOf(values: Values): string {
    return this.#clear['x-kinledger'].role ?? values[this.#roleColumn] ?? '';
  }

  /** The cells of a row in canonical form, in the order of the columns. */
  cellsOf(values: Values): readonly string[] {
    const role = this.roleOf(values) as Role; // validation made it one
    return this.#plan.map(({ cellOf }) => cellOf(role, values));
  }
}

/**
 * For each column of digests, of which value of a row it is made: of the identifier of the same kind and use, in the column
 * of the same name if there is one, else in the first that no other column took.
 */
function plannedDigests(
  clear: DatasetSchema,
  leaving: DatasetSchema,
  role: Role,
  provider: ProviderId,
): ReadonlyMap<string, PlannedToken> {
  const known = planTokens(clear, role, provider);
  const taken = new Set<PlannedToken>();
  const found = new Map<string, PlannedToken>();
  const take = (isThere: (name: string, token: PlannedToken) => boolean) => {
    for (const { name, 'x-kinledger': own } of leaving.fields) {
      for (const identifier of own.identifiers) {
        if (identifier.form !== 'digest' || found.has(name)) continue;
        if (identifier.roles !== undefined && !identifier.roles.includes(role)) continue;
        const token = known.find(
          (one) =>
            !taken.has(one) &&
            one.kind === identifier.kind &&
            one.use === useOn(role, identifier) &&
            isThere(name, one),
        );
        if (token === undefined) continue;
        taken.add(token);
        found.set(name, token);
      }
    }
  };
  take((name, { columns }) => columns.some((column) => clear.fields[column]?.name === name));
  take(() => true);
  return found;
}

/**
 * The clear schema, with those contacts and numbers only whose own digest leaves: what is derived of others would say
 * something of a value that stays.
 */
function ofWhatLeaves(
  clear: DatasetSchema,
  planned: ReadonlyMap<Role, ReadonlyMap<string, PlannedToken>>,
): DatasetSchema {
  const leaves = (kind: string, column: number, role: Role) =>
    [...(planned.get(role)?.values() ?? [])].some(
      (token) => token.kind === kind && token.columns.includes(column),
    );
  return {
    ...clear,
    fields: clear.fields.map((field, column) => ({
      ...field,
      'x-kinledger': {
        ...field['x-kinledger'],
        identifiers: field['x-kinledger'].identifiers.flatMap((identifier) => {
          const { kind, roles = rolesOf(clear) } = identifier;
          if (kind !== 'email' && kind !== 'mobile' && kind !== 'nhs-number') return [identifier];
          const leaving = roles.filter((role) => leaves(kind, column, role));
          return leaving.length === 0 ? [] : [{ ...identifier, roles: leaving }];
        }),
      },
    })),
  };
}

const empty = { as: 'empty', cellOf: () => '' } as const;

/** A digest that links nobody, such as the number of a pregnancy: of the column of the same name. */
function ownReference(
  clear: DatasetSchema,
  { name, 'x-kinledger': { identifiers } }: DatasetField,
  digests: SaltedDigests,
): Pick<Planned, 'as' | 'cellOf'> {
  const column = clear.fields.findIndex((field) => field.name === name);
  const field = clear.fields[column];
  if (identifiers.length > 0 || field === undefined || valueKindOf(field) !== 'case-number') return empty;
  return {
    as: 'digest',
    cellOf: (_, values) => {
      const value = values[column] ?? null;
      // Validation made the value, which is a case number’s.
      return value === null ? '' : digests.of('case-number', value as CanonicalByKind['case-number']);
    },
  };
}

function plannedValue(
  clear: DatasetSchema,
  leaving: DatasetField,
  kind: ValueKind,
  postcodes: PostcodeLookup,
): Pick<Planned, 'as' | 'cellOf'> {
  const { target, consent } = leaving['x-kinledger'];
  const column = clear.fields.findIndex((field) =>
    consent
      ? field['x-kinledger'].consent
      : target === undefined
        ? field.name === leaving.name
        : sameTarget(field['x-kinledger'].target, target),
  );
  const field = clear.fields[column];
  // An exact birth date leaves as a digest or a month only.
  if (field === undefined || kind === 'birth-date' || !leavesUnchanged(leaving)) return empty;
  const read = readerOf(field, leaving, kind, postcodes);
  if (read === undefined) return empty;
  return {
    as: madeAs(kind),
    cellOf: (_, values) => {
      const value = values[column] ?? null;
      return value === null ? '' : read(value);
    },
  };
}

function madeAs(kind: ValueKind): MadeAs {
  if (kind === 'lsoa' || kind === 'birth-month') return 'coarser';
  if (kind === 'date') return 'exact-date';
  if (kind === 'integer' || kind === 'number') return 'number';
  return kind === 'boolean' || kind === 'consent' ? 'yes-or-no' : 'code';
}

function sameTarget(one: ColumnTarget | undefined, other: ColumnTarget): boolean {
  if (one?.to !== other.to) return false;
  return !('name' in one) || !('name' in other) || one.name === other.name;
}

/** How a value in canonical form is written where it leaves; undefined if it may not leave so. */
function readerOf(
  field: DatasetField,
  leaving: DatasetField,
  kind: ValueKind,
  postcodes: PostcodeLookup,
): ((value: string) => string) | undefined {
  const held = valueKindOf(field);
  if (kind === 'birth-month' && held === 'birth-date') return (value) => value.slice(0, 7);
  if (kind === 'lsoa' && held === 'postcode')
    return (value) => (postcodes.isProtected(value) ? PROTECTED_AREA : (postcodes.lsoaOf(value) ?? ''));
  if (held !== kind) return undefined;
  const [from, to] = [field['x-kinledger'].codeSystem, leaving['x-kinledger'].codeSystem];
  if (isEthnicity(from) && isEthnicity(to) && from !== to)
    return (value) => translateEthnicity(from, to, value)?.code ?? '';
  return (value) => value;
}

const isEthnicity = (system: string | undefined): system is EthnicitySystem =>
  system?.startsWith('ethnicity-') === true;
