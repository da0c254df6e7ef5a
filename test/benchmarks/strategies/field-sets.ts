import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readProgramme, type Programme } from '@kinledger/programme';

/** What sources hold of people: (a) what LEAP’s schemas ask for, (b) whole given names and surnames too. */
export type FieldSet = 'a' | 'b';

const names = [
  { name: 'whole_given_name', title: 'Whole given name', format: 'given-name' },
  { name: 'whole_surname', title: 'Whole surname', format: 'surname' },
] as const;
/** Of clear files; sources that pseudonymise send what they derive of names in the column that they have already. */
const schemasOfPeople = [
  ...['participants.json', 'participants-with-nhs-number.json', 'childrens-centre-people.json'],
  ...['early-years-profile.json', 'child-measurement.json'],
];

type Json = Readonly<Record<string, unknown>>;

/** Writes LEAP’s definition with derived tokens, and the columns and agreements of a field set, into a folder, and reads it. */
export async function programmeWith(fields: FieldSet, folder: string): Promise<Programme> {
  await cp('programmes/leap', folder, { recursive: true });
  await change(join(folder, 'programme.json'), (definition) => ({ ...definition, derivations: 'op-kin-1' }));
  if (fields === 'b') await takeNames(folder);
  return readProgramme(folder);
}

async function takeNames(folder: string): Promise<void> {
  for (const file of schemasOfPeople)
    await change(join(folder, 'datasets', file), (schema) => ({
      ...schema,
      fields: [
        ...(schema['fields'] as readonly Json[]),
        ...names.map(({ name, title, format }) => ({
          ...{ name, title, type: 'string' },
          'x-kinledger': { format },
        })),
      ],
    }));
  for (const file of await readdir(join(folder, 'services')))
    await change(join(folder, 'services', file), (service) =>
      service['agreements'] === undefined
        ? service
        : { ...service, agreements: (service['agreements'] as readonly Json[]).map(permittingNames) },
    );
}

/** The agreement, with names among the fields that it permits, if it permits that anything is derived. */
function permittingNames(agreement: Json): Json {
  const derivations = agreement['derivations'] as { readonly fields: readonly string[] } | undefined;
  if (derivations === undefined) return agreement;
  const permitted = agreement['permittedFields'] as readonly string[] | undefined;
  return {
    ...agreement,
    derivations: { ...derivations, fields: [...derivations.fields, ...names.map(({ format }) => format)] },
    ...(permitted === undefined ? {} : { permittedFields: [...permitted, ...names.map(({ name }) => name)] }),
  };
}

async function change(file: string, to: (held: Json) => object): Promise<void> {
  const held = JSON.parse(await readFile(file, 'utf8')) as Json;
  await writeFile(file, JSON.stringify(to(held)));
}
