import { datasetId } from '@kinledger/contracts';
import { canonicalJson, definitionDigest } from '@kinledger/domain';
import { permittedNames } from '@kinledger/derivations';
import { z } from 'zod';
import { datasetSchema, programmeDefinition } from './definition/definition.js';
import type { Dataset, DatasetSchema, ProgrammeDefinition, Service } from './definition/definition.js';
import { presentSchema } from './earlier-schema.js';

/**
 * A programme’s whole definition as one JSON value. It is stored beside the ledger, and `ProgrammeDefined` carries its
 * digest. Defaults are filled in, so that every version reads it alike; a document in an earlier form is converted on
 * reading.
 */
export const definitionDocument = z.strictObject({
  definition: programmeDefinition,
  schemas: z.record(datasetId, z.preprocess(presentSchema, datasetSchema)).describe('Schema by dataset id.'),
});
export type DefinitionDocument = z.infer<typeof definitionDocument>;

/** SHA-256 of the canonical JSON of the document, 64 hex digits. */
export const documentDigest = (document: DefinitionDocument): string => definitionDigest(document);

/** The canonical text of the document (RFC 8785), over which the digest is computed. */
export const documentJson = (document: DefinitionDocument): string => canonicalJson(document);

/**
 * The datasets of a document, in its order, each with its schema and its service.
 * @throws Error for an unchecked document with a dataset without schema or service.
 */
export function datasetsOf({ definition, schemas }: DefinitionDocument): readonly Dataset[] {
  const hashes = new Map<DatasetSchema, string>();
  const hashOf = (schema: DatasetSchema): string => {
    const known = hashes.get(schema) ?? definitionDigest(schema);
    hashes.set(schema, known);
    return known;
  };
  return definition.datasets.map((dataset) => {
    const schema = schemas[dataset.id];
    const serviceDefinition = definition.services.find(({ id }) => id === dataset.service);
    if (!schema || !serviceDefinition)
      throw new Error(`dataset ${dataset.id} lacks its schema or its service`);
    const derived = derivedIn(definition, dataset, serviceDefinition);
    return {
      ...dataset,
      schema,
      schemaHash: hashOf(schema),
      serviceDefinition,
      ...(derived.length === 0 ? {} : { derived }),
    };
  });
}

/**
 * What is derived in a dataset: what the programme’s profile has and its agreement permits, for rows of people, and for
 * outcomes of administrative sources, which send no others. What people did names them by the tokens of their own row.
 */
function derivedIn(
  { derivations, agreements }: ProgrammeDefinition,
  { dataType, agreement }: ProgrammeDefinition['datasets'][number],
  { administrative }: Service,
): readonly string[] {
  if (derivations === undefined || (dataType !== 'user' && !(administrative && dataType === 'outcome')))
    return [];
  const permitted = agreements.find(({ id }) => id === agreement)?.derivations;
  return permitted === undefined ? [] : permittedNames(permitted);
}
