import type {
  ProviderId,
  PseudonymisedRow,
  Role,
  RowKey,
  SubmissionId,
  Token,
  TokenOccurrence,
} from '@kinledger/contracts';
import type { Digest } from '@kinledger/domain/identifiers';
import { rolesOf, type Dataset, type PostcodeLookup } from '@kinledger/programme/definition';
import type { Hashing, KeyedHash } from '../hashing.js';
import { caseNumberAsRowId } from '../names/case-number-as-row-id.js';
import { CommitmentSalts, RecordIds } from '../names/numbered-rows.js';
import { RowKeys } from '../names/row-keys.js';
import { RowPlan, type PersonNamed } from '../names/row-plan.js';
import { contactKinds, type ContactKind, type Suppressed } from '../people/person-marks.js';
import { planTokens, type PlannedToken } from '../tokens/planned-tokens.js';
import { DerivedTokensOfChunk, DerivedTokensOfRole, type WithheldContact } from '../tokens/derived-tokens.js';
import type { SaltedDigests } from '../tokens/salted-digests.js';
import type { TokenKeys } from '../tokens/token-keys.js';
import { attributeReader } from './attribute-reader.js';
import type { CanonicalRow } from './canonical-row.js';
import { factReader } from './fact-reader.js';
import { FileRefusals } from './file-refusals.js';
import type { RowCounts } from './row-counts.js';
import { RowIdentity } from './row-identity.js';
import { rowUnfit } from './row-unfit.js';

/** The keys that turn identifiers into what may leave the restricted zone. */
export interface Keys {
  readonly hashing: Hashing;
  readonly tokens: TokenKeys;
  readonly digests: SaltedDigests;
  /** For row keys; its key never rotates. */
  readonly rowKeyHash: KeyedHash;
  /** For record ids; its key never rotates. */
  readonly recordIdHash: KeyedHash;
}

/** The data of an accepted file that its rows need. */
export interface FileOfRows {
  readonly submission: SubmissionId;
  readonly provider: ProviderId;
  readonly dataset: Dataset;
  /** The file's random seed, from which its commitment salts are derived. */
  readonly seed: Uint8Array;
}

interface RolePlan {
  readonly role: Role;
  readonly tokens: readonly PlannedToken[];
  /** Absent where rows of the dataset have no derived tokens. */
  readonly derivations?: DerivedTokensOfRole;
}

/** The tokens of a person as a row names it, what to count of them, and whether the person is suppressed by a digest. */
interface NamedTokens {
  readonly tokens: readonly TokenOccurrence[];
  readonly counted: readonly string[];
  readonly withheld: readonly WithheldContact[];
  readonly isSuppressed: boolean;
}

/** The limit of `pseudonymisedRow` in the contracts. */
const MAX_TOKENS = 32;

/**
 * Pseudonymises the rows of one file. Rows must be passed in file order, each once, because row keys count occurrences.
 * The same file produces the same rows again.
 */
export class FileRows {
  readonly #keys: Keys;
  readonly #file: FileOfRows;
  readonly #salts: CommitmentSalts;
  readonly #recordIds: RecordIds;
  readonly #identity: RowIdentity;
  readonly #refusals: FileRefusals;
  readonly #rowKeys: RowKeys;
  readonly #suppressed: Suppressed | undefined;
  /** Whether a row key of the file may name a person. */
  readonly #rowKeysName: boolean;
  readonly #plan: RowPlan;
  readonly #tokensByRole: ReadonlyMap<string, RolePlan>;
  readonly #attributes: ReturnType<typeof attributeReader>;
  readonly #facts: ReturnType<typeof factReader>;
  /** By person, in files that name people repeatedly: a family's sessions are often adjacent. */
  readonly #ofPerson = new Map<PersonNamed, NamedTokens>();
  /** Of the row that was looked at last: whether it is suppressed is asked before its tokens. */
  #latest: { readonly values: CanonicalRow[1]; readonly named: NamedTokens } | undefined;
  readonly #derived: DerivedTokensOfChunk;
  /** Tokens of values of which there are few, such as genders. */
  readonly #ofFew = new Map<string, Token | undefined>();

  /** @param suppressed who is; absent where nobody is. */
  constructor(keys: Keys, file: FileOfRows, postcodes: PostcodeLookup, suppressed?: Suppressed) {
    const { schema, dataType, id, derived } = file.dataset;
    const { provider } = file;
    this.#keys = keys;
    this.#file = file;
    this.#salts = new CommitmentSalts(keys.hashing, file.seed);
    this.#recordIds = new RecordIds(keys.hashing, keys.recordIdHash);
    this.#derived = new DerivedTokensOfChunk(keys);
    this.#plan = new RowPlan(schema, provider, id, derived !== undefined);
    const rowKeys = new RowKeys(keys.rowKeyHash, provider, id);
    this.#rowKeys = rowKeys;
    this.#suppressed = suppressed;
    this.#rowKeysName = caseNumberAsRowId(schema) !== undefined;
    this.#identity = new RowIdentity(rowKeys, this.#plan, file.submission);
    this.#refusals = new FileRefusals(rowKeys, this.#plan);
    this.#tokensByRole = new Map(
      rolesOf(schema).map((role) => {
        const tokens = planTokens(schema, role, provider);
        if (derived === undefined) return [role, { role, tokens }];
        const derivations = new DerivedTokensOfRole(file.dataset, role, this.#derived, postcodes);
        return [role, { role, tokens, derivations }];
      }),
    );
    this.#attributes = attributeReader(schema, postcodes);
    this.#facts = factReader(dataType, schema);
  }

  /** Notes whether a row refuses consent. If a file has refusals, all its rows must be noted first. */
  noteRefusal(row: CanonicalRow): void {
    this.#refusals.note(row);
  }

  /** Keys of rows whose refusal of consent holds. */
  get refused(): readonly RowKey[] {
    return this.#refusals.keys;
  }

  /** Whether a row must not be published: it refuses consent, or a later row of the file does so for its id. */
  withholds(row: CanonicalRow): boolean {
    return this.#refusals.overtakes(row);
  }

  /**
   * Whether a row is about somebody who is suppressed: it goes no further, and is only counted.
   * @throws RowUnfit
   */
  isSuppressed([, values]: CanonicalRow): boolean {
    const suppressed = this.#suppressed;
    if (suppressed === undefined) return false;
    const name = this.#rowKeysName ? this.#plan.nameOf(values) : undefined;
    if (name?.kind === 'row-id' && suppressed.names('row-key', this.#rowKeys.ofRowId(name.parts)))
      return true;
    return this.#namedTokens(this.#planOf(values).tokens, values).isSuppressed;
  }

  /**
   * One row without its identifiers. Adds to `counts`.
   * @throws RowUnfit
   */
  pseudonymise(row: CanonicalRow, counts: RowCounts): PseudonymisedRow {
    const [rowNumber, values] = row;
    const { role, tokens, derivations } = this.#planOf(values);
    counts.rows += 1;
    const named = this.#namedTokens(tokens, values);
    for (const name of named.counted) counts.tokens[name] = (counts.tokens[name] ?? 0) + 1;
    return {
      record: this.#recordIds.recordIdOf(this.#file.submission, rowNumber),
      rowKey: this.#identity.rowKeyOf(row),
      role,
      tokens: named.tokens as TokenOccurrence[], // nobody changes a row's
      derived: derivations?.of(values, named) ?? [],
      attributes: this.#attributes(values, counts),
      facts: this.#facts(values),
      keyVersion: this.#keys.tokens.version,
      salt: this.#salts.saltOf(rowNumber),
    };
  }

  /** Forgets the values of the rows so far, so that nothing of a row is kept longer than its chunk. */
  forget(): void {
    this.#ofPerson.clear();
    this.#latest = undefined;
    this.#ofFew.clear();
    this.#derived.forget();
    this.#plan.forget();
  }

  #planOf(values: readonly (string | null)[]): RolePlan {
    const plan = this.#tokensByRole.get(this.#plan.roleOf(values));
    if (plan === undefined) throw rowUnfit('row-without-role');
    return plan;
  }

  #namedTokens(planned: readonly PlannedToken[], values: readonly (string | null)[]): NamedTokens {
    if (!this.#plan.namesAgain) return this.#latestTokens(planned, values);
    const person = this.#plan.personOf(values);
    let named = this.#ofPerson.get(person);
    if (named === undefined) {
      named = this.#makeTokens(planned, values);
      this.#ofPerson.set(person, named);
    }
    return named;
  }

  #latestTokens(planned: readonly PlannedToken[], values: CanonicalRow[1]): NamedTokens {
    if (this.#suppressed === undefined) return this.#makeTokens(planned, values);
    if (this.#latest?.values !== values) this.#latest = { values, named: this.#makeTokens(planned, values) };
    return this.#latest.named;
  }

  #makeTokens(planned: readonly PlannedToken[], values: readonly (string | null)[]): NamedTokens {
    const tokens: TokenOccurrence[] = [];
    const counted: string[] = [];
    const said: SaidDigest[] = [];
    const withheld: WithheldContact[] = [];
    let isSuppressed = false;
    for (const plan of planned) {
      const { kind, domain, use } = plan;
      const [digest, token] = this.#digestAndToken(plan, values);
      if (token === undefined) continue;
      if (digest !== undefined && this.#suppressed !== undefined) {
        if (use === 'carer' && isContact(kind) && this.#suppressed.names(`carer-${kind}`, digest)) {
          withheld.push({ kind, columns: plan.columns });
          continue;
        }
        said.push({ kind, use, digest });
      }
      if (!isSuppressed && digest !== undefined && namesPerson(plan))
        isSuppressed = this.#suppressed?.names(plan.kind, digest) ?? false;
      // Two columns may hold the same value, such as a main and a second number.
      if (isAmong(tokens, domain, use, token) || tokens.length === MAX_TOKENS) continue;
      tokens.push({ domain, use, token });
      counted.push(`${kind} ${use}`);
    }
    return { tokens, counted, withheld, isSuppressed: isSuppressed || this.#namesByContact(said) };
  }

  /** Whether an own contact names somebody together with the birth date or the provider’s own number beside it. */
  #namesByContact(said: readonly SaidDigest[]): boolean {
    const suppressed = this.#suppressed;
    if (suppressed === undefined) return false;
    const ofKind = (wanted: SaidDigest['kind']) => said.filter(({ kind }) => kind === wanted);
    return contactKinds.some((contact) => {
      const [withBirthDate, withNumber] = [`${contact}-birth-date`, `${contact}-case-number`] as const;
      if (!suppressed.knows(withBirthDate) && !suppressed.knows(withNumber)) return false;
      const { provider } = this.#file;
      return ofKind(contact)
        .filter(({ use }) => use === 'identity')
        .some(
          ({ digest }) =>
            ofKind('birth-date').some((born) => suppressed.names(withBirthDate, digest, born.digest)) ||
            ofKind('case-number').some((own) => suppressed.names(withNumber, digest, provider, own.digest)),
        );
    });
  }

  /** No digest of a value of which there are few: such a value names nobody. */
  #digestAndToken(
    plan: PlannedToken,
    values: readonly (string | null)[],
  ): readonly [digest: Digest | undefined, token: Token | undefined] {
    const { kind, columns, domain } = plan;
    if (kind === 'gender' && columns.length === 1) return [undefined, this.#tokenOfFew(plan, values)];
    const digest = plan.digestOf(values, this.#keys.digests);
    return [digest, digest === undefined ? undefined : this.#keys.tokens.tokenOf(domain, digest)];
  }

  #tokenOfFew(
    { domain, columns, digestOf }: PlannedToken,
    values: readonly (string | null)[],
  ): Token | undefined {
    const [column = -1] = columns;
    const few = `${domain}\n${values[column] ?? ''}`;
    const known = this.#ofFew.get(few);
    if (known !== undefined || this.#ofFew.has(few)) return known;
    const digest = digestOf(values, this.#keys.digests);
    const token = digest === undefined ? undefined : this.#keys.tokens.tokenOf(domain, digest);
    this.#ofFew.set(few, token);
    return token;
  }
}

/** A digest of a row, and how the row uses it. */
interface SaidDigest extends Pick<PlannedToken, 'kind' | 'use'> {
  readonly digest: Digest;
}

const isContact = (kind: PlannedToken['kind']): kind is ContactKind => kind === 'email' || kind === 'mobile';

type NamingToken = PlannedToken & { readonly kind: 'nhs-number' | 'child-key' };

/** Whether a planned token’s digest names one person: contacts are shared. */
const namesPerson = (plan: PlannedToken): plan is NamingToken =>
  plan.use === 'identity' && (plan.kind === 'nhs-number' || plan.kind === 'child-key');

const isAmong = (
  occurrences: readonly TokenOccurrence[],
  domain: string,
  use: string,
  token: Token,
): boolean =>
  occurrences.some((other) => other.token === token && other.domain === domain && other.use === use);
