import type { DatasetSchema } from './definition/definition.js';
import { isDerivedKind } from './definition/value-kind.js';
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
      identifiers.length > 0 ||
      target !== undefined ||
      (format === 'derived-digests' && agreement.derivations !== undefined) ||
      isDerivedKind(format ?? '') ||
      inKey.has(field.name);
    if (leaves && !permitted.includes(field.name))
      report(`fields[${index}]`, `agreement "${agreement.id}" does not permit "${field.name}"`);
  });
}

/** Refuses names and addresses of which nothing may be made: they would be asked for without need. */
export function checkDerivedFields(
  schema: DatasetSchema,
  { id, derivations }: Agreement,
  profile: string | undefined,
  report: Report,
): void {
  schema.fields.forEach(({ name, 'x-kinledger': { format } }, index) => {
    if (format === undefined || !isDerivedKind(format)) return;
    const path = `fields[${index}]`;
    if (profile === undefined)
      report(
        path,
        `nothing is made of "${name}" without derivations: set them to "op-kin-1", or leave it out`,
      );
    if (derivations?.fields.includes(format) !== true)
      report(path, `agreement "${id}" does not permit anything derived of a ${format}: leave "${name}" out`);
  });
}
