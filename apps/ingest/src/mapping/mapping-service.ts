import { inTransaction } from '@kinledger/database';
import { sha256Hex } from '@kinledger/domain';
import { headerFingerprint, mappingFaults, type ConfirmedMapping } from '@kinledger/intake-files';
import type { Dataset } from '@kinledger/programme';
import { Problem, type Caller } from '@kinledger/service-kit';
import { Injectable, Logger } from '@nestjs/common';
import { IntakeContext } from '../intake-context.js';
import { datasetFor, mayActFor } from '../programme/dataset-access.js';
import { mappingUnknown } from './choose-mapping.js';
import {
  deleteMapping,
  insertVersion,
  lockMappingsOf,
  mappingsOfDataset,
  versionsOf,
} from './mapping-table.js';
import { mappingDigest, type SavedMapping } from './saved-mapping.js';

/** Files of a dataset have few forms: beyond this a provider deletes one that is no longer sent. */
export const MAX_MAPPINGS = 20;
const MAX_VERSIONS = 100;

export interface MappingToConfirm extends ConfirmedMapping {
  readonly dataset: string;
  /** All titles of the file. */
  readonly titles: readonly string[];
}

/** What accounts do with saved mappings. */
@Injectable()
export class MappingService {
  readonly #logger = new Logger('mappings');
  readonly #intake: IntakeContext;

  constructor(intake: IntakeContext) {
    this.#intake = intake;
  }

  /** The newest versions of a dataset's mappings. @throws Problem 403 or 404 */
  async list(caller: Caller, id: string): Promise<readonly SavedMapping[]> {
    const dataset = datasetFor(this.#intake.programme, caller, id);
    const all = await mappingsOfDataset(this.#intake.pool, dataset.id);
    return all.filter(({ provider }) => mayActFor(caller, provider));
  }

  /** All versions of a mapping, the newest first. @throws Problem 404 */
  async versions(
    caller: Caller,
    id: string,
  ): Promise<readonly [newest: SavedMapping, ...earlier: SavedMapping[]]> {
    const [newest, ...earlier] = await versionsOf(this.#intake.pool, id);
    if (newest === undefined || !mayActFor(caller, newest.provider)) throw mappingUnknown();
    return [newest, ...earlier];
  }

  /**
   * Saves a mapping, as the next version of the one for the same titles. Idempotent: what the newest version says
   * already makes no new one.
   * @throws Problem 403, 404, 409 or 422
   */
  async confirm(
    caller: Caller,
    { dataset: id, titles, columns, values }: MappingToConfirm,
  ): Promise<{ readonly saved: SavedMapping; readonly isNew: boolean }> {
    const dataset = datasetFor(this.#intake.programme, caller, id);
    requireFit(dataset, titles, { columns, values });
    const fingerprint = headerFingerprint(titles, sha256Hex);
    const { provider } = dataset.serviceDefinition;
    return inTransaction(this.#intake.pool, async (client) => {
      await lockMappingsOf(client, dataset.id);
      const all = (await mappingsOfDataset(client, dataset.id)).filter((one) => one.provider === provider);
      const newest = all.find((one) => one.fingerprint === fingerprint);
      if (newest !== undefined && mappingDigest(newest) === mappingDigest({ columns, values })) {
        return { saved: newest, isNew: false };
      }
      if (newest === undefined && all.length >= MAX_MAPPINGS) throw tooManyMappings();
      if ((newest?.version ?? 0) >= MAX_VERSIONS) throw tooManyVersions();
      const saved = await insertVersion(client, {
        ...{ mapping: newest?.mapping, version: (newest?.version ?? 0) + 1, provider, dataset: dataset.id },
        ...{ fingerprint, schemaHash: dataset.schemaHash, columns, values, savedBy: caller.person },
      });
      const { mapping, version } = saved;
      this.#logger.log({ mapping, version, dataset: dataset.id }, 'mapping saved');
      return { saved, isNew: true };
    });
  }

  /** Deletes a mapping with all its versions. @throws Problem 404 */
  async delete(caller: Caller, id: string): Promise<void> {
    const [{ mapping, dataset, version }] = await this.versions(caller, id);
    await deleteMapping(this.#intake.pool, mapping);
    this.#logger.log({ mapping, version, dataset }, 'mapping deleted');
  }
}

function requireFit(dataset: Dataset, titles: readonly string[], mapping: ConfirmedMapping): void {
  const faults = mappingFaults(dataset.schema, titles, mapping);
  if (faults.length === 0) return;
  throw new Problem(422, 'mapping-unfit', {
    detail:
      'The mapping cannot be used on files with these titles. Correct what is listed and confirm it again.',
    errors: faults,
  });
}

const tooManyMappings = () =>
  new Problem(409, 'too-many-mappings', {
    detail: `The dataset has mappings for ${MAX_MAPPINGS} kinds of file, which is the most that are kept. Delete one that is no longer sent.`,
  });

const tooManyVersions = () =>
  new Problem(409, 'too-many-versions', {
    detail: `The mapping has ${MAX_VERSIONS} versions, which is the most that are kept. Delete it, and confirm it again.`,
  });
