import { isLinked, type IndividualId, type LedgerEvent, type RecordId } from '@kinledger/contracts';
import { canonicalJson } from '@kinledger/domain';

/** Something that a decision says, and what it names: what two decisions say is compared thing by thing. */
interface Statement {
  readonly says: string;
  readonly names: readonly string[];
  /** Relationships and families: how many children name a carer counts erased ones too, and nobody is named by that. */
  readonly ofKin: boolean;
}

/** Records that enter with a decision and are not there as they entered. */
export interface ErasedInputs {
  /** Their bodies are gone. */
  readonly missing: readonly RecordId[];
  /** Carer tokens of theirs are gone. */
  readonly lacking: readonly RecordId[];
}

/**
 * What records whose bodies are gone can have done to decisions that were made while they were live. The ledger still
 * says where each of them was; what it said itself is not known.
 */
export class ErasureEffects {
  /** Records in the ledger without a body and not erased yet, and the individual that each belongs to. */
  readonly #records = new Map<RecordId, IndividualId | undefined>();
  /** Referrals that name one of them, and all that each names: a doubt that one of them raised may hold another back. */
  readonly #referrals = new Map<string, readonly string[]>();
  /** Every referral that is open, and the records that it names. */
  readonly #open = new Map<string, readonly RecordId[]>();
  /** Records in the ledger of which carer tokens will be erased: they bear on relationships and families alone. */
  readonly #lacking = new Set<RecordId>();
  /** Whether one of them may take the force of a token, as the counts of tokens without force tell. */
  #forceIsHidden = false;

  get isEmpty(): boolean {
    return this.#records.size === 0 && this.#lacking.size === 0;
  }

  /** Follows a decision of the ledger. @param forceDiffers of its counts; undefined where nobody counted again. */
  follow(
    events: readonly LedgerEvent[],
    { missing, lacking }: ErasedInputs,
    forceDiffers: boolean | undefined,
  ): void {
    for (const event of events) {
      if (event.type === 'LinkReferred') this.#open.set(event.data.referral, namedIn(event));
      else if (event.type === 'LinkReferralLapsed') this.#open.delete(event.data.referral);
    }
    for (const record of missing) this.#records.set(record, undefined);
    for (const record of lacking) this.#lacking.add(record);
    if (this.isEmpty) return;
    for (const event of events) this.#follow(event);
    const closing = events.at(-1);
    if (this.#records.size === 0) this.#forceIsHidden = false;
    else if (closing?.type === 'SubmissionLinked') this.#forceIsHidden = forceDiffers ?? true;
    else if (changesForceUncounted(closing) && closing?.type !== 'RecordErased') this.#forceIsHidden = true;
  }

  /**
   * Whether all in which two decisions differ may come from what these records said.
   * @param individualOf the individual of a record, once the recorded decision is applied.
   */
  explain(
    recorded: readonly LedgerEvent[],
    recomputed: readonly LedgerEvent[],
    individualOf: (record: RecordId) => IndividualId | undefined,
  ): boolean {
    const before = this.#names();
    const after = new ErasureEffects();
    for (const [record, individual] of this.#records) after.#records.set(record, individual);
    for (const [referral, named] of this.#referrals) after.#referrals.set(referral, named);
    for (const event of recorded) after.#follow(event);
    const touched = new Set([...before, ...after.#names()]);
    const [theirs, ours] = [canonicalNames(recorded), canonicalNames(recomputed)];
    for (const name of [...touched]) touched.add(theirs.get(name) ?? name);
    const mayHideForce = this.#records.size > 0;
    if (
      mayHideForce &&
      (changesForceUncounted(recorded.at(-1)) || this.#forceIsHidden || forceDiffers(recorded, recomputed))
    )
      return true;

    // A referral is between groups, each named by one of its records.
    const withIndividuals = (records: readonly RecordId[]): string[] =>
      records.flatMap((record) => [record, individualOf(record) ?? record]);
    const inReferral = (referral: string) => withIndividuals(this.#open.get(referral) ?? []);
    const statements = (events: readonly LedgerEvent[], names: ReadonlyMap<string, string>) =>
      statementsOf(events, { names, inReferral, withIndividuals });
    let unexplained = differing(statements(recorded, theirs), statements(recomputed, ours)).filter(
      ({ ofKin }) => !ofKin,
    );
    for (;;) {
      const left: Statement[] = [];
      for (const statement of unexplained) {
        if (statement.names.some((name) => touched.has(name)))
          for (const name of statement.names) touched.add(name);
        else left.push(statement);
      }
      if (left.length === 0) return true;
      if (left.length === unexplained.length) return false;
      unexplained = left;
    }
  }

  #names(): Set<string> {
    const individuals = [...this.#records.values()].filter((individual) => individual !== undefined);
    return new Set<string>([
      ...this.#records.keys(),
      ...individuals,
      ...this.#referrals.keys(),
      ...[...this.#referrals.values()].flat(),
    ]);
  }

  #follow(event: LedgerEvent): void {
    const has = (record: RecordId) => this.#records.has(record);
    switch (event.type) {
      case 'RecordsPlaced':
        for (const placement of event.data.placements)
          if (has(placement.record) && isLinked(placement))
            this.#records.set(placement.record, placement.individual);
        return;
      case 'IndividualSplit':
        for (const record of event.data.records) if (has(record)) this.#records.set(record, event.data.into);
        return;
      case 'IndividualsMerged':
        for (const [record, individual] of this.#records)
          if (individual === event.data.absorbed) this.#records.set(record, event.data.individual);
        return;
      case 'LinkReferred':
        this.#refer(event.data.referral, namedIn(event));
        return;
      case 'RecordErased':
        for (const record of event.data.records) {
          this.#records.delete(record);
          this.#lacking.delete(record);
        }
        return;
      case 'CarerTokensErased':
        for (const { record } of event.data.records) this.#lacking.delete(record);
        return;
      default:
    }
  }

  #refer(referral: string, named: readonly RecordId[]): void {
    if (named.some((record) => this.#records.has(record))) this.#referrals.set(referral, named);
  }
}

/**
 * Whether a decision may take or give force without a count that tells: an erasure gives tokens their force back, revived
 * records may take it, and another strategy has other limits.
 */
const changesForceUncounted = (closing: LedgerEvent | undefined): boolean =>
  closing?.type === 'RecordErased' ||
  closing?.type === 'StrategyAdopted' ||
  (closing?.type === 'SubmissionWithdrawn' && closing.data.revived > 0);

/** Whether two decisions count other numbers of tokens without force; both of them count, or neither. */
export function forceDiffers(recorded: readonly LedgerEvent[], recomputed: readonly LedgerEvent[]): boolean {
  const [theirs, ours] = [recorded.at(-1), recomputed.at(-1)];
  if (theirs?.type !== 'SubmissionLinked' || ours?.type !== 'SubmissionLinked')
    return theirs?.type !== ours?.type;
  return theirs.data.tokensWithoutForce !== ours.data.tokensWithoutForce;
}

/** Individuals that begin to exist, by what does not depend on the revision: their founding record. */
function canonicalNames(events: readonly LedgerEvent[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'IndividualSplit' && event.data.registered)
      names.set(event.data.into, `founded by ${event.data.records[0]}`);
    if (event.type !== 'RecordsPlaced') continue;
    for (const placement of event.data.placements)
      if (isLinked(placement) && placement.registered)
        names.set(placement.individual, `founded by ${placement.record}`);
  }
  return names;
}

/** What either says and the other does not. */
function differing(theirs: readonly Statement[], ours: readonly Statement[]): Statement[] {
  const said = ({ says }: Statement) => says;
  const [one, other] = [new Set(theirs.map(said)), new Set(ours.map(said))];
  return [...theirs.filter(({ says }) => !other.has(says)), ...ours.filter(({ says }) => !one.has(says))];
}

const namedIn = ({ data }: Extract<LedgerEvent, { readonly type: 'LinkReferred' }>): readonly RecordId[] => [
  data.subject,
  ...data.candidates,
];

interface Naming {
  readonly names: ReadonlyMap<string, string>;
  readonly inReferral: (referral: string) => readonly string[];
  readonly withIndividuals: (records: readonly RecordId[]) => readonly string[];
}

function statementsOf(
  events: readonly LedgerEvent[],
  { names, inReferral, withIndividuals }: Naming,
): Statement[] {
  const name = (id: string) => names.get(id) ?? id;
  const statement = (
    type: string,
    content: object,
    named: readonly (string | undefined)[],
    ofKin = false,
  ): Statement => {
    const all = named.filter((one) => one !== undefined).map(name);
    return { says: canonicalJson([type, content, all]), names: all, ofKin };
  };
  return events.flatMap((event): Statement[] => {
    const { type, data } = event;
    switch (type) {
      case 'RecordsPlaced':
        return data.placements.map(({ commitments: _, ...placement }) => {
          const { record, ...rest } = placement;
          if (!isLinked(placement)) return statement(type, rest, [record]);
          const { individual, through, registered, rule, role, rowKey } = placement;
          const { score = 0, levels = {} } = placement;
          return statement(type, { registered, rule, role, rowKey, score, levels }, [
            record,
            individual,
            through,
          ]);
        });
      case 'IndividualSplit':
        return data.records.map((record) => statement(type, {}, [record, data.individual, data.into]));
      case 'IndividualsMerged':
        return [
          statement(type, { rule: data.decision.rule }, [
            data.individual,
            data.absorbed,
            data.decision.through,
          ]),
        ];
      case 'RecordsRetired':
        return data.records.map((record) => statement(type, { reason: data.reason }, [record]));
      case 'RecordsCarried':
      case 'CarrierChanged':
        return data.records.map((record) => statement(type, { submission: data.submission }, [record]));
      case 'LinkReferred':
        return [
          statement(type, { reason: data.reason, rule: data.rule }, [
            data.referral,
            ...withIndividuals([data.subject, ...data.candidates]),
          ]),
        ];
      case 'LinkReferralLapsed':
        return [statement(type, {}, [data.referral, ...inReferral(data.referral)])];
      case 'RelationshipsIdentified':
      case 'RelationshipsEnded':
      case 'FamiliesLinked':
      case 'FamiliesDissolved':
        return [statement(type, data, [], true)];
      // It counts what the others say.
      case 'SubmissionLinked':
        return [statement(type, { submission: data.submission, rows: data.rows }, [])];
      case 'SubmissionWithdrawn':
        return [statement(type, { ...data, retired: 0, revived: 0 }, [])];
      default:
        return [statement(type, data, [])];
    }
  });
}
