import { ADDRESS_PROTECTED, type Attributes } from '@kinledger/contracts';
import { canonicalJson } from '@kinledger/domain';

/** The attribute that is withheld for a protected address. */
const AREA = 'lsoa';

/** Columns of an individual in its table. */
export interface Survivor {
  /** JSON, by name of the attribute. */
  readonly attributes: string;
  /** JSON: the number of the record that each attribute came from. */
  readonly provenance: string;
}

/**
 * The surviving attributes of an individual's records, ordered from the lowest rank to the highest: later values
 * overwrite earlier ones. A protected address on any record withholds the area, so that no other service’s record
 * discloses it.
 */
export function survivorOf(
  records: readonly { readonly number: number; readonly attributes: Attributes }[],
): Survivor {
  const attributes: Record<string, string> = {};
  const provenance: Record<string, number> = {};
  for (const { number, attributes: said } of records) {
    for (const [name, value] of Object.entries(said)) {
      attributes[name] = value;
      provenance[name] = number;
    }
  }
  return shown(attributes, provenance);
}

/** Surviving attributes and their provenance in the format of the table; the area only if no address is protected. */
export function shown(attributes: Record<string, string>, provenance: Record<string, number>): Survivor {
  if (ADDRESS_PROTECTED in attributes && AREA in attributes) {
    const { [AREA]: _area, ...others } = attributes;
    const { [AREA]: _source, ...sources } = provenance;
    return shown(others, sources);
  }
  return { attributes: canonicalJson(attributes), provenance: canonicalJson(provenance) };
}
