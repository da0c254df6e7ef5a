import type { DatasetId, ProviderId, Role } from '@kinledger/contracts';
import { isDerivedKind, rolesOf, type DatasetSchema } from '@kinledger/programme/definition';
import { planTokens, type PlannedToken } from '../tokens/planned-tokens.js';

type Values = readonly (string | null)[];

/** What identifies a row across files of its dataset. A row without a name is unique to its submission. */
export type RowName =
  /** The provider’s own row id: a later row with the same id replaces it. */
  | { readonly kind: 'row-id'; readonly parts: readonly string[] }
  /** Values that the provider keeps from file to file, and the person that the row is about. */
  | { readonly kind: 'natural-key'; readonly parts: readonly string[]; readonly identity: string };

/**
 * How rows of a schema are distinguished and recognised. Intake and the pseudonymiser read the same rows, in the form
 * of the landing store, and must reach the same results.
 */
export class RowPlan {
  readonly #rowId: readonly number[];
  readonly #naturalKey: readonly number[];
  readonly #consentColumn: number;
  readonly #fixedRole: Role | undefined;
  readonly #roleColumn: number;
  readonly #identifiers: ReadonlyMap<string, RoleIdentifiers>;
  /** Columns that become attributes, facts or derived tokens. */
  readonly #told: readonly number[];
  /** A file of people names everybody once; all other files name people repeatedly. */
  readonly #repeats: boolean;
  readonly #people = new Map<string, PersonNamed>();
  /** Cached, because a row’s name and its content both need the person. */
  #lastValues: Values | undefined;
  #lastPerson: PersonNamed | undefined;

  /** @param derives whether rows have derived tokens: then the child's name alone may change a row. */
  constructor(schema: DatasetSchema, provider: ProviderId, dataset: DatasetId, derives = false) {
    const { naturalKey, naturalKeyIsStable, role } = schema['x-kinledger'];
    this.#repeats = !dataset.endsWith('.user');
    const columnOf = (name: string) => schema.fields.findIndex((field) => field.name === name);
    this.#rowId = (schema.primaryKey ?? []).map(columnOf);
    this.#naturalKey = naturalKeyIsStable ? naturalKey.map(columnOf) : [];
    this.#consentColumn = schema.fields.findIndex((field) => field['x-kinledger'].consent);
    this.#fixedRole = role;
    this.#roleColumn = schema.fields.findIndex(({ 'x-kinledger': { target } }) => target?.to === 'role');
    // The provider’s own number is not part of the identity: if it matters, it is part of the key.
    this.#identifiers = new Map(
      rolesOf(schema).map((one) => {
        const planned = planTokens(schema, one, provider);
        return [
          one,
          {
            tokens: planned.filter(({ use }) => use !== 'local'),
            local: planned.filter(({ use }) => use === 'local'),
            columns: [...new Set(planned.flatMap(({ columns }) => columns))],
          },
        ];
      }),
    );
    const derivedFrom = derives ? schema['x-kinledger'].childKey?.firstName : undefined;
    this.#told = schema.fields.flatMap(({ name, 'x-kinledger': { target, format } }, column) => {
      const isDerived =
        name === derivedFrom || (derives && (format === 'derived-digests' || isDerivedKind(format ?? '')));
      return (target === undefined || target.to === 'role') && !isDerived ? [] : [column];
    });
  }

  /** Whether the row refuses consent: then only its row id is used. */
  refusesConsent(values: Values): boolean {
    return values[this.#consentColumn] === 'false';
  }

  /** The row’s role, which the schema may not have. */
  roleOf(values: Values): string {
    return this.#fixedRole ?? values[this.#roleColumn] ?? '';
  }

  /** The complete row id, else the complete natural key if the schema declares it stable, else undefined. */
  nameOf(values: Values): RowName | undefined {
    const rowId = complete(this.#rowId, values);
    if (rowId !== undefined) return { kind: 'row-id', parts: rowId };
    const naturalKey = complete(this.#naturalKey, values);
    return naturalKey && { kind: 'natural-key', parts: naturalKey, identity: this.identityOf(values) };
  }

  /**
   * The person that the row is about: every value that becomes an identity token, a carer’s token or a guard, as one
   * text. Two rows have the same text if and only if they have the same such tokens.
   */
  identityOf(values: Values): string {
    return this.personOf(values).identity;
  }

  /**
   * The person as the row names it. Rows with the same value in every identifier column share one object, if the
   * dataset repeats people, until `forget`. An array must never be reused for another row.
   */
  personOf(values: Values): PersonNamed {
    if (this.#lastPerson !== undefined && values === this.#lastValues) return this.#lastPerson;
    const role = this.roleOf(values);
    const identifiers = this.#identifiers.get(role) ?? nobody;
    let person: PersonNamed | undefined;
    if (this.#repeats) {
      let named = role;
      for (const column of identifiers.columns) {
        const value = values[column] ?? null;
        named += value === null ? '\n-' : `\n${value.length} ${value}`;
      }
      person = this.#people.get(named);
      if (person === undefined) {
        person = new PersonNamed(identifiers, values);
        this.#people.set(named, person);
      }
    } else person = new PersonNamed(identifiers, values);
    this.#lastValues = values;
    this.#lastPerson = person;
    return person;
  }

  /** Whether rows of a file name the same person repeatedly, so that `personOf` returns the same object for it. */
  get namesAgain(): boolean {
    return this.#repeats;
  }

  /**
   * The row's content as one text: its role, its identifiers, and the values that become attributes, facts or derived tokens. Rows with
   * equal texts produce equal pseudonymised rows, and vice versa, with one exception: different values that become the
   * same attribute, such as two postcodes of one area, have different texts.
   */
  contentOf(values: Values): string {
    const role = this.roleOf(values);
    let content = `${role}\n${this.identityOf(values)}`;
    for (const { domain, valueOf } of (this.#identifiers.get(role) ?? nobody).local)
      content += `\n${domain} ${valueOf(values) ?? ''}`;
    for (const column of this.#told) {
      const value = values[column] ?? null;
      content += value === null ? '\n-' : `\n${value.length} ${value}`;
    }
    return content;
  }

  /**
   * Forgets the values of the rows so far. Call it regularly while reading a file, because cached values are clear
   * text.
   */
  forget(): void {
    this.#lastValues = undefined;
    this.#lastPerson = undefined;
    this.#people.clear();
  }
}

interface RoleIdentifiers {
  readonly tokens: readonly PlannedToken[];
  readonly local: readonly PlannedToken[];
  /** All columns that these use. */
  readonly columns: readonly number[];
}
const nobody: RoleIdentifiers = { tokens: [], local: [], columns: [] };

/** A person as a row names it. */
export class PersonNamed {
  readonly #tokens: readonly PlannedToken[];
  readonly #values: Values;
  #identity: string | undefined;

  constructor({ tokens }: RoleIdentifiers, values: Values) {
    this.#tokens = tokens;
    this.#values = values;
  }

  /** See `RowPlan.identityOf`. */
  get identity(): string {
    if (this.#identity !== undefined) return this.#identity;
    const found: string[] = [];
    for (const { domain, use, valueOf } of this.#tokens) {
      const value = valueOf(this.#values);
      if (value === undefined) continue;
      const said = `${domain} ${use} ${value.length} ${value}`;
      if (!found.includes(said)) found.push(said);
    }
    this.#identity = found.sort().join('\n');
    return this.#identity;
  }
}

/** The values of all these columns; undefined if there are no columns, or a value is missing. */
function complete(columns: readonly number[], values: Values): readonly string[] | undefined {
  if (columns.length === 0) return undefined;
  const found: string[] = [];
  for (const column of columns) {
    const value = values[column] ?? null;
    if (value === null) return undefined;
    found.push(value);
  }
  return found;
}
