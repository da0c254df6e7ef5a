import { checkSchema } from './check-schema.js';
import { withCodeSystems } from './code-system-lists.js';
import { datasetSchema, type Dataset, type DatasetSchema } from './definition/definition.js';
import type { ConsentForm } from './definition/governance.js';
import { jsonPath, type Problem } from './problem.js';

/**
 * Reads the schema of the file that a source holds in clear and pseudonymises before it sends it: as a schema of the
 * same dataset, had it not been pseudonymised at source.
 * @param file name of the schema, for problems.
 * @returns the schema, or every fault of it.
 */
export function readClearSchema(
  json: unknown,
  file: string,
  dataset: Dataset,
  consentForms: readonly ConsentForm[],
): { readonly schema?: DatasetSchema; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const report = (path: string, message: string) => problems.push({ file, path, message });
  const read = datasetSchema.safeParse(json);
  for (const issue of read.error?.issues ?? []) report(jsonPath(issue.path), issue.message);
  if (read.data === undefined) return { problems };
  const schema = withCodeSystems(read.data, consentForms, report);
  const { id, dataType, serviceDefinition } = dataset;
  checkSchema(schema, { id, dataType, pseudonymisedAtSource: false }, serviceDefinition, report);
  return problems.length > 0 ? { problems } : { schema, problems };
}
