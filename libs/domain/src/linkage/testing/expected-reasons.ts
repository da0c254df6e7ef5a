import type { LedgerEvent, PseudonymisedRow, RecordId, TokenOccurrence } from '@kinledger/contracts';
import { noConstraints, partition } from '../partition.js';
import type { Moment } from './expected-ids.js';
import type { LinkageWorld } from './linkage-world.js';
import type { LiveRecord } from './live-set.js';
import type { ToldOf } from './told.js';

const authority = ['nhs-number', 'child-key', 'email', 'mobile'];

interface Held extends TokenOccurrence {
  readonly level: number;
}

/** A live record, and what its row says. */
interface Somebody {
  readonly record: RecordId;
  readonly row: PseudonymisedRow;
  readonly person: boolean;
  readonly individual: string | null;
  /** The tokens that can link it: its own, with force, and a mobile only with a birth date. */
  readonly usable: readonly Held[];
}

type Matched = ToldOf<'Matched'>['data'];
type Merged = Extract<LedgerEvent, { type: 'IndividualsMerged' }>['data'];

const birthDateOf = ({ tokens }: PseudonymisedRow): string | undefined =>
  tokens.find(({ use, domain }) => use === 'guard' && domain === 'birth-date')?.token;

/** The grounds of placements and merges in one decision, computed from the live rows after it. */
export class ExpectedReasons {
  readonly #all: readonly Somebody[];
  readonly #before: Moment;
  /** The number of identity tokens without force among the live rows. */
  readonly tokensWithoutForce: number;

  constructor(world: LinkageWorld, live: readonly LiveRecord[], before: Moment) {
    this.#before = before;
    const { tokensWithoutForce } = partition(live, noConstraints, world.options.strategy);
    this.tokensWithoutForce = tokensWithoutForce.length;
    const without = new Set(tokensWithoutForce.map(({ domain, token }) => `${domain} ${token}`));
    this.#all = [...world.reader.records].flatMap(([record, known]) => {
      const row = world.bodies.get(record);
      if (!known.live || row === undefined || known.kind === 'impersonal') return [];
      const usable = row.tokens
        .map((held) => ({ ...held, level: authority.indexOf(held.domain) }))
        .filter(
          ({ use, level, domain, token }) =>
            use === 'identity' &&
            level >= 0 &&
            !without.has(`${domain} ${token}`) &&
            (domain !== 'mobile' || birthDateOf(row) !== undefined),
        );
      return [{ record, row, person: known.kind === 'person', individual: known.individual, usable }];
    });
  }

  /** What is wrong with the ground of a placement; undefined if it is right. */
  ofPlacement({ record, rowKey, individual, ...decision }: Matched): string | undefined {
    const one = this.#all.find((other) => other.record === record);
    if (one === undefined) return 'places a record that is not live';
    const company = this.#all.filter((other) => other.individual === individual && other !== one);
    const told = `${decision.rule} ${decision.through ?? ''}`.trim();
    const alone = this.#alone(record, rowKey);
    if (one.person) {
      const persons = company.filter(({ person }) => person);
      if (persons.length === 0)
        return told === alone('revived') ? undefined : `${told}, not ${alone('revived')}`;
      const met = persons.find((other) => other.record === decision.through);
      return met === undefined
        ? `${told}, which is not a record of its individual`
        : this.#wrongMeeting(one, met, persons, decision.rule);
    }
    const owners = company.filter(({ person }) => person);
    const expected = owners.length > 0 ? owned(one, owners) : founded(one, company, alone);
    return told === expected ? undefined : `${told}, not ${expected ?? 'anything'}`;
  }

  /** What is wrong with the ground of a merge; undefined if it is right. */
  ofMerge({ individual, absorbed, decision }: Merged): string | undefined {
    const here = this.#all.filter((one) => one.individual === individual);
    const mine = here.filter(({ record, row }) => this.#spokenFor(record, row.rowKey) === absorbed);
    const theirs = here.filter(({ record, row }) => this.#spokenFor(record, row.rowKey) !== absorbed);
    const shared = mine.flatMap((one) =>
      theirs.flatMap((other) =>
        meetings(one, other).map((level) => ({
          level,
          record: other.record,
          persons: one.person && other.person,
        })),
      ),
    );
    const through = shared.find(
      ({ record, level }) => record === decision.through && authority[level] === decision.rule,
    );
    if (through !== undefined) {
      const byNumber = shared.some(({ level, persons }) => persons && level === 0);
      return byNumber && through.level !== 0
        ? 'names a weaker ground although an NHS number joined them'
        : undefined;
    }
    if (decision.through !== undefined) return `${decision.rule} through a record without that token`;
    return decision.rule === 'same-row' && shared.length === 0
      ? undefined
      : `${decision.rule} through no record`;
  }

  #spokenFor(record: RecordId, rowKey: PseudonymisedRow['rowKey']): string | undefined {
    const predecessor = this.#before.liveOf.get(rowKey);
    return this.#before.individualOf.get(predecessor ?? record);
  }

  /** The ground of a record that met no other: the row that it replaces, or else the one given. */
  #alone(record: RecordId, rowKey: PseudonymisedRow['rowKey']) {
    const replaced = this.#before.liveOf.get(rowKey);
    return (other: string): string =>
      replaced === undefined || replaced === record ? other : `same-row ${replaced}`;
  }

  /**
   * Which of several possible meetings comes first depends on the grouping rules, which have examples of their own. But
   * an NHS number comes first, and a contradiction that only a weaker token finds does not keep its holders apart.
   */
  #wrongMeeting(
    one: Somebody,
    met: Somebody,
    persons: readonly Somebody[],
    rule: string,
  ): string | undefined {
    const level = authority.indexOf(rule);
    if (!meetings(one, met).includes(level)) return `${rule}, which the two records do not share`;
    const strongest = persons.some((other) => meetings(one, other).includes(0)) ? 0 : level;
    return strongest < level ? `${rule}, although it shares an NHS number` : undefined;
  }
}

/** The levels at which two records share a token that links persons. */
const meetings = (one: Somebody, other: Somebody): number[] =>
  one.usable
    .filter(({ domain, token }) =>
      other.usable.some((held) => held.domain === domain && held.token === token),
    )
    .filter(({ domain }) => domain !== 'mobile' || birthDateOf(one.row) === birthDateOf(other.row))
    .map(({ level }) => level);

const byKey = (one: Somebody, other: Somebody): number => (one.row.rowKey < other.row.rowKey ? -1 : 1);

/** The strongest token that the person holds, and the person's record with the smallest row key that holds it. */
function owned(fact: Somebody, persons: readonly Somebody[]): string | undefined {
  for (const [level, rule] of authority.entries()) {
    for (const token of fact.usable.filter((held) => held.level === level)) {
      const [holder] = persons
        .filter((person) => meetings({ ...fact, usable: [token] }, person).length > 0)
        .sort(byKey);
      if (holder !== undefined) return `${rule} ${holder.record}`;
    }
  }
  return undefined;
}

/** The fact’s own strongest token, and the first fact under it. The first fact itself has met no other. */
function founded(
  fact: Somebody,
  facts: readonly Somebody[],
  alone: (rule: string) => string,
): string | undefined {
  const level = Math.min(...fact.usable.map((held) => held.level));
  const rule = authority[level];
  if (rule === undefined) return undefined;
  const [first] = [fact, ...facts].sort(byKey);
  return first === undefined || first === fact ? alone(rule) : `${rule} ${first.record}`;
}
