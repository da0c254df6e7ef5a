import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDefinition } from './check-definition.js';
import type { ReadableParts } from './check-definition.js';
import { checkSchema } from './check-schema.js';
import { definitionDocument } from './definition-document.js';
import { datasetSchema } from './definition/definition.js';
import type { DatasetSchema } from './definition/definition.js';
import { LOOKUP_HEADER } from './definition/postcode-lookup.js';
import { jsonPath, programmeRefused } from './problem.js';
import type { Problem, Report } from './problem.js';
import { programmeOf } from './programme.js';
import type { Programme } from './programme.js';
import { readPostcodeLookup } from './read-postcode-lookup.js';

const DEFINITION_FILE = 'programme.json';
const SCHEMA_FOLDER = 'datasets';

/**
 * Reads a programme definition: `programme.json` and the schemas in `datasets/`. Checks that the postcode look-up
 * exists, which is read on demand.
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

  const json = await readJson(directory, DEFINITION_FILE, reportIn(DEFINITION_FILE));
  const parts: ReadableParts =
    json === undefined ? { services: [], datasets: [] } : checkDefinition(json, reportIn(DEFINITION_FILE));
  const schemas = await readSchemas(directory, reportIn);

  for (const { index, value } of parts.datasets) {
    const file = `${SCHEMA_FOLDER}/${value.schemaFile}`;
    if (!schemas.has(value.schemaFile)) {
      reportIn(DEFINITION_FILE)(`datasets[${index}].schemaFile`, `there is no ${file}`);
    }
    const schema = schemas.get(value.schemaFile);
    const service = parts.services.find((candidate) => candidate.value.id === value.service)?.value;
    if (schema) checkSchema(schema, value, service, reportIn(file));
  }
  for (const file of schemas.keys()) {
    const used = parts.datasets.some(({ value }) => value.schemaFile === file);
    if (!used && parts.datasets.length > 0)
      reportIn(`${SCHEMA_FOLDER}/${file}`)('', 'no dataset uses this schema');
  }
  await checkLookup(directory, json, reportIn(DEFINITION_FILE));

  if (problems.length > 0) throw programmeRefused(directory, problems);
  const document = definitionDocument.parse({
    definition: json,
    schemas: Object.fromEntries(parts.datasets.map(({ value }) => [value.id, schemas.get(value.schemaFile)])),
  });
  return programmeOf(document, () =>
    readPostcodeLookup(join(directory, document.definition.area.lookupFile)),
  );
}

/** Every schema of the folder by file name; undefined for an invalid one, which is reported. */
async function readSchemas(
  directory: string,
  reportIn: (file: string) => Report,
): Promise<ReadonlyMap<string, DatasetSchema | undefined>> {
  const schemas = new Map<string, DatasetSchema | undefined>();
  const names = await readdir(join(directory, SCHEMA_FOLDER)).catch(() => []);
  for (const name of names.filter((candidate) => candidate.endsWith('.json')).sort()) {
    const file = `${SCHEMA_FOLDER}/${name}`;
    const report = reportIn(file);
    const json = await readJson(directory, file, report);
    if (json === undefined) {
      schemas.set(name, undefined);
      continue;
    }
    const read = datasetSchema.safeParse(json);
    for (const issue of read.error?.issues ?? []) report(jsonPath(issue.path), issue.message);
    schemas.set(name, read.data);
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
  if (name === '' || name.includes('/') || name.includes('\\') || name.startsWith('.')) {
    report(path, 'expected the name of a file beside programme.json');
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
