import type { RecordId, RowKey, Token, TokenOccurrence } from '@kinledger/contracts';
import type { LinkageIndex } from './linkage-index.js';
import { BIRTH_DATE_TAG, carerLists, ownLists, type HolderList } from './token-table.js';
import { NONE } from './typed-column.js';

/** How a person is named to the ledger. */
export interface PersonSought {
  /**
   * The person's own tokens: NHS number and child key name one person; email and mobile add further individuals that
   * show them; a birth-date guard leaves out those that show another one.
   */
  readonly tokens: readonly TokenOccurrence[];
  /** Keys of the person's rows in providers' files. */
  readonly rowKeys: readonly RowKey[];
}

/** Whom identifiers name. */
export interface PersonsFound {
  /** How many individuals they name; 0 where their records belong to none, or there are none. */
  readonly individuals: number;
  /** Every record of theirs that is not erased, retired and replaced ones too, in the order of the ledger. */
  readonly records: readonly RecordId[];
  /**
   * Records of others that stay, in the order of the ledger, and the tokens on them that name the person as a child's
   * carer. A token that another record still holds as its own is that person's too, and is not among them.
   */
  readonly carerTokens: readonly CarerTokensOfRecord[];
}

export interface CarerTokensOfRecord {
  readonly record: RecordId;
  readonly tokens: readonly { readonly domain: string; readonly token: Token }[];
}

/** Value domains of tokens that name one person. Others are shared: couples have one email, families one telephone. */
const namingDomains: ReadonlySet<string> = new Set(['nhs-number', 'child-key']);

/**
 * Finds the individuals that identifiers name, and all their records. Live records say who they are; where none is live,
 * those that were retired last said it. A retired record belongs to whom the live record of its row key belongs, else to
 * the individual that it was in.
 */
export function findPersons(index: LinkageIndex, sought: PersonSought): PersonsFound {
  const { records, individuals, keys } = index;
  const named = new Set([...holdersOf(index, sought, true), ...recordsOfKeys(index, sought.rowKeys)]);
  const live = [...named].filter((record) => records.isLive(record));
  const persons = individualsOf(index, live.length > 0 ? live : [...named]);
  for (const individual of individualsOf(index, alsoShowing(index, sought))) persons.add(individual);
  const found: RecordId[] = [];
  for (let record = 0; record < records.endOfLedger; record++) {
    if (!isThere(index, record)) continue;
    if (named.has(record) || isOf(record)) found.push(records.idOf(record));
  }
  const gone = new Set(found.map((id) => records.find(id)));
  return {
    individuals: persons.size,
    records: found,
    carerTokens: gone.size === 0 ? [] : carerTokensOf(index, gone, sought),
  };

  function isOf(record: number): boolean {
    const current = records.isLive(record) ? record : keys.liveRecord(records.keyOf(record));
    const individual = records.individualOf(current === NONE ? record : current);
    return individual !== NONE && persons.has(individuals.resolve(individual));
  }
}

/** The tokens that name those who go, and nobody who stays, on records that name a carer by them. */
function carerTokensOf(
  index: LinkageIndex,
  gone: ReadonlySet<number>,
  sought: PersonSought,
): CarerTokensOfRecord[] {
  const { records, tokens, strategy } = index;
  const theirs = new Set(slotsOf(index, sought));
  for (const record of gone) {
    if (records.isChild(record)) continue; // What a child's row has of contacts is its carer's.
    const end = records.endOfOccurrences(record);
    for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end))
      theirs.add(records.tokenAt(at));
  }
  const stays = (at: number) => isThere(index, records.holderAt(at)) && !gone.has(records.holderAt(at));
  const found = new Map<number, number[]>();
  for (const slot of [...theirs].sort((one, other) => one - other)) {
    if (holders(index, slot, ownLists).some(stays)) continue;
    for (const at of holders(index, slot, carerLists).filter(stays)) {
      const record = records.holderAt(at);
      found.set(record, [...(found.get(record) ?? []), slot]);
    }
  }
  return [...found]
    .sort(([one], [other]) => one - other)
    .map(([record, slots]) => ({
      record: records.idOf(record),
      tokens: slots.map((slot) => ({
        domain: strategy.channels.domainOf(tokens.channelOf(slot)),
        token: tokens.textOf(slot),
      })),
    }));
}

/** The tokens that are given as the person's own, as far as the index has them. */
function slotsOf({ tokens, strategy }: LinkageIndex, sought: PersonSought): number[] {
  return sought.tokens.flatMap(({ domain, use, token }) => {
    const channel = strategy.channels.numberOf(domain);
    const slot = use === 'identity' && channel !== NONE ? tokens.find(token, channel) : NONE;
    return slot === NONE ? [] : [slot];
  });
}

function holders({ records, tokens }: LinkageIndex, slot: number, lists: readonly HolderList[]): number[] {
  const found: number[] = [];
  for (const list of lists)
    for (let at = tokens.firstHolder(slot, list); at !== NONE; at = records.nextHolder(at)) found.push(at);
  return found;
}

const isThere = ({ records }: LinkageIndex, record: number): boolean =>
  !records.isStaged(record) && !records.isErased(record);

function individualsOf({ records, individuals }: LinkageIndex, holders: readonly number[]): Set<number> {
  const found = holders.map((record) => records.individualOf(record)).filter((one) => one !== NONE);
  return new Set(found.map((individual) => individuals.resolve(individual)));
}

/** Records whose own tokens are among those sought: of domains that name one person, or of the others. */
function holdersOf(index: LinkageIndex, { tokens: sought }: PersonSought, naming: boolean): number[] {
  const { records, tokens, strategy } = index;
  const found: number[] = [];
  for (const { domain, use, token } of sought) {
    const channel = strategy.channels.numberOf(domain);
    if (use !== 'identity' || channel === NONE || namingDomains.has(domain) !== naming) continue;
    const slot = tokens.find(token, channel);
    if (slot === NONE) continue;
    for (const list of ownLists) {
      for (let at = tokens.firstHolder(slot, list); at !== NONE; at = records.nextHolder(at))
        if (isThere(index, records.holderAt(at))) found.push(records.holderAt(at));
    }
  }
  return found;
}

function recordsOfKeys(index: LinkageIndex, rowKeys: readonly RowKey[]): number[] {
  const { keys } = index;
  const found: number[] = [];
  for (const rowKey of rowKeys) {
    const key = keys.find(rowKey);
    if (key === NONE) continue;
    for (let at = keys.lastCarriage(key); at !== NONE; at = keys.earlierCarriage(at)) {
      const record = keys.recordAt(at);
      if (record !== NONE && isThere(index, record)) found.push(record);
    }
  }
  return found;
}

/** Live records that show a shared token, but for those of individuals that show another birth date than the one given. */
function alsoShowing(index: LinkageIndex, sought: PersonSought): number[] {
  const { records, tokens } = index;
  const guard = sought.tokens.find(({ domain, use }) => use === 'guard' && domain === 'birth-date');
  const birthDate = guard && tokens.find(guard.token, BIRTH_DATE_TAG);
  return holdersOf(index, sought, false).filter(
    (record) =>
      records.isLive(record) &&
      (birthDate === undefined || mayBeBornOn(index, records.individualOf(record), birthDate)),
  );
}

function mayBeBornOn({ records, individuals }: LinkageIndex, individual: number, birthDate: number): boolean {
  if (individual === NONE) return false;
  let shows = false;
  for (
    let at = individuals.firstMember(individual, 'persons');
    at !== NONE;
    at = individuals.nextMember(at)
  ) {
    const shown = records.birthDateOf(at);
    if (shown === birthDate) return true;
    shows ||= shown !== NONE;
  }
  return !shows;
}
