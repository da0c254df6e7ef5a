import { sha256Hex } from '@kinledger/domain';
import {
  fileRefused,
  headerFingerprint,
  mappingFaults,
  withChosenCodes,
  type FileRefused,
} from '@kinledger/intake-files';
import type { Queryable } from '@kinledger/landing-store';
import type { Dataset } from '@kinledger/programme';
import { Problem } from '@kinledger/service-kit';
import { mappingsOfDataset, versionsOf } from './mapping-table.js';
import type { SavedMapping, WantedMapping } from './saved-mapping.js';

/**
 * The saved mappings that a file of a dataset may be read by: the newest version of each, only the version that its
 * sender asks for, or none. A dataset has one provider; a mapping of an earlier one is not used.
 * @throws Problem 404 for a version that does not exist.
 */
export async function mappingsFor(
  client: Queryable,
  dataset: Dataset,
  wanted: WantedMapping | undefined,
): Promise<readonly SavedMapping[]> {
  if (wanted === 'none') return [];
  const { provider } = dataset.serviceDefinition;
  const found =
    wanted === undefined
      ? await mappingsOfDataset(client, dataset.id)
      : (await versionsOf(client, wanted.mapping)).filter(({ version }) => version === wanted.version);
  const usable = found.filter((one) => one.provider === provider && one.dataset === dataset.id);
  if (wanted !== undefined && usable.length === 0) throw mappingUnknown();
  return usable;
}

/**
 * The mapping by which a file with a header is read; undefined if none was saved for that header.
 * @throws FileRefused for a mapping that no longer fits the dataset's schema, or that was asked for and is for another
 * header: nothing is read by only a part of it.
 */
export function mappingForHeader(
  mappings: readonly SavedMapping[],
  dataset: Dataset,
  header: readonly string[],
  wanted: WantedMapping | undefined,
): SavedMapping | undefined {
  const fingerprint = headerFingerprint(header, sha256Hex);
  const saved = mappings.find((one) => one.fingerprint === fingerprint);
  if (saved === undefined) {
    if (wanted !== undefined && wanted !== 'none') throw ofAnotherHeader();
    return undefined;
  }
  const faults = mappingFaults(dataset.schema, header, saved);
  if (faults.length > 0) throw outdated(saved, faults);
  return saved;
}

/** The dataset with the values of a mapping among the spellings of its codes. */
export const withMapping = (dataset: Dataset, saved: SavedMapping | undefined): Dataset =>
  saved === undefined ? dataset : { ...dataset, schema: withChosenCodes(dataset.schema, saved.values) };

export const mappingUnknown = (): Problem =>
  new Problem(404, 'mapping-unknown', {
    detail: 'There is no such mapping of yours. It may have been deleted.',
  });

const outdated = ({ mapping, version }: SavedMapping, faults: FileRefused['places']): FileRefused =>
  fileRefused(
    'mapping-outdated',
    `The mapping ${mapping}, version ${version}, was saved for files with these titles and no longer fits the dataset, whose schema has changed. Confirm it again (kinledger submit --map, or POST /v1/mappings), delete it (kinledger mappings delete ${mapping}), or send the file with mapping=none to read it without.`,
    faults,
  );

const ofAnotherHeader = (): FileRefused =>
  fileRefused(
    'mapping-outdated',
    'The mapping that was asked for is for files with other titles. Leave it out, or name the one for this file.',
  );
