import {
  restsOn,
  type PseudonymisedRow,
  type Role,
  type Token,
  type TokenOccurrence,
} from '@kinledger/contracts';
import { asNamed, carerName, derivationNamed, digestsInCell, type Derivation } from '@kinledger/derivations';
import type { Digest } from '@kinledger/domain/identifiers';
import { PROTECTED_AREA, type Dataset, type PostcodeLookup } from '@kinledger/programme/definition';
import type { ContactKind } from '../people/person-marks.js';
import type { DerivedDigests } from './derived-digests.js';
import { planDerivations, type PlannedDerivations } from './planned-derivations.js';
import { addTo, derivedInRow, type DerivedInRow, type MakerOfDerived } from './row-derivations.js';
import type { TokenKeys } from './token-keys.js';

type Values = readonly (string | null)[];

/** The keys of derived tokens. */
export interface DerivationKeys {
  readonly tokens: TokenKeys;
  readonly digests: { readonly derived: DerivedDigests };
}

/** A carer's contact that must be kept off a child's row. */
export interface WithheldContact {
  readonly kind: ContactKind;
  readonly columns: readonly number[];
}

/** The tokens of a row's person that derived ones depend on. */
export interface TokensOfPerson {
  readonly tokens: readonly TokenOccurrence[];
  readonly withheld: readonly WithheldContact[];
}

const contacts: ReadonlySet<string> = new Set<ContactKind>(['email', 'mobile']);

/** Makes the derived tokens of rows of one role: of clear columns, and of the digests that a source derived. */
export class DerivedTokensOfRole {
  readonly #plan: PlannedDerivations;
  readonly #tokens: DerivedTokensOfChunk;
  readonly #postcodes: PostcodeLookup;
  readonly #names: ReadonlySet<string>;
  readonly #isChild: boolean;
  /** The column of a source's own digests, and that of areas; -1 for none. */
  readonly #ofSource: number;
  readonly #area: number;

  constructor(
    { schema, derived = [] }: Pick<Dataset, 'schema' | 'derived'>,
    role: Role,
    tokens: DerivedTokensOfChunk,
    postcodes: PostcodeLookup,
  ) {
    this.#plan = planDerivations(schema, role, derived);
    this.#tokens = tokens;
    this.#postcodes = postcodes;
    this.#names = new Set(derived);
    this.#isChild = role === 'child';
    this.#ofSource = schema.fields.findIndex(({ 'x-kinledger': { format } }) => format === 'derived-digests');
    this.#area = schema.fields.findIndex(({ 'x-kinledger': { target } }) => target?.to === 'lsoa');
  }

  /** @param named the row's tokens: what a source derived of a carer's identifier needs the carer's token of it. */
  of(values: Values, named: TokensOfPerson): PseudonymisedRow['derived'] {
    const { withheld } = named;
    const columns = withheld.flatMap((contact) => contact.columns);
    const found = derivedInRow(this.#plan, this.#tokens, this.#postcodes, values, columns);
    const cell = values[this.#ofSource] ?? null;
    if (cell !== null) this.#addOfSource(found, cell, values[this.#area] === PROTECTED_AREA, named);
    return found.map(({ made, ...entry }) => ({ ...entry, tokens: made as Token[] })); // nobody changes a row's
  }

  #addOfSource(
    found: DerivedInRow<Token>[],
    cell: string,
    isProtected: boolean,
    { tokens, withheld }: TokensOfPerson,
  ): void {
    const carers = tokens.flatMap(({ use, domain }) => (use === 'carer' ? [domain] : []));
    // Validation wrote the cell; one of another form has no digests.
    for (const { name: said, digests } of digestsInCell(cell) ?? []) {
      const { name, isCarers } = asNamed(said);
      const rule = derivationNamed(name);
      if (rule === undefined || !this.#names.has(name) || (isCarers && !this.#isChild)) continue;
      const words = name.split('-');
      if (isProtected && (words.includes('postcode') || words.includes('address'))) continue;
      if (withheld.some(({ kind }) => words.includes(kind))) continue;
      // Contacts on a child's row are the carer's, whatever a source calls them.
      const restsOnCarer = this.#isChild && (isCarers || words.some((word) => contacts.has(word)));
      // An erasure of the carer, and a suppression, find it by the carer's token.
      if (restsOnCarer && !carers.some((domain) => restsOn(name, domain))) continue;
      addTo(
        found,
        restsOnCarer ? carerName(name) : name,
        rule,
        this.#tokens.ofDigests(rule.domain, digests as readonly Digest[]), // read from a cell of digests
      );
    }
  }
}

/** Derived tokens of the values of one chunk, each made once: a carer and the children share contacts and postcode. */
export class DerivedTokensOfChunk implements MakerOfDerived<Token> {
  readonly #keys: DerivationKeys;
  readonly #sets = new Map<string, readonly Token[]>();
  readonly #ofFew = new Map<string, Token>();

  constructor(keys: DerivationKeys) {
    this.#keys = keys;
  }

  /** The tokens of a set, in the order of tokens, which says nothing of the values. */
  ofSet(derivation: Derivation, canonical: string): readonly Token[] {
    const { domain, lowEntropy = false } = derivation;
    if (lowEntropy) return derivation.of(canonical).map((value) => this.#tokenOfFew(domain, value));
    const name = `${domain}\n${canonical}`;
    let tokens = this.#sets.get(name);
    if (tokens === undefined) {
      tokens = this.#tokensOf(domain, this.#keys.digests.derived.ofSet(derivation, canonical));
      this.#sets.set(name, tokens);
    }
    return tokens;
  }

  ofValues(domain: string, values: readonly string[]): readonly Token[] {
    return this.#tokensOf(
      domain,
      values.map((value) => this.#keys.digests.derived.of(domain, value)),
    );
  }

  /** The tokens of digests that a source made, without that of an empty value: everybody's is the same. */
  ofDigests(domain: string, digests: readonly Digest[]): readonly Token[] {
    const ofNothing = this.#keys.digests.derived.of(domain, '');
    return this.#tokensOf(
      domain,
      digests.filter((digest) => digest !== ofNothing),
    );
  }

  /** Forgets the values so far, which are clear text. */
  forget(): void {
    this.#sets.clear();
    this.#ofFew.clear();
  }

  #tokensOf(domain: string, digests: readonly Digest[]): readonly Token[] {
    return digests.map((digest) => this.#keys.tokens.tokenOf(domain, digest)).sort();
  }

  #tokenOfFew(domain: string, value: string): Token {
    const name = `${domain}\n${value}`;
    let token = this.#ofFew.get(name);
    if (token === undefined) {
      const { digests, tokens } = this.#keys;
      token = tokens.tokenOf(domain, digests.derived.of(domain, value));
      this.#ofFew.set(name, token);
    }
    return token;
  }
}
