import { datasetId } from '@kinledger/contracts';
import { canonicalJson, definitionDigest } from '@kinledger/domain';
import { z } from 'zod';
import { datasetSchema, programmeDefinition } from './definition/definition.js';
import type { Dataset } from './definition/definition.js';
import { presentSchema } from './earlier-schema.js';

/**
 * All that a programme’s definition says, in one JSON value: what is stored beside the ledger, and whose digest
 * `ProgrammeDefined` carries. Defaults are filled in, so that it means the same to a reader of any version; what was
 * stored in an earlier form reads as one of today.
 */
export const definitionDocument = z.strictObject({
  definition: programmeDefinition,
  schemas: z.record(datasetId, z.preprocess(presentSchema, datasetSchema)).describe('Schema by dataset id.'),
});
export type DefinitionDocument = z.infer<typeof definitionDocument>;

/** SHA-256 of the canonical JSON of the document, 64 hex digits. */
export const documentDigest = (document: DefinitionDocument): string => definitionDigest(document);

/** The bytes that the digest is of, as text (RFC 8785). */
export const documentJson = (document: DefinitionDocument): string => canonicalJson(document);

/**
 * The datasets of a document, in its order, each with its schema and its service.
 * @throws Error for a document that was never checked: a dataset without schema or service.
 */
export function datasetsOf({ definition, schemas }: DefinitionDocument): readonly Dataset[] {
  return definition.datasets.map((dataset) => {
    const schema = schemas[dataset.id];
    const serviceDefinition = definition.services.find(({ id }) => id === dataset.service);
    if (!schema || !serviceDefinition)
      throw new Error(`dataset ${dataset.id} lacks its schema or its service`);
    return { ...dataset, schema, schemaHash: definitionDigest(schema), serviceDefinition };
  });
}
