import { createHash } from 'node:crypto';
import type { PseudonymisedRow, RowKey } from '@kinledger/contracts';
import { carerName, opKin1, type FieldRole, type FieldValues } from '@kinledger/derivations';
import {
  familiesOf,
  firstBands,
  noConstraints,
  partition,
  strategyOf,
  type KinRecord,
  type StrategySettings,
} from '@kinledger/domain';
import { partsByScore } from '@kinledger/linkage-quality';

/** A row of a service's list of people, as its file has it, in canonical forms. */
export interface ListedPerson {
  readonly role: 'child' | 'adult';
  /** Each service lists its people in a file of its own; by default every row is of another service. */
  readonly service?: string;
  readonly caseNumber?: string;
  /** Of a child the first three letters count, unless the list gives surnames too. */
  readonly givenName?: string;
  readonly surname?: string;
  readonly born?: string;
  readonly gender?: 'F' | 'M';
  readonly postcode?: string;
  readonly nhsNumber?: string;
  /** An adult's own; a child's carer's. */
  readonly email?: string;
  readonly mobile?: string;
}

/** What linkage makes of rows, in the names of the rows. */
export interface Found {
  /** People, each by all of their rows. */
  readonly people: readonly string[];
  /** Doubts that wait for a person: `row ? row`. */
  readonly doubts: readonly string[];
  /** Families of two people or more. */
  readonly families: readonly string[];
  /** Parts of people that scores alone hold together. */
  readonly parts: number;
}

/** LEAP's limits, with partial evidence in the first bands. */
const settings = {
  name: 'kin-1',
  ...{
    maxBirthDatesPerToken: 3,
    maxCasesPerToken: 10,
    maxHoldersPerToken: 500,
    maxChildrenPerCarerToken: 12,
  },
  model: { coldStart: 30_000 },
  ...firstBands,
} as const satisfies StrategySettings;

/** Links rows that are named by what they are, whatever their order. */
export function foundIn(rows: Readonly<Record<string, ListedPerson>>): Found {
  const records = Object.entries(rows).map(([name, row], at) => recordOf(name, row, at));
  const nameOf = new Map(records.map(({ rowKey }, at) => [rowKey as string, Object.keys(rows)[at] ?? '']));
  const named = (key: string) => nameOf.get(key) ?? key;
  const strategy = strategyOf(settings);
  const found = partition(records, noConstraints, strategy);
  const people = new Map(
    found.groups.map(({ persons }) => [persons[0] as string, persons.map(named).sort().join(' + ')] as const),
  );
  const whose = new Map(
    found.groups.flatMap(({ persons }) => persons.map((key) => [key, persons[0] as string] as const)),
  );
  const { families } = familiesOf(records, found, [], strategy);
  return {
    people: [...people.values()].sort(),
    doubts: [
      ...new Set(
        found.referrals.flatMap(({ subject, candidates }) =>
          candidates.map((other) => [named(subject), named(other)].sort().join(' ? ')),
        ),
      ),
    ].sort(),
    parts: partsByScore(records, noConstraints, settings, (rowKey) => whose.get(rowKey)),
    families: families
      .map(({ members }) =>
        members
          .map((key) => people.get(key) ?? key)
          .sort()
          .join(' & '),
      )
      .sort(),
  };
}

const hex = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

function recordOf(name: string, row: ListedPerson, at: number): KinRecord {
  const { role, service = `service-${at}`, caseNumber, givenName, surname, born, gender, nhsNumber } = row;
  const { email, mobile, postcode } = row;
  const contact = role === 'child' ? 'carer' : 'identity';
  const letters = givenName?.slice(0, 3).toUpperCase();
  const token = (domain: string, use: string, value: string | undefined) =>
    value === undefined ? [] : [{ domain, use, token: hex(`${domain} ${value}`) }];
  const isKeyed = role === 'child' && email !== undefined && born !== undefined && letters !== undefined;
  const tokens = [
    ...token('nhs-number', 'identity', nhsNumber),
    ...token('child-key', 'identity', isKeyed ? `${email} ${born} ${letters}` : undefined),
    ...token('email', contact, email),
    ...token('mobile', contact, mobile),
    ...token('birth-date', 'guard', born),
    ...token('gender', 'guard', gender),
    ...token(`case-number:${service}`, 'local', caseNumber ?? name),
  ];
  const values: Partial<Record<FieldRole, string>> = {};
  const give = (field: FieldRole, value: string | undefined) => {
    if (value !== undefined) values[field] = value;
  };
  give(
    surname === undefined ? 'given-name-part' : 'given-name',
    surname === undefined ? childs(role, letters) : givenName,
  );
  give('surname', surname);
  give('birth-date', born);
  give('gender', gender);
  give('postcode', postcode);
  give('email', email);
  give('mobile', mobile);
  give('nhs-number', nhsNumber);
  return {
    rowKey: hex(`row ${name}`) as RowKey,
    ...{ role, dataset: `${service}.user`, service, kind: 'person' },
    tokens: tokens as unknown as PseudonymisedRow['tokens'],
    derived: derivedOf(role, values) as unknown as NonNullable<PseudonymisedRow['derived']>,
  } as KinRecord;
}

/** An adult's list without surnames gives no name at all, as in LEAP's minimum dataset. */
const childs = (role: ListedPerson['role'], letters: string | undefined) =>
  role === 'child' ? letters : undefined;

/** What profile `op-kin-1` derives, without padding, which equals nothing. */
function derivedOf(role: ListedPerson['role'], values: FieldValues) {
  const rests = (fields: readonly FieldRole[]) =>
    role === 'child' && fields.some((field) => field === 'email' || field === 'mobile');
  const named = (name: string, fields: readonly FieldRole[]) => (rests(fields) ? carerName(name) : name);
  const made = (name: string, version: number, domain: string, of: readonly string[]) =>
    of.length === 0
      ? []
      : [{ derivation: name, version, domain, tokens: of.map((value) => hex(`${domain} ${value}`)).sort() }];
  return [
    ...opKin1.rungs.flatMap(({ field, derivation: { name, version, domain, of } }) => {
      const value = values[field];
      return value === undefined ? [] : made(named(name, [field]), version, domain, of(value));
    }),
    ...opKin1.keys.flatMap((key) =>
      made(named(key.name, key.fields), key.version, key.domain, key.of(values)),
    ),
  ];
}
