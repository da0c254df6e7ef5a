import type { QuarterVersions } from '@kinledger/contracts';
import { canonicalJson, sha256Hex } from '@kinledger/domain';
import type { Programme } from '@kinledger/programme';
import { adoptedStrategyOf } from './adoption.js';

/** What figures are computed by, as the program at work has it. */
export type FiguresInForce = Pick<QuarterVersions, 'figures' | 'disclosure' | 'readModels'> & {
  /** The profile of disclosure control by the rule that a definition names; `disclosure` where it names none. */
  readonly disclosureByRule?: Readonly<Record<string, string>>;
};

/** All that the figures of a quarter depend on that is closed under this definition, by this program. */
export function quarterVersionsOf(
  { definition, digest }: Pick<Programme, 'definition' | 'digest'>,
  { disclosureByRule = {}, disclosure: usual, ...inForce }: FiguresInForce,
): QuarterVersions {
  const { authority, area, disclosure: rule } = definition;
  const disclosure = rule === undefined ? usual : disclosureByRule[rule];
  if (disclosure === undefined)
    throw new Error(`this program has no rule of disclosure control ${rule ?? ''}`);
  return {
    definition: digest,
    strategy: adoptedStrategyOf(definition).digest,
    authority: digestOf(authority),
    area: { boundaryYear: area.boundaryYear, digest: digestOf(area) },
    ...inForce,
    disclosure,
  };
}

const digestOf = (value: unknown): string => sha256Hex(canonicalJson(value));
