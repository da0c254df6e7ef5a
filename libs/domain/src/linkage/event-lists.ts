import {
  isLinked,
  MAX_KIN_PER_EVENT,
  MAX_MEMBERS_PER_EVENT,
  MAX_PLACEMENTS_PER_EVENT,
  MAX_WEIGHT_PER_EVENT,
  PLACEMENT_WEIGHT,
  type DataOf,
  type FamiliesLinked,
  type Placement,
} from '@kinledger/contracts';
import { canonicalBytes } from '../ledger/canonical-json.js';

/** What a placement weighs in its event, as the contract says. */
export const weightOf = (placement: Placement): number =>
  PLACEMENT_WEIGHT +
  (isLinked(placement) && placement.levels !== undefined ? canonicalBytes(placement.levels).length : 0);

/** Placements of one event, as they come. Where the event ends is ledger format: it follows from the placements alone. */
export class PlacementList {
  readonly placements: Placement[] = [];
  /** Ordinals of the rows that bring the records, where they enter the ledger here. */
  readonly rows: number[] = [];
  #weight = 0;

  get isEmpty(): boolean {
    return this.placements.length === 0;
  }

  /** Whether the event ends here. */
  get isFull(): boolean {
    return this.placements.length >= MAX_PLACEMENTS_PER_EVENT || this.#weight >= MAX_WEIGHT_PER_EVENT;
  }

  add(placement: Placement, row?: number): void {
    this.placements.push(placement);
    if (row !== undefined) this.rows.push(row);
    this.#weight += weightOf(placement);
  }
}

type LinkedFamily = DataOf<typeof FamiliesLinked>['families'][number];

/** Families of one event, as they come. */
export class FamilyList {
  #families: LinkedFamily[] = [];
  #members = 0;

  get isEmpty(): boolean {
    return this.#families.length === 0;
  }

  /** How many members may still join or leave in this event. */
  get room(): number {
    return MAX_MEMBERS_PER_EVENT - this.#members;
  }

  get isFull(): boolean {
    return this.#families.length === MAX_KIN_PER_EVENT || this.room === 0;
  }

  add(family: LinkedFamily): void {
    this.#families.push(family);
    this.#members += family.joined.length + family.left.length;
  }

  /** The families of the event, which ends here. */
  take(): LinkedFamily[] {
    const families = this.#families;
    this.#families = [];
    this.#members = 0;
    return families;
  }
}
