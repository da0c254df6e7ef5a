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

/** The weight of a placement in its event, as the contract defines it. */
export const weightOf = (placement: Placement): number =>
  PLACEMENT_WEIGHT +
  (isLinked(placement) && placement.levels !== undefined ? canonicalBytes(placement.levels).length : 0);

/**
 * Collects the placements of one event. Where an event ends is part of the ledger's format: it depends on the
 * placements alone.
 */
export class PlacementList {
  readonly placements: Placement[] = [];
  /** Ordinals of the rows whose records enter the ledger with this event. */
  readonly rows: number[] = [];
  #weight = 0;

  get isEmpty(): boolean {
    return this.placements.length === 0;
  }

  /** Whether the event must end here. */
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

/** Collects the families of one event. */
export class FamilyList {
  #families: LinkedFamily[] = [];
  #members = 0;

  get isEmpty(): boolean {
    return this.#families.length === 0;
  }

  /** How many more members can join or leave in this event. */
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

  /** Ends the event: returns its families and empties the list. */
  take(): LinkedFamily[] {
    const families = this.#families;
    this.#families = [];
    this.#members = 0;
    return families;
  }
}
