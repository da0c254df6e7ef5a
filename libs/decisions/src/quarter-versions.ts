import type { QuarterVersions } from '@kinledger/contracts';
import { canonicalJson, sha256Hex } from '@kinledger/domain';
import type { Programme } from '@kinledger/programme';
import { adoptedStrategyOf } from './adoption.js';

/** What figures are computed by, as the program at work has it. */
export type FiguresInForce = Pick<QuarterVersions, 'figures' | 'disclosure' | 'readModels'>;

/** All that the figures of a quarter depend on that is closed under this definition, by this program. */
export function quarterVersionsOf(
  { definition, digest }: Pick<Programme, 'definition' | 'digest'>,
  inForce: FiguresInForce,
): QuarterVersions {
  const { authority, area } = definition;
  return {
    definition: digest,
    strategy: adoptedStrategyOf(definition).digest,
    authority: digestOf(authority),
    area: { boundaryYear: area.boundaryYear, digest: digestOf(area) },
    ...inForce,
  };
}

const digestOf = (value: unknown): string => sha256Hex(canonicalJson(value));
