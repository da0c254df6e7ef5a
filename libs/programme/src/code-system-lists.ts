import { codedListOf } from './definition/code-systems/code-system.js';
import type { ConsentForm } from './definition/governance.js';
import type { DatasetField, DatasetSchema } from './definition/definition.js';
import type { Report } from './problem.js';

/**
 * Writes the lists of the named code systems into a schema, so that the definition document says how each value was
 * read, whatever a later version of a code system says. Spellings of the schema’s own are added, and win.
 */
export function withCodeSystems(
  schema: DatasetSchema,
  consentForms: readonly ConsentForm[],
  report: Report,
): DatasetSchema {
  const versions = consentForms.map(({ version }) => version);
  return {
    ...schema,
    fields: schema.fields.map((field, index) =>
      withList(field, versions, (path, message) => report(`fields[${index}].${path}`, message)),
    ),
  };
}

function withList(field: DatasetField, versions: readonly string[], report: Report): DatasetField {
  const { codeSystem, valueMap } = field['x-kinledger'];
  if (codeSystem === undefined) return field;
  if (field.constraints.enum !== undefined) {
    report('constraints.enum', `code system "${codeSystem}" lists the values: leave this out`);
    return field;
  }
  if (codeSystem === 'consent-form-version' && versions.length === 0) {
    report('x-kinledger.codeSystem', 'programme.json lists no consentForms');
    return field;
  }
  const list = codedListOf(codeSystem, versions);
  return {
    ...field,
    constraints: { ...field.constraints, enum: [...list.codes] },
    'x-kinledger': { ...field['x-kinledger'], valueMap: { ...list.valueMap, ...valueMap } },
  };
}
