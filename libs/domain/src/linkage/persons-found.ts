import type { RecordId, RowKey, TokenOccurrence } from '@kinledger/contracts';
import type { LinkageIndex } from './linkage-index.js';
import { BIRTH_DATE_TAG, ownLists } from './token-table.js';
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
  return { individuals: persons.size, records: found };

  function isOf(record: number): boolean {
    const current = records.isLive(record) ? record : keys.liveRecord(records.keyOf(record));
    const individual = records.individualOf(current === NONE ? record : current);
    return individual !== NONE && persons.has(individuals.resolve(individual));
  }
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
