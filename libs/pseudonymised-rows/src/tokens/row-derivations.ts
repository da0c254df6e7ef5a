import { MAX_DERIVATIONS, type PseudonymisedRow, type Role, type Token } from '@kinledger/contracts';
import type { Derivation } from '@kinledger/derivations';
import type { Dataset, PostcodeLookup } from '@kinledger/programme/definition';
import type { DerivedDigests } from './derived-digests.js';
import { fieldValuesOf, planDerivations, type PlannedDerivations } from './planned-derivations.js';
import type { TokenKeys } from './token-keys.js';

type Values = readonly (string | null)[];
type Derived = PseudonymisedRow['derived'];

/** The keys of derived tokens. */
export interface DerivationKeys {
  readonly tokens: TokenKeys;
  readonly digests: { readonly derived: DerivedDigests };
}

/** Makes the derived tokens of rows of one role. */
export class RowDerivations {
  readonly #plan: PlannedDerivations;
  readonly #tokens: DerivedTokensOfChunk;
  readonly #postcodes: PostcodeLookup;

  constructor(
    { schema, derived = [] }: Pick<Dataset, 'schema' | 'derived'>,
    role: Role,
    tokens: DerivedTokensOfChunk,
    postcodes: PostcodeLookup,
  ) {
    this.#plan = planDerivations(schema, role, derived);
    this.#tokens = tokens;
    this.#postcodes = postcodes;
  }

  /**
   * The derived tokens of a row: for each derivation and column one entry, for each candidate key one.
   * @param withheld columns of which nothing may be derived in this row.
   */
  of(values: Values, withheld: readonly number[]): Derived {
    const found: Derived = [];
    const usable = this.#plan.columns.flatMap((planned) => {
      const value = values[planned.column] ?? null;
      if (value === null || withheld.includes(planned.column)) return [];
      // A protected address leaves no trace.
      if (planned.field === 'postcode' && this.#postcodes.isProtected(value)) return [];
      return [{ ...planned, value }];
    });
    for (const { derivations, value } of usable)
      for (const { name, derivation } of derivations)
        add(found, name, derivation, this.#tokens.ofSet(derivation, value));
    if (this.#plan.keys.length === 0) return found;
    const fields = fieldValuesOf(usable);
    for (const { name, key } of this.#plan.keys)
      add(found, name, key, this.#tokens.ofValues(key.domain, key.of(fields)));
    return found;
  }
}

/** Two columns may hold the same value, such as a main and a second number. */
function add(
  found: Derived,
  derivation: string,
  { version, domain }: Pick<Derivation, 'version' | 'domain'>,
  tokens: readonly Token[],
): void {
  if (tokens.length === 0 || found.length === MAX_DERIVATIONS) return;
  const isRepeated = found.some((other) => other.derivation === derivation && other.tokens[0] === tokens[0]);
  if (!isRepeated) found.push({ derivation, version, domain, tokens: tokens as Token[] }); // nobody changes a row's
}

/** Derived tokens of the values of one chunk, each made once: a carer and the children share contacts and postcode. */
export class DerivedTokensOfChunk {
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
      const { digests, tokens: keys } = this.#keys;
      tokens = digests.derived
        .ofSet(derivation, canonical)
        .map((digest) => keys.tokenOf(domain, digest))
        .sort();
      this.#sets.set(name, tokens);
    }
    return tokens;
  }

  ofValues(domain: string, values: readonly string[]): readonly Token[] {
    const { digests, tokens } = this.#keys;
    return values.map((value) => tokens.tokenOf(domain, digests.derived.of(domain, value))).sort();
  }

  /** Forgets the values so far, which are clear text. */
  forget(): void {
    this.#sets.clear();
    this.#ofFew.clear();
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
