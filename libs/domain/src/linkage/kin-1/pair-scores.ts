import { explainPair, levelNamed, RARITIES, ScoreTable, type Model } from '@kinledger/kin';
import type { Evidence } from '../evidence.js';
import type { Ground } from '../ground.js';
import { fieldNumber, type ComparedFieldName } from './compared-fields.js';
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

/** What a pair shows, apart from its score. */
export interface Agreement {
  /** Whether nothing that decides forbids an automatic link. The birth date must be there; the rest may be missing. */
  readonly mayLink: boolean;
  /** Two birth dates that no slip of the pen explains. */
  readonly birthDatesDiffer: boolean;
}

/** Scores pairs under one model: comparison, pattern and table are those of `@kinledger/kin`. */
export class PairScores {
  readonly #comparison = new PairComparison();
  readonly #table: ScoreTable;
  readonly #saysRarity: boolean;

  /** @throws Error if the model was made for other fields. */
  constructor(model: Model) {
    this.#table = new ScoreTable(this.#comparison.layout, model);
    this.#saysRarity = model.frequencies !== undefined;
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
    const birthDate = this.#levelOf('birth-date');
    const agrees = (field: DecidingField) => agreeing[field].has(this.#levelOf(field));
    const isMissing = (field: DecidingField) => this.#levelOf(field) === 0;
    return {
      mayLink:
        agrees('birth-date') &&
        (['given-name', 'given-name-part', 'gender', 'nhs-number'] as const).every(
          (field) => isMissing(field) || agrees(field),
        ),
      birthDatesDiffer: birthDate !== 0 && !agrees('birth-date'),
    };
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
        fields
          .filter(({ missing }) => !missing)
          .map(({ field, level }) => [field, this.#saysRarity ? level : withoutRarity(level)]),
      ),
    };
  }

  #levelOf(field: ComparedFieldName): number {
    const { layout, low, high } = this.#comparison;
    return layout.level(fieldNumber(field), low, high);
  }
}

/** Without a table of frequencies nobody knows how rare a value is on which two rows agree. */
const withoutRarity = (level: string): string => (level.startsWith('full, ') ? 'full' : level);

/** The rule of a link that rests on a score. */
export const SCORED = 'kin-1';
