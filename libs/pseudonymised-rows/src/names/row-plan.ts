import type { DatasetId, ProviderId, Role } from '@kinledger/contracts';
import { rolesOf, type DatasetSchema } from '@kinledger/programme/definition';
import { planTokens, type PlannedToken } from '../tokens/planned-tokens.js';

type Values = readonly (string | null)[];

/** What a row is known by in other files of its dataset. A row without any belongs to its submission alone. */
export type RowName =
  /** The provider’s own row id: a later row with the same one takes its place. */
  | { readonly kind: 'row-id'; readonly parts: readonly string[] }
  /** Values that the provider keeps from file to file, and whom the row is about. */
  | { readonly kind: 'natural-key'; readonly parts: readonly string[]; readonly identity: string };

/**
 * How rows of a schema are told apart and recognised again. Intake and the pseudonymiser read the same rows, in the form
 * that the landing store keeps, and must come to the same answers.
 */
export class RowPlan {
  readonly #rowId: readonly number[];
  readonly #naturalKey: readonly number[];
  readonly #consentColumn: number;
  readonly #fixedRole: Role | undefined;
  readonly #roleColumn: number;
  readonly #identifiers: ReadonlyMap<string, RoleIdentifiers>;
  /** Columns that become attributes or facts. */
  readonly #told: readonly number[];
  /** In a file of people everybody is named once; in all others again and again. */
  readonly #repeats: boolean;
  readonly #people = new Map<string, PersonNamed>();
  /** A row’s name and its content both ask whom it is about. */
  #lastValues: Values | undefined;
  #lastPerson: PersonNamed | undefined;

  constructor(schema: DatasetSchema, provider: ProviderId, dataset: DatasetId) {
    const { naturalKey, naturalKeyIsStable, role } = schema['x-kinledger'];
    this.#repeats = !dataset.endsWith('.user');
    const columnOf = (name: string) => schema.fields.findIndex((field) => field.name === name);
    this.#rowId = (schema.primaryKey ?? []).map(columnOf);
    this.#naturalKey = naturalKeyIsStable ? naturalKey.map(columnOf) : [];
    this.#consentColumn = schema.fields.findIndex((field) => field['x-kinledger'].consent);
    this.#fixedRole = role;
    this.#roleColumn = schema.fields.findIndex(({ 'x-kinledger': { target } }) => target?.to === 'role');
    // The provider’s own number is no identity: it is part of the key where it is anything.
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
    this.#told = schema.fields.flatMap(({ 'x-kinledger': { target } }, column) =>
      target === undefined || target.to === 'role' ? [] : [column],
    );
  }

  /** Whether the row refuses consent: it is then nothing but its row id. */
  refusesConsent(values: Values): boolean {
    return values[this.#consentColumn] === 'false';
  }

  /** The name of the row’s role, if it is one that the schema has. */
  roleOf(values: Values): string {
    return this.#fixedRole ?? values[this.#roleColumn] ?? '';
  }

  /** The complete row id, else the complete natural key if the schema says that it is stable, else undefined. */
  nameOf(values: Values): RowName | undefined {
    const rowId = complete(this.#rowId, values);
    if (rowId !== undefined) return { kind: 'row-id', parts: rowId };
    const naturalKey = complete(this.#naturalKey, values);
    return naturalKey && { kind: 'natural-key', parts: naturalKey, identity: this.identityOf(values) };
  }

  /**
   * Whom the row is about: everything in it that becomes an identity token, a carer’s token or a guard, as one text. Two
   * rows have the same text if and only if they have the same such tokens.
   */
  identityOf(values: Values): string {
    return this.personOf(values).identity;
  }

  /**
   * The person as the row names it. Rows that hold the same in every column of an identifier are given one object, so far as
   * that pays and until `forget`. An array is taken to be one row for ever.
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

  /** Whether rows of a file name the same person again and again, so that `personOf` gives the same object for it. */
  get namesAgain(): boolean {
    return this.#repeats;
  }

  /**
   * What the row says, as one text: its role, its identifiers, and the values that become attributes or facts. Rows that
   * go on as equal have equal texts, and rows with equal texts go on as equal. The reverse has one exception: values that
   * become the same attribute, such as two postcodes of one area, are told apart here.
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

  /** Forgets the values of the rows so far. Who reads a file calls it now and then: what is remembered is clear text. */
  forget(): void {
    this.#lastValues = undefined;
    this.#lastPerson = undefined;
    this.#people.clear();
  }
}

interface RoleIdentifiers {
  readonly tokens: readonly PlannedToken[];
  readonly local: readonly PlannedToken[];
  /** All that these are made of. */
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

/** The values of all these columns; undefined where there is no column, or a value is missing. */
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
