import type { FigureInForce, QuarterVersions } from '@kinledger/contracts';
import { canonicalJson, sha256Hex } from '@kinledger/domain';
import { TABLES_VERSION } from '@kinledger/read-models';
import type { Figure } from '../figure.js';
import { nameOf } from '../publication.js';
import { figures } from '../registry.js';
import { profileInForce, profilesInForce } from '../disclosure/disclosure-profiles.js';

const inForceOf = (figure: Figure): FigureInForce => {
  const { parameters, returns, sql } = figure;
  return { figure: nameOf(figure), digest: sha256Hex(canonicalJson({ parameters, returns, sql })) };
};

/** The newest version of every figure that closes with a quarter, in the order of the registry. */
export const newestFigures = (all: readonly Figure[] = figures): readonly Figure[] =>
  all.filter(
    ({ id, version, closesWithQuarter }) =>
      closesWithQuarter && all.every((other) => other.id !== id || other.version <= version),
  );

/** What a quarter is closed with now: the newest version of each of its figures. */
export const figuresInForce = (): Pick<QuarterVersions, 'figures' | 'disclosure' | 'readModels'> & {
  /** Instead of `disclosure`, by the rule that the definition names. */
  readonly disclosureByRule: Readonly<Record<string, string>>;
} => ({
  figures: newestFigures().map((figure) => inForceOf(figure)),
  disclosure: nameOf(profileInForce),
  disclosureByRule: Object.fromEntries(
    [...profilesInForce].map(([rule, profile]) => [rule, nameOf(profile)]),
  ),
  readModels: TABLES_VERSION,
});
