import type { DatasetId, ServiceId } from '@kinledger/contracts';
import { datasetsOf, documentDigest, documentJson } from './definition-document.js';
import type { DefinitionDocument } from './definition-document.js';
import type { agreement, Dataset, ProgrammeDefinition, Service } from './definition/definition.js';
import type { PostcodeLookup } from './definition/postcode-lookup.js';
import type { z } from 'zod';

export type Agreement = z.infer<typeof agreement>;

/** A programme whose definition was read and checked, so that all references resolve. */
export interface Programme {
  readonly definition: ProgrammeDefinition;
  /** In the order of the definition. */
  readonly datasets: readonly Dataset[];
  dataset(id: string): Dataset | undefined;
  service(id: string): Service | undefined;
  agreement(id: string): Agreement | undefined;
  datasetsOf(service: ServiceId): readonly Dataset[];
  /** Session kinds that count towards reach; empty for a dataset that is not engagement. */
  qualifyingSessionKinds(dataset: DatasetId): ReadonlySet<string>;
  /** Definition and schemas as one JSON value, its canonical text, and the SHA-256 of that text. */
  readonly document: DefinitionDocument;
  readonly documentJson: string;
  readonly digest: string;
  /** Reads the programme’s postcode look-up; the first call reads the file, later ones share its result. */
  postcodeLookup(): Promise<PostcodeLookup>;
}

/**
 * Makes a programme from a document that was checked before, such as the one stored beside the ledger.
 * @param openLookup reads its postcode look-up.
 */
export function programmeOf(
  document: DefinitionDocument,
  openLookup: () => Promise<PostcodeLookup>,
): Programme {
  const { definition } = document;
  const datasets = datasetsOf(document);
  const datasetById = new Map<string, Dataset>(datasets.map((dataset) => [dataset.id, dataset]));
  const serviceById = new Map<string, Service>(definition.services.map((service) => [service.id, service]));
  const agreementById = new Map(definition.agreements.map((agreed) => [agreed.id, agreed]));
  const kindsByDataset = new Map<string, ReadonlySet<string>>(
    datasets.map(({ id, schema }) => [id, new Set(schema['x-kinledger'].sessionKinds)]),
  );
  let lookup: Promise<PostcodeLookup> | undefined;
  let json: string | undefined;
  let digest: string | undefined;
  return {
    definition,
    datasets,
    dataset: (id) => datasetById.get(id),
    service: (id) => serviceById.get(id),
    agreement: (id) => agreementById.get(id),
    datasetsOf: (service) => datasets.filter((dataset) => dataset.service === service),
    qualifyingSessionKinds: (dataset) => kindsByDataset.get(dataset) ?? new Set(),
    document,
    // On demand: the text is long, and few readers of a programme need it.
    get documentJson() {
      return (json ??= documentJson(document));
    },
    get digest() {
      return (digest ??= documentDigest(document));
    },
    postcodeLookup: () => (lookup ??= openLookup()),
  };
}
