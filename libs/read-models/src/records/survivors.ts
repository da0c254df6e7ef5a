import { ADDRESS_PROTECTED, type Attributes } from '@kinledger/contracts';
import { canonicalJson } from '@kinledger/domain';

/** The attribute that a protected address withholds. */
const AREA = 'lsoa';

/** What an individual is, as its table has it. */
export interface Survivor {
  /** JSON, by name. */
  readonly attributes: string;
  /** JSON: the number of the record that each attribute is from. */
  readonly provenance: string;
}

/**
 * The attributes that stand, of what the records of an individual say, from the record that counts least to the one that
 * counts most: what comes later overwrites. A protected address on any record withholds the area: no other service’s
 * record gives it away.
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

/** Attributes that survived, and where from, as the table has them; the area only where no address is protected. */
export function shown(attributes: Record<string, string>, provenance: Record<string, number>): Survivor {
  if (ADDRESS_PROTECTED in attributes && AREA in attributes) {
    const { [AREA]: _area, ...others } = attributes;
    const { [AREA]: _source, ...sources } = provenance;
    return shown(others, sources);
  }
  return { attributes: canonicalJson(attributes), provenance: canonicalJson(provenance) };
}
