import { candidateKeys } from './candidate-keys.js';
import { MAX_DERIVED_VALUES } from './derivation.js';
import { asNamed, opKin1 } from './op-kin-1.js';

/** Digests that a source made of one derivation of a row. */
export interface DigestsOfDerivation {
  /** Name of a rung or candidate key of profile op-kin-1; on a child's row, with `carer-` where it rests on the carer's contacts. */
  readonly name: string;
  readonly version: number;
  /** 64 hex digits in upper case. */
  readonly digests: readonly string[];
}

interface Rule {
  readonly version: number;
  readonly domain: string;
  readonly sizes?: readonly number[];
}

const rules: ReadonlyMap<string, Rule> = new Map([
  ...opKin1.rungs.map(({ derivation }): [string, Rule] => [derivation.name, derivation]),
  ...candidateKeys.filter(({ plain }) => plain !== true).map((key): [string, Rule] => [key.name, key]),
]);

/** The rule of a name, with or without `carer-`; undefined if the profile has none of that name. */
export const derivationNamed = (name: string): Rule | undefined => rules.get(asNamed(name).name);

/** The longest cell that is read: as long as all derivations of two contacts of each kind. */
const LONGEST_CELL = 40_000;
const entryPattern = /^([a-z0-9-]{1,80})\/(\d{1,3})=([0-9A-Fa-f]{64}(?:,[0-9A-Fa-f]{64})*)$/;

/** A row's derived digests as one cell: `name/version=DIGEST,DIGEST name/version=DIGEST`, entries and digests in order. */
export const cellOfDigests = (entries: readonly DigestsOfDerivation[]): string =>
  entries
    .map(({ name, version, digests }) => `${name}/${version}=${[...digests].sort().join(',')}`)
    .sort()
    .join(' ');

/**
 * Reads such a cell. Undefined if it holds anything else: an unknown name or version, a digest that is none or stands there
 * twice, or a set that is not padded.
 */
export function digestsInCell(text: string): readonly DigestsOfDerivation[] | undefined {
  if (text.length > LONGEST_CELL) return undefined;
  const entries: DigestsOfDerivation[] = [];
  for (const said of text.trim().split(/\s+/)) {
    const [, name = '', version = '', list = ''] = entryPattern.exec(said) ?? [];
    const rule = derivationNamed(name);
    const digests = list.toUpperCase().split(',');
    if (rule?.version !== Number(version) || new Set(digests).size !== digests.length) return undefined;
    if (digests.length > MAX_DERIVED_VALUES || rule.sizes?.includes(digests.length) === false)
      return undefined;
    entries.push({ name, version: rule.version, digests });
  }
  return entries;
}
