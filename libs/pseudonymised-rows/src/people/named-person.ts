import type { RowKey, TokenOccurrence, TokenUse } from '@kinledger/contracts';
import type { CanonicalByKind, DigestKind } from '@kinledger/domain/identifiers';
import type { Dataset } from '@kinledger/programme/definition';
import { caseNumberAsRowId } from '../names/case-number-as-row-id.js';
import { RowKeys } from '../names/row-keys.js';
import type { Keys } from '../rows/file-rows.js';
import type { PersonIdentifiers } from './person-identifiers.js';
import { contactKinds, type PersonMark, type PersonMarks } from './person-marks.js';

/** A person as the ledger and the list of suppressions know them. */
export interface NamedPerson {
  readonly tokens: readonly TokenOccurrence[];
  readonly rowKeys: readonly RowKey[];
  readonly marks: readonly PersonMark[];
}

/** The tokens, row keys and marks of a person: those that the person’s rows have, made in the same way. */
export function namedPerson(
  keys: Keys,
  marks: PersonMarks,
  datasets: readonly Dataset[],
  identifiers: PersonIdentifiers,
): NamedPerson {
  const { nhsNumber, child, birthDate, email, mobile, caseNumber } = identifiers;
  const tokens: TokenOccurrence[] = [];
  const made: PersonMark[] = [];
  const add = <Kind extends DigestKind>(
    use: TokenUse,
    kind: Kind,
    value: CanonicalByKind[Kind] | undefined,
  ) => {
    if (value === undefined) return;
    const digest = keys.digests.of(kind, value);
    tokens.push({ domain: kind, use, token: keys.tokens.tokenOf(kind, digest) });
    if (kind === 'nhs-number' || kind === 'child-key') made.push(marks.of(kind, digest));
  };
  add('identity', 'nhs-number', nhsNumber);
  add('identity', 'child-key', child);
  add('identity', 'email', email);
  add('identity', 'mobile', mobile);
  add('guard', 'birth-date', birthDate ?? child?.birthDate);
  const rowKeys = caseNumber === undefined ? [] : rowKeysOf(keys, datasets, caseNumber);
  made.push(...rowKeys.map((rowKey) => marks.of('row-key', rowKey)));
  return { tokens, rowKeys, marks: [...made, ...marksOfContacts(keys, marks, identifiers)] };
}

/** Marks of the person's email and mobile: each with what makes it the person's, or where nobody else uses it. */
function marksOfContacts(
  { digests }: Keys,
  marks: PersonMarks,
  { birthDate, caseNumber, contactsAlone = false, ...contacts }: PersonIdentifiers,
): PersonMark[] {
  return contactKinds.flatMap((kind) => {
    const value = contacts[kind];
    if (value === undefined) return [];
    const contact = digests.of<DigestKind>(kind, value);
    const found: PersonMark[] = [];
    if (birthDate !== undefined)
      found.push(marks.of(`${kind}-birth-date`, contact, digests.of('birth-date', birthDate)));
    if (caseNumber !== undefined) {
      const number = digests.of('case-number', caseNumber.value);
      found.push(marks.of(`${kind}-case-number`, contact, caseNumber.provider, number));
    }
    if (contactsAlone) found.push(marks.of(`carer-${kind}`, contact));
    return found;
  });
}

/** Keys of the rows that a provider numbers so, one for each of its datasets whose row id is the number alone. */
function rowKeysOf(
  { rowKeyHash, digests }: Keys,
  datasets: readonly Dataset[],
  { provider, value }: NonNullable<PersonIdentifiers['caseNumber']>,
): RowKey[] {
  const found: RowKey[] = [];
  for (const { id, schema, serviceDefinition } of datasets) {
    const identifier = caseNumberAsRowId(schema);
    if (serviceDefinition.provider !== provider || identifier === undefined) continue;
    // Where digests are made at source, that of the number stands in for it.
    const part = identifier.form === 'digest' ? digests.of('case-number', value) : value;
    found.push(new RowKeys(rowKeyHash, provider, id).ofRowId([part]));
  }
  return found;
}
