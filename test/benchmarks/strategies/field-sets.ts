import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivationNamed, digestsInCell, permittedNames } from '@kinledger/derivations';
import { canonicalPersonName } from '@kinledger/domain';
import { readProgramme, type Dataset, type DatasetField, type Programme } from '@kinledger/programme';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { DerivedAtSource, DerivedDigests } from '@kinledger/pseudonymised-rows';
import { keys, SALT, type TakenRow } from '../../programmes/files-through.ts';

/** What files of people hold: (a) what LEAP’s schemas ask for, (b) whole given names and surnames too. */
export type FieldSet = 'a' | 'b';

const names = [
  { name: 'whole_given_name', title: 'Whole given name', field: 'given-name' },
  { name: 'whole_surname', title: 'Whole surname', field: 'surname' },
] as const;
const schemasOfPeople = [
  ...['participants.json', 'participants-with-nhs-number.json', 'childrens-centre-people.json'],
  ...['early-years-profile.json', 'child-measurement.json'],
];

/** Writes LEAP’s definition with derived tokens, and the columns of a field set, into a folder, and reads it. */
export async function programmeWith(fields: FieldSet, folder: string): Promise<Programme> {
  await cp('programmes/leap', folder, { recursive: true });
  await change(join(folder, 'programme.json'), (definition) => ({ ...definition, derivations: 'op-kin-1' }));
  for (const file of fields === 'b' ? schemasOfPeople : [])
    await change(join(folder, 'datasets', file), (schema) => ({
      ...schema,
      fields: [
        ...(schema['fields'] as unknown[]),
        ...names.map(({ name, title }) => ({ name, title, type: 'string' })),
      ],
    }));
  return readProgramme(folder);
}

async function change(file: string, to: (held: Record<string, unknown>) => object): Promise<void> {
  const held = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify(to(held)));
}

/**
 * Gives rows the derived tokens of the names in their columns, with the keys that are made of a name and something else:
 * what a definition would have them get whose agreements permit names. Rows without such columns stay as they are.
 */
export class NamesDerived {
  readonly #ofDataset = new Map<string, DerivedAtSource | undefined>();
  readonly #digests = new DerivedDigests(nodeHashing.sha256, SALT);
  readonly #postcodes: Awaited<ReturnType<Programme['postcodeLookup']>>;

  private constructor(postcodes: Awaited<ReturnType<Programme['postcodeLookup']>>) {
    this.#postcodes = postcodes;
  }

  static async of(programme: Programme): Promise<NamesDerived> {
    return new NamesDerived(await programme.postcodeLookup());
  }

  given(taken: TakenRow): TakenRow {
    const { dataset, row, values } = taken;
    const source = this.#sourceOf(dataset);
    if (source === undefined) return taken;
    const { fields } = dataset.schema;
    const canonical = values.map((value, column) =>
      isName(fields[column]) && value !== null ? (canonicalPersonName(value) ?? null) : value,
    );
    const derived = (digestsInCell(source.cellOf(row.role, canonical)) ?? []).map(
      ({ name, version, digests }) => {
        const domain = derivationNamed(name)?.domain ?? '';
        const tokens = digests.map((digest) => keys.tokens.tokenOf(domain, digest as never)).sort(); // a digest
        return { derivation: name, version, domain, tokens };
      },
    );
    return { ...taken, row: { ...row, derived: derived } };
  }

  #sourceOf(dataset: Dataset): DerivedAtSource | undefined {
    if (this.#ofDataset.has(dataset.id)) return this.#ofDataset.get(dataset.id);
    const { schema, derived } = dataset;
    const source =
      derived === undefined || !schema.fields.some(isName)
        ? undefined
        : new DerivedAtSource(
            { schema: { ...schema, fields: schema.fields.map(identified) }, derived: withNames(derived) },
            this.#digests,
            this.#postcodes,
          );
    this.#ofDataset.set(dataset.id, source);
    return source;
  }
}

const isName = (field: DatasetField | undefined): boolean => names.some(({ name }) => name === field?.name);

/** The column with its kind of identifier, which schemas do not have yet. */
function identified(field: DatasetField): DatasetField {
  const kind = names.find(({ name }) => name === field.name)?.field;
  if (kind === undefined) return field;
  const identifiers = [{ kind, use: 'identity', form: 'clear' }] as never; // derivation reads the kind only
  return { ...field, 'x-kinledger': { ...field['x-kinledger'], identifiers } };
}

const fieldsOfMinimum = [
  ...(['given-name-part', 'birth-date', 'gender', 'postcode', 'email', 'mobile', 'nhs-number'] as const),
];
const ofMinimum = permittedNames({ fields: fieldsOfMinimum });
const ofNames = permittedNames({ fields: [...fieldsOfMinimum, 'given-name', 'surname'] }).filter(
  (name) => !ofMinimum.includes(name),
);

/** What an agreement permits, and all that names are part of. */
const withNames = (permitted: readonly string[]): readonly string[] => [
  ...new Set([...permitted, ...ofNames]),
];
