import {
  explainPair,
  levelNamed,
  modelHash,
  RARITIES,
  ScoreTable,
  stratumNumber,
  type Model,
} from '@kinledger/kin';
import type { Evidence } from '../evidence.js';
import type { Ground } from '../ground.js';
import type { LinkCondition, MatchWeights, MissingSide } from '../pair-account.js';
import { channels } from './channels.js';
import { fieldNumber, type ComparedFieldName } from './compared-fields.js';
import { patternOfLevels, weightsOfPattern } from './match-weights.js';
import { PairComparison, stratumOf } from './pair-comparison.js';

/** A child and an adult are two people, whatever agrees. In millibits. */
const CHILD_AND_ADULT = -400_000;

const date = (name: string) => levelNamed('birth-date', name);
const given = (name: string) => levelNamed('given-name', name);

/** Levels at which a field speaks for one person (kin-study, "Auto-link band"). */
const agreeing = {
  'birth-date': new Set([
    date('full'),
    date('day and month swapped'),
    date('year and month, one edit'),
    date('year and month'),
  ]),
  'given-name': new Set([
    ...Array.from({ length: RARITIES }, (_, rarity) => rarity + 1),
    given('nickname'),
    given('one edit'),
    given('swapped with surname'),
  ]),
  'given-name-part': new Set(Array.from({ length: RARITIES }, (_, rarity) => rarity + 1)),
  gender: new Set([levelNamed('gender', 'full')]),
  'nhs-number': new Set([levelNamed('nhs-number', 'full')]),
} satisfies Partial<Record<ComparedFieldName, ReadonlySet<number>>>;
type DecidingField = keyof typeof agreeing;
const decidingFields = Object.keys(agreeing) as DecidingField[];

/** Pairs of a child and an adult are not scored by the model. */
const scoredStrata = [stratumNumber('child'), stratumNumber('adult')];

/** Levels at which a place or a contact agrees well enough to back a link. */
const shared = {
  postcode: new Set([levelNamed('postcode', 'full')]),
  address: new Set([levelNamed('address', 'full'), levelNamed('address', 'one edit')]),
  email: new Set([levelNamed('email', 'full'), levelNamed('email', 'one edit')]),
  mobile: new Set([levelNamed('mobile', 'full'), levelNamed('mobile', 'one edit')]),
} satisfies Partial<Record<ComparedFieldName, ReadonlySet<number>>>;
type SharedField = keyof typeof shared;
/** The condition that something backs a birth date, a gender and a few letters, which strangers may share. */
const BACKING = 'contact-or-place';
const CHILD_KEY = channels.numberOf('child-key');

const childKeysOf = ({ tokens, channels: kinds }: Evidence): readonly number[] =>
  tokens.filter((_, at) => kinds[at] === CHILD_KEY);
/** Whether both have a child key, and none in common. */
function haveOtherKeys(one: Evidence, other: Evidence): boolean {
  const [mine, theirs] = [childKeysOf(one), childKeysOf(other)];
  return mine.length > 0 && theirs.length > 0 && !mine.some((key) => theirs.includes(key));
}

/** What a pair shows, apart from its score. */
export interface Agreement {
  /**
   * Whether nothing that decides forbids an automatic link. The birth date must be there; of the rest that decides, anything may be
   * missing. Two strangers may well share a birth date, a gender and three letters of a name, or a birth date, a gender and a
   * postcode. So without two whole names a contact, the NHS number or the place has to agree, and the place is not enough
   * if there are no letters of a name either, or if both rows have a child key and the keys differ, which means that their carers'
   * emails do. Two whole names that are one letter apart need a contact or the NHS number too: twins are called Amelia and Amelie,
   * and have birth date, surname and place in common.
   */
  readonly mayLink: boolean;
  /** Two birth dates that no slip of the pen explains. */
  readonly birthDatesDiffer: boolean;
}

/** Scores pairs under one model: comparison, pattern and table are those of `@kinledger/kin`. */
export class PairScores {
  readonly #comparison = new PairComparison();
  readonly #table: ScoreTable;
  readonly #model: Model;
  #hash: string | undefined;

  /** @throws Error if the model was made for other fields. */
  constructor(model: Model) {
    this.#table = new ScoreTable(this.#comparison.layout, model);
    this.#model = model;
  }

  /** In millibits. */
  scoreOf(one: Evidence, other: Evidence): number {
    if (one.child !== other.child) return CHILD_AND_ADULT;
    const comparison = this.#comparison;
    comparison.compare(one, other);
    return this.#table.score(stratumOf(one, other), comparison.low, comparison.high);
  }

  agreementOf(one: Evidence, other: Evidence): Agreement {
    this.#comparison.compare(one, other);
    return {
      mayLink:
        decidingFields.every((field) => this.#outcomeOf(field) !== 'failed') && this.#isBacked(one, other),
      birthDatesDiffer: this.#levelOf('birth-date') !== 0 && this.#outcomeOf('birth-date') === 'failed',
    };
  }

  /** What has to agree before a score links two records, and whether it does. */
  conditionsOf(one: Evidence, other: Evidence): readonly LinkCondition[] {
    this.#comparison.compare(one, other);
    return [
      ...decidingFields.map((field) => ({ condition: field, outcome: this.#outcomeOf(field) })),
      { condition: BACKING, outcome: this.#isBacked(one, other) ? 'held' : 'failed' },
    ];
  }

  #isBacked(one: Evidence, other: Evidence): boolean {
    const isStated = (field: DecidingField) => this.#levelOf(field) !== 0;
    const isShared = (field: SharedField) => shared[field].has(this.#levelOf(field));
    if (this.#outcomeOf('nhs-number') === 'held' || isShared('email') || isShared('mobile')) return true;
    if (isStated('given-name')) return this.#levelOf('given-name') !== given('one edit');
    if (!isStated('given-name-part') || haveOtherKeys(one, other)) return false;
    return isShared('postcode') || isShared('address');
  }

  /** Two records have to state a birth date that agrees; what else one of them does not state is not asked for. */
  #outcomeOf(field: DecidingField): LinkCondition['outcome'] {
    const level = this.#levelOf(field);
    if (agreeing[field].has(level)) return 'held';
    return level === 0 && field !== 'birth-date' ? 'missing' : 'failed';
  }

  /** How a pair comes to its score. */
  weigh(one: Evidence, other: Evidence): MatchWeights {
    const comparison = this.#comparison;
    comparison.compare(one, other);
    const pattern = { low: comparison.low, high: comparison.high };
    const [mine, theirs] = [comparison.wholesOf(one), comparison.wholesOf(other)];
    const missingOf = (field: number): MissingSide => {
      if (mine[field] === 0) return theirs[field] === 0 ? 'both' : 'first';
      return theirs[field] === 0 ? 'second' : 'neither';
    };
    return this.#weigh(stratumOf(one, other), pattern, missingOf);
  }

  /** How levels that the ledger states of two children or two adults come to their score; undefined if they do not. */
  weighLevels(levels: Readonly<Record<string, string>>, score: number): MatchWeights | undefined {
    const pattern = patternOfLevels(this.#comparison.layout, levels);
    if (pattern === undefined) return undefined;
    const stratum = scoredStrata.find((one) => this.#table.score(one, pattern.low, pattern.high) === score);
    return stratum === undefined ? undefined : this.#weigh(stratum, pattern, () => 'either');
  }

  #weigh(
    stratum: number,
    pattern: { readonly low: number; readonly high: number },
    missingOf: (field: number) => MissingSide,
  ): MatchWeights {
    this.#hash ??= modelHash(this.#model);
    const { layout } = this.#comparison;
    const known = { layout, table: this.#table, stratum, ...pattern };
    return weightsOfPattern(known, this.#hash, (level) => this.#named(level), missingOf);
  }

  /** Without a table of common names nobody knows how rare a value is on which two rows agree. */
  #named(level: string): string {
    return this.#model.frequencies === undefined ? withoutRarity(level) : level;
  }

  /** Why the pair belongs together: its score and the level of each field that both have. */
  groundOf(one: Evidence, other: Evidence): Ground {
    const score = this.scoreOf(one, other);
    const { layout, low, high } = this.#comparison;
    const { fields } = explainPair(layout, this.#table, stratumOf(one, other), low, high);
    return {
      rule: SCORED,
      score,
      levels: Object.fromEntries(
        fields.filter(({ missing }) => !missing).map(({ field, level }) => [field, this.#named(level)]),
      ),
    };
  }

  #levelOf(field: ComparedFieldName): number {
    const { layout, low, high } = this.#comparison;
    return layout.level(fieldNumber(field), low, high);
  }
}

const withoutRarity = (level: string): string => (level.startsWith('full, ') ? 'full' : level);

/** The rule of a link that rests on a score. */
export const SCORED = 'kin-1';
