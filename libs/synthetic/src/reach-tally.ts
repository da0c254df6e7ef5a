import type { PeriodCode } from '@kinledger/contracts';
import type { Household } from './household.js';
import type { Plan } from './plan.js';

export interface ReachCounts {
  readonly children: number;
  readonly adults: number;
  /** Families with at least one member who took part. */
  readonly families: number;
}

export interface ReachOfScope extends ReachCounts {
  /** By deprivation decile of the home, 1 the most deprived. */
  readonly byDecile: Readonly<Record<string, ReachCounts>>;
}

export interface ReachOfPeriod {
  readonly programme: ReachOfScope;
  readonly strands: Readonly<Record<string, ReachOfScope>>;
  readonly services: Readonly<Record<string, ReachOfScope>>;
}

/** True reach: distinct people with a qualifying engagement dated in the period. */
export interface TrueReach {
  readonly periods: Readonly<Record<PeriodCode, ReachOfPeriod>>;
  /** Over all quarters together. */
  readonly lifetime: ReachOfPeriod;
}

const DECILES = 10;
const CHILDREN = 0;
const ADULTS = 1;
const FAMILIES = 2;
const KINDS = 3;

/**
 * Counts reach one household at a time. Each person belongs to one household, so sums over households count each person
 * once, and memory holds only the counters.
 */
export class ReachTally {
  readonly #scopes: readonly {
    id: string;
    kind: 'programme' | 'strand' | 'service';
    services: readonly number[];
  }[];
  readonly #counts: Float64Array;
  readonly #periods: number;
  readonly #services: number;
  /** Engagement of the present household: member × quarter × service. */
  #engaged = new Uint8Array(0);
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
    const strands = [...new Set(plan.services.flatMap(({ service }) => service.strand ?? []))];
    const counted = plan.services.filter(({ service }) => !service.administrative);
    this.#scopes = [
      { id: 'programme', kind: 'programme', services: counted.map(({ index }) => index) },
      ...strands.map((id) => ({
        id,
        kind: 'strand' as const,
        services: counted.filter(({ service }) => service.strand === id).map(({ index }) => index),
      })),
      ...counted.map(({ service, index }) => ({
        id: service.id,
        kind: 'service' as const,
        services: [index],
      })),
    ];
    this.#services = plan.services.length;
    this.#periods = plan.quarters.length + 1;
    this.#counts = new Float64Array(this.#periods * this.#scopes.length * KINDS * (DECILES + 1));
  }

  /** Begins a household, after `add` for the one before. */
  begin({ carers, children }: Household): void {
    const cells = (carers.length + children.length) * this.#plan.quarters.length * this.#services;
    if (this.#engaged.length < cells) this.#engaged = new Uint8Array(cells);
    else this.#engaged.fill(0);
  }

  /** @param member index in the household: carers first, then children. */
  engaged(member: number, quarter: number, service: number): void {
    this.#engaged[(member * this.#plan.quarters.length + quarter) * this.#services + service] = 1;
  }

  /** Adds the present household to the counts. */
  add({ carers, children, decile }: Household): void {
    const quarters = this.#plan.quarters.length;
    const members = carers.length + children.length;
    this.#scopes.forEach(({ services }, scope) => {
      let familyEver = false;
      const familyIn = new Array<boolean>(quarters).fill(false);
      for (let member = 0; member < members; member++) {
        const kind = member < carers.length ? ADULTS : CHILDREN;
        let ever = false;
        for (let quarter = 0; quarter < quarters; quarter++) {
          const base = (member * quarters + quarter) * this.#services;
          if (!services.some((service) => this.#engaged[base + service] === 1)) continue;
          this.#count(quarter, scope, kind, decile);
          familyIn[quarter] = true;
          ever = true;
        }
        if (ever) this.#count(quarters, scope, kind, decile);
        familyEver ||= ever;
      }
      familyIn.forEach((reached, quarter) => {
        if (reached) this.#count(quarter, scope, FAMILIES, decile);
      });
      if (familyEver) this.#count(quarters, scope, FAMILIES, decile);
    });
  }

  reach(): TrueReach {
    return {
      periods: Object.fromEntries(
        this.#plan.quarters.map(({ period }, index) => [period.code, this.#reachOf(index)]),
      ),
      lifetime: this.#reachOf(this.#periods - 1),
    };
  }

  #reachOf(period: number): ReachOfPeriod {
    const of = (kind: 'strand' | 'service') =>
      Object.fromEntries(
        this.#scopes.flatMap((scope, index) =>
          scope.kind === kind ? [[scope.id, this.#reachIn(period, index)]] : [],
        ),
      );
    return { programme: this.#reachIn(period, 0), strands: of('strand'), services: of('service') };
  }

  #reachIn(period: number, scope: number): ReachOfScope {
    const counts = (decile: number): ReachCounts => ({
      children: this.#counts[this.#place(period, scope, CHILDREN, decile)] ?? 0,
      adults: this.#counts[this.#place(period, scope, ADULTS, decile)] ?? 0,
      families: this.#counts[this.#place(period, scope, FAMILIES, decile)] ?? 0,
    });
    const deciles = Array.from({ length: DECILES }, (_, index) => index + 1);
    return {
      ...counts(0),
      byDecile: Object.fromEntries(deciles.map((decile) => [String(decile), counts(decile)])),
    };
  }

  /** Adds one to a decile and to decile 0, which is the total. */
  #count(period: number, scope: number, kind: number, decile: number): void {
    for (const place of [this.#place(period, scope, kind, 0), this.#place(period, scope, kind, decile)]) {
      this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    }
  }

  #place(period: number, scope: number, kind: number, decile: number): number {
    return ((period * this.#scopes.length + scope) * KINDS + kind) * (DECILES + 1) + decile;
  }
}
