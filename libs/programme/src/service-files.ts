import type { Report } from './problem.js';

/** A file of the folder `services/`: the service is named as the file. */
export interface ServiceFile {
  /** Id of the service: the file’s name without `.json`. */
  readonly id: string;
  /** Relative to the folder of the definition: `services/baby-steps.json`. */
  readonly file: string;
  readonly json: unknown;
}

/** Where an element of the whole definition stands in its own file. */
export interface Place {
  readonly file: string;
  /** Path within the file, empty for the whole of it: `datasets.user`. */
  readonly path: string;
}

/** A definition as one value, and the place of each of its elements that stands in a file of its own. */
export interface WholeDefinition {
  readonly json: unknown;
  /** Translates a path of the whole; a path of programme.json itself is returned with that file. */
  readonly placeOf: (path: string) => Place;
}

export const DEFINITION_FILE = 'programme.json';
/** Holds the member theoryOfChange, which is long. */
export const THEORY_FILE = 'theory-of-change.json';
const THEORY = 'theoryOfChange';
type Section = 'services' | 'datasets' | 'agreements';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (json: unknown, section: string): readonly unknown[] => {
  const value = isObject(json) ? json[section] : undefined;
  return Array.isArray(value) ? (value as unknown[]) : [];
};

/**
 * Puts the services of their own files, with their datasets and agreements, into the definition of programme.json. They
 * follow those that stand there, in the order of their names, so that the result does not depend on the file system.
 * Leaves the check of what an element holds to the check of the whole.
 * @param theoryOfChange the content of its own file; undefined if there is none.
 */
export function wholeDefinition(
  json: unknown,
  theoryOfChange: unknown,
  serviceFiles: readonly ServiceFile[],
  reportIn: (file: string) => Report,
): WholeDefinition {
  if (!isObject(json)) return { json, placeOf: (path) => ({ file: DEFINITION_FILE, path }) };
  if (theoryOfChange !== undefined && 'theoryOfChange' in json)
    reportIn(THEORY_FILE)('', `${DEFINITION_FILE} has theoryOfChange too: one of them says it`);
  const parts: Record<Section, unknown[]> = {
    services: [...listOf(json, 'services')],
    datasets: [...listOf(json, 'datasets')],
    agreements: [...listOf(json, 'agreements')],
  };
  const places = new Map<string, Place>();
  const put = (section: Section, element: unknown, file: string, path: string) => {
    places.set(`${section}[${parts[section].length}]`, { file, path });
    parts[section].push(element);
  };
  const scopes = listOf(json, 'familyScopes').map((scope) => (isObject(scope) ? { ...scope } : scope));

  for (const { id, file, json: content } of serviceFiles) {
    const report = reportIn(file);
    if (!isObject(content)) {
      report('', 'expected an object');
      continue;
    }
    const { datasets, agreements, agreement, familyScopes, ...service } = content;
    if (service['id'] !== undefined) report('id', 'the name of the file is the id: leave it out');
    put('services', { ...service, id }, file, '');
    for (const [index, own] of listOf(content, 'agreements').entries()) {
      put('agreements', withDefaults(own, { provider: service['provider'] }), file, `agreements[${index}]`);
    }
    if (agreements !== undefined && !Array.isArray(agreements)) report('agreements', 'expected a list');
    if (datasets !== undefined && !isObject(datasets))
      report('datasets', 'expected an object: data type → dataset');
    for (const [dataType, own] of Object.entries(isObject(datasets) ? datasets : {})) {
      const named = { id: `${id}.${dataType}`, service: id, dataType };
      const whole = isObject(own)
        ? { ...(agreement === undefined ? {} : { agreement }), ...own, ...named }
        : own;
      put('datasets', whole, file, `datasets.${dataType}`);
      for (const name of Object.keys(isObject(own) ? own : {})) {
        if (name in named)
          report(`datasets.${dataType}.${name}`, 'follows from where it stands: leave it out');
      }
    }
    joinScopes(id, familyScopes, scopes, report);
  }
  return {
    json: {
      ...json,
      ...(theoryOfChange === undefined ? {} : { theoryOfChange }),
      ...(serviceFiles.length === 0 ? {} : { ...parts, familyScopes: scopes }),
    },
    placeOf: (path) => {
      if (theoryOfChange !== undefined && path.startsWith(THEORY))
        return { file: THEORY_FILE, path: path.slice(THEORY.length).replace(/^\./, '') };
      const section = /^(?:services|datasets|agreements)\[\d+\]/.exec(path)?.[0];
      const place = section === undefined ? undefined : places.get(section);
      if (section === undefined || place === undefined) return { file: DEFINITION_FILE, path };
      const rest = path.slice(section.length);
      return { file: place.file, path: place.path === '' ? rest.replace(/^\./, '') : place.path + rest };
    },
  };
}

const withDefaults = (element: unknown, defaults: Readonly<Record<string, unknown>>): unknown =>
  isObject(element) ? { ...defaults, ...element } : element;

/** Adds a service to the family scopes that its file names. */
function joinScopes(id: string, named: unknown, scopes: readonly unknown[], report: Report): void {
  if (named === undefined) return;
  if (!Array.isArray(named)) return report('familyScopes', 'expected a list of scopes');
  for (const [index, name] of (named as unknown[]).entries()) {
    const scope = scopes.filter(isObject).find((candidate) => candidate['scope'] === name);
    if (scope === undefined) {
      report(`familyScopes[${index}]`, `no family scope "${String(name)}" in ${DEFINITION_FILE}`);
      continue;
    }
    Object.assign(scope, { services: [...listOf(scope, 'services'), id] });
  }
}
