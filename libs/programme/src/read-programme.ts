import { existsSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checkDefinition } from './check-definition.js';
import { checkDerivedFields, checkPermittedFields } from './check-agreement.js';
import { checkPriorityPopulation } from './check-people.js';
import { checkSchema } from './check-schema.js';
import { checkTheoryOfChange } from './check-theory-of-change.js';
import { withCodeSystems } from './code-system-lists.js';
import type { DefinitionDocument } from './definition-document.js';
import { datasetSchema } from './definition/definition.js';
import type { DatasetSchema } from './definition/definition.js';
import type { ConsentForm } from './definition/governance.js';
import { LOOKUP_HEADER } from './definition/postcode-lookup.js';
import { jsonPath, programmeRefused } from './problem.js';
import type { Problem, Report } from './problem.js';
import { programmeOf } from './programme.js';
import type { Programme } from './programme.js';
import { readPostcodeLookup } from './read-postcode-lookup.js';
import { DEFINITION_FILE, THEORY_FILE, wholeDefinition } from './service-files.js';
import type { ServiceFile } from './service-files.js';

const SCHEMA_FOLDER = 'datasets';
const SERVICE_FOLDER = 'services';

/**
 * Reads a programme definition: `programme.json`, `theory-of-change.json` and a file per service in
 * `services/`, which may be absent, and the schemas in `datasets/`. Checks that the postcode look-up exists, which is read on demand.
 * @param directory the folder of programme.json.
 * @throws ProgrammeRefused listing every fault with file and JSON path.
 */
export async function readProgramme(directory: string): Promise<Programme> {
  const problems: Problem[] = [];
  const reportIn =
    (file: string): Report =>
    (path, message) => {
      // Datasets that share a schema would repeat its faults.
      const repeated = problems.some(
        (problem) => problem.file === file && problem.path === path && problem.message === message,
      );
      if (!repeated) problems.push({ file, path, message });
    };

  const own = await readJson(directory, DEFINITION_FILE, reportIn(DEFINITION_FILE));
  // Nothing else can be judged without it.
  if (own === undefined) throw programmeRefused(directory, problems);
  const theory = existsSync(join(directory, THEORY_FILE))
    ? await readJson(directory, THEORY_FILE, reportIn(THEORY_FILE))
    : undefined;
  const serviceFiles = await readServiceFiles(directory, reportIn);
  const withModel = await withModelOfFile(directory, own, reportIn);
  const { json, placeOf } = wholeDefinition(withModel, theory, serviceFiles, reportIn);
  const report: Report = (path, message) => {
    const place = placeOf(path);
    reportIn(place.file)(place.path, message);
  };
  const nameOf = (path: string) => {
    const place = placeOf(path);
    return place.file === DEFINITION_FILE ? path : [place.file, place.path].filter(Boolean).join(': ');
  };
  const parts = checkDefinition(json, report, nameOf);
  const schemas = await readSchemas(directory, reportIn, parts.consentForms);
  const schemaOf = ({ schemaFile }: { readonly schemaFile: string }) => schemas.get(schemaFile);

  // Most datasets share a schema with others of their kind.
  const checked = new Set<string>();
  for (const { index, value } of parts.datasets) {
    const file = `${SCHEMA_FOLDER}/${value.schemaFile}`;
    if (!schemas.has(value.schemaFile)) {
      report(`datasets[${index}].schemaFile`, `there is no ${file}`);
    }
    const schema = schemaOf(value);
    const service = parts.services.find((candidate) => candidate.value.id === value.service)?.value;
    const agreed = parts.agreements.find((candidate) => candidate.value.id === value.agreement)?.value;
    const asOthers = [file, value.dataType, value.pseudonymisedAtSource, service?.administrative].join(' ');
    if (schema && !checked.has(asOthers)) checkSchema(schema, value, service, reportIn(file));
    checked.add(asOthers);
    if (schema && agreed) {
      checkPermittedFields(schema, agreed, reportIn(file));
      if (parts.whole) checkDerivedFields(schema, agreed, parts.whole.derivations, reportIn(file));
    }
  }
  const { theoryOfChange, priorityPopulation } = parts.whole ?? {};
  const within =
    (member: string): Report =>
    (path, message) =>
      report(`${member}.${path}`, message);
  if (theoryOfChange) {
    const known = parts.datasets.map(({ value }) => ({ ...value, schema: schemaOf(value) }));
    checkTheoryOfChange(theoryOfChange, known, within('theoryOfChange'));
  }
  if (priorityPopulation) {
    const valid = [...schemas.values()].filter((schema) => schema !== undefined);
    checkPriorityPopulation(priorityPopulation, valid, within('priorityPopulation'));
  }
  for (const file of schemas.keys()) {
    const used = parts.datasets.some(({ value }) => value.schemaFile === file);
    if (!used && parts.datasets.length > 0)
      reportIn(`${SCHEMA_FOLDER}/${file}`)('', 'no dataset uses this schema');
  }
  await checkLookup(directory, json, reportIn(DEFINITION_FILE));

  const { whole } = parts;
  if (problems.length > 0 || whole === undefined) throw programmeRefused(directory, problems);
  // Checked above, part by part: parsing the document would check each schema once for every dataset that shares it.
  const document: DefinitionDocument = {
    definition: whole,
    schemas: Object.fromEntries(
      whole.datasets.flatMap((dataset) => {
        const schema = schemaOf(dataset);
        return schema ? [[dataset.id, schema] as const] : [];
      }),
    ),
  };
  return programmeOf(document, () =>
    readPostcodeLookup(join(directory, document.definition.area.lookupFile)),
  );
}

/** The definition with the document of the model that its strategy names as a file beside programme.json. */
async function withModelOfFile(
  directory: string,
  json: unknown,
  reportIn: (file: string) => Report,
): Promise<unknown> {
  const read = namesModelFile.safeParse(json);
  if (!read.success) return json;
  const { strategy } = read.data;
  const name = strategy.model.file;
  if (!isFileBeside(name)) {
    reportIn(DEFINITION_FILE)('strategy.model.file', BESIDE);
    return json;
  }
  const document = await readJson(directory, name, reportIn(name));
  return { ...read.data, strategy: { ...strategy, model: { document } } };
}

const namesModelFile = z.looseObject({
  strategy: z.looseObject({ model: z.strictObject({ file: z.string() }) }),
});

const BESIDE = 'expected the name of a file beside programme.json';
const isFileBeside = (name: string): boolean =>
  name !== '' && !name.includes('/') && !name.includes('\\') && !name.startsWith('.');

/** The files of the services, in the order of their names. A programme may have none. */
async function readServiceFiles(
  directory: string,
  reportIn: (file: string) => Report,
): Promise<readonly ServiceFile[]> {
  const files: ServiceFile[] = [];
  for (const name of await namesIn(join(directory, SERVICE_FOLDER))) {
    const file = `${SERVICE_FOLDER}/${name}`;
    const json = await readJson(directory, file, reportIn(file));
    if (json !== undefined) files.push({ id: name.replace(/\.json$/, ''), file, json });
  }
  return files;
}

/** The JSON files of a folder in the order of their names; none if there is no folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).sort();
}

/** Every schema of the folder by file name; undefined for an invalid one, which is reported. */
async function readSchemas(
  directory: string,
  reportIn: (file: string) => Report,
  consentForms: readonly ConsentForm[],
): Promise<ReadonlyMap<string, DatasetSchema | undefined>> {
  const schemas = new Map<string, DatasetSchema | undefined>();
  for (const name of await namesIn(join(directory, SCHEMA_FOLDER))) {
    const file = `${SCHEMA_FOLDER}/${name}`;
    const report = reportIn(file);
    const json = await readJson(directory, file, report);
    if (json === undefined) {
      schemas.set(name, undefined);
      continue;
    }
    const read = datasetSchema.safeParse(json);
    for (const issue of read.error?.issues ?? []) report(jsonPath(issue.path), issue.message);
    schemas.set(name, read.data && withCodeSystems(read.data, consentForms, report));
  }
  return schemas;
}

async function readJson(directory: string, file: string, report: Report): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(directory, file), 'utf8');
  } catch {
    report('', 'cannot be read');
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    report('', `is not JSON: ${error instanceof Error ? error.message : 'unknown error'}`);
    return undefined;
  }
}

/** Checks only the first line: the national file has millions, and few readers of a programme need it. */
async function checkLookup(directory: string, json: unknown, report: Report): Promise<void> {
  const area = typeof json === 'object' && json !== null && 'area' in json ? json.area : undefined;
  const name =
    typeof area === 'object' && area !== null && 'lookupFile' in area ? area.lookupFile : undefined;
  if (typeof name !== 'string') return;
  const path = 'area.lookupFile';
  if (!isFileBeside(name)) {
    report(path, BESIDE);
    return;
  }
  try {
    await using file = await open(join(directory, name));
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64), 0, 64, 0);
    const firstLine = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)[0];
    if (firstLine?.trim() !== LOOKUP_HEADER)
      report(path, `the first line of ${name} is not "${LOOKUP_HEADER}"`);
  } catch {
    report(path, `there is no file "${name}"`);
  }
}
