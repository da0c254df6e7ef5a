import type { DatasetSchema } from './definition/definition.js';
import type { Agreement } from './programme.js';
import type { Report } from './problem.js';

/** Checks that a schema lets nothing leave the restricted zone beyond what the agreement permits. */
export function checkPermittedFields(schema: DatasetSchema, agreement: Agreement, report: Report): void {
  const { permittedFields: permitted } = agreement;
  if (permitted === undefined) return;
  const inKey = new Set(Object.values(schema['x-kinledger'].childKey ?? {}));
  schema.fields.forEach((field, index) => {
    const { identifiers, target, format } = field['x-kinledger'];
    const leaves =
      identifiers.length > 0 || target !== undefined || format === 'derived-digests' || inKey.has(field.name);
    if (leaves && !permitted.includes(field.name))
      report(`fields[${index}]`, `agreement "${agreement.id}" does not permit "${field.name}"`);
  });
}
