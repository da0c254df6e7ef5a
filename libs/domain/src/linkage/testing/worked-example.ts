import type { RecordId, Role, RowKey, SubmissionId } from '@kinledger/contracts';
import { expect } from 'vitest';
import type { FamilyScope } from '../decider.js';
import type { Strategy } from '../strategy.js';
import { liveRecords, summaryOf } from './live-set.js';
import { LinkageWorld, rowKeyOf, testStrategy, type RowSpec, type TokenSpec } from './linkage-world.js';

/** A row of a worked example. Its name is its row id; its dataset determines what it is. */
export interface ExampleRow extends RowSpec {
  readonly dataset: string;
}

const inDataset =
  (dataset: string, role: Role) =>
  (id: string, ...tokens: TokenSpec[]): ExampleRow => ({ id, role, dataset, tokens });

export const adult = inDataset('stay.user', 'adult');
export const child = inDataset('stay.user', 'child');
export const volunteer = inDataset('stay.user', 'volunteer');
export const adultElsewhere = inDataset('play.user', 'adult');
export const childElsewhere = inDataset('play.user', 'child');
export const adultSession = inDataset('stay.engagement', 'adult');
export const childSession = inDataset('stay.engagement', 'child');
export const volunteerSession = inDataset('stay.engagement', 'volunteer');

/** The result for some rows, in their names. A person is named by all of their rows, as in `a+b`. */
export interface Outcome {
  readonly people: readonly string[];
  /** `row reason`. */
  readonly setAside: readonly string[];
  /** `domain ambiguous: subject / candidates`, or `domain reason: one / other` with a line for each pair. */
  readonly referrals: readonly string[];
  /** `kind domain: child / other`. */
  readonly kin: readonly string[];
  /** `scope: members`, with `(review)` if the family is in review. */
  readonly families: readonly string[];
}

/** A world that takes rows by name and gives its results by the same names. */
export class WorkedExample {
  readonly world: LinkageWorld;
  readonly #names = new Map<RowKey, string>();
  readonly #withdrawn = new Set<SubmissionId>();
  #files = 0;

  constructor(familyScopes: readonly FamilyScope[] = [], strategy: Strategy = testStrategy) {
    this.world = new LinkageWorld(familyScopes, strategy);
  }

  /** Submits the rows in one file per dataset, and returns the files. */
  add(...rows: readonly ExampleRow[]): readonly SubmissionId[] {
    for (const { dataset, id } of rows) this.#names.set(rowKeyOf(dataset, id), id);
    return [...new Set(rows.map(({ dataset }) => dataset))].map((dataset) =>
      this.world.submit({
        ...{ dataset, sequence: ++this.#files },
        rows: rows.filter((row) => row.dataset === dataset),
      }),
    );
  }

  withdraw(files: readonly SubmissionId[]): void {
    for (const file of files) this.world.withdraw(file);
    for (const file of files) this.#withdrawn.add(file);
  }

  /** What the ledger says, and what `partition` and `familiesOf` give for the live rows. The two must be equal. */
  get bothSummaries() {
    const { received, reader, options } = this.world;
    const live = liveRecords(received.values(), this.#withdrawn);
    return [reader.summary(), summaryOf(live, options.familyScopes, options.strategy)] as const;
  }

  get outcome(): Outcome {
    const { events, reader } = this.world;
    const rowsOf = new Map<string, string[]>();
    const setAside: string[] = [];
    for (const { live, individual, rowKey, reason } of reader.records.values()) {
      if (!live) continue;
      if (individual === null) setAside.push(`${this.#nameOf(rowKey)} ${reason ?? ''}`);
      else rowsOf.set(individual, [...(rowsOf.get(individual) ?? []), this.#nameOf(rowKey)]);
    }
    const person = (individual: string): string => rowsOf.get(individual)?.toSorted().join('+') ?? 'nobody';
    const whose = (record: RecordId): string => {
      const { individual, rowKey } = reader.records.get(record) ?? {};
      if (rowKey === undefined) return 'no record';
      return individual === null || individual === undefined ? this.#nameOf(rowKey) : person(individual);
    };
    const referrals = events.flatMap((event) => {
      if (event.type !== 'LinkReferred' || !reader.referrals.has(event.data.referral)) return [];
      const { rule, reason, subject, candidates } = event.data;
      const others = candidates.map(whose).sort();
      if (reason === 'ambiguous') return [`${rule} ${reason}: ${whose(subject)} / ${others.join(', ')}`];
      return others.map((other) => `${rule} ${reason}: ${[whose(subject), other].sort().join(' / ')}`);
    });
    return {
      people: [...rowsOf.keys()].map(person).sort(),
      setAside: setAside.sort(),
      referrals: [...new Set(referrals)].sort(),
      kin: [...reader.relationships.values()]
        .map(({ kind, domain, child: one, other }) => `${kind} ${domain}: ${person(one)} / ${person(other)}`)
        .sort(),
      families: [...reader.families.values()]
        .map(
          ({ scope, members, review }) =>
            `${scope}: ${[...members].map(person).sort().join(' ')}${review ? ' (review)' : ''}`,
        )
        .sort(),
    };
  }

  #nameOf(rowKey: RowKey): string {
    return this.#names.get(rowKey) ?? rowKey;
  }
}

/**
 * The results for the rows submitted in one file per dataset, one by one, and one by one from the last. Each must equal
 * what `partition` and `familiesOf` give for all of them.
 */
export function outcomesOf(
  rows: readonly ExampleRow[],
  familyScopes: readonly FamilyScope[] = [],
  strategy: Strategy = testStrategy,
): readonly Outcome[] {
  const arrivals = [[rows], rows.map((row) => [row]), rows.toReversed().map((row) => [row])];
  return arrivals.map((files) => {
    const example = new WorkedExample(familyScopes, strategy);
    for (const file of files) example.add(...file);
    const [told, worked] = example.bothSummaries;
    expect(told).toEqual(worked);
    return example.outcome;
  });
}
