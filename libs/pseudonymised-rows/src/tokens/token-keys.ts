import type { Token } from '@kinledger/contracts';
import type { Digest } from '@kinledger/domain/identifiers';
import type { Hashing, KeyedHash } from '../hashing.js';
import { bytesOfHex } from '../hex.js';

/** The first 128 bits, as hex digits. */
const TOKEN_DIGITS = 32;

/** The keys of one value domain, version 1 first. */
export type DomainKeys = (domain: string) => readonly KeyedHash[];

/**
 * Makes tokens. Keys form a chain: token₁ = HMAC(k₁, digest), token₂ = HMAC(k₂, token₁), …, each cut to 128 bits, so
 * that a rotation wraps existing tokens without their digests, and a new digest passes through every key.
 */
export class TokenKeys {
  readonly #domainKeys: DomainKeys;
  readonly #byDomain = new Map<string, readonly KeyedHash[]>();

  /** @param version of the newest key, from 1: the number of keys of each domain. */
  constructor(
    readonly version: number,
    domainKeys: DomainKeys,
  ) {
    this.#domainKeys = domainKeys;
  }

  /**
   * Keys of every value domain, derived from one master per version.
   * @param masters 32 bytes each, version 1 first.
   */
  static fromMasters({ hmacSha256 }: Hashing, masters: readonly Uint8Array[]): TokenKeys {
    const derivations = masters.map(hmacSha256);
    return new TokenKeys(masters.length, (domain) =>
      derivations.map((master) => hmacSha256(domainKey(master, domain))),
    );
  }

  /** The token of a digest in a value domain, under the newest version. */
  tokenOf(domain: string, digest: Digest): Token {
    return this.#through(domain, digest, 0);
  }

  /**
   * Wraps a token of an older version to the newest.
   * @throws RangeError for an unknown version.
   */
  wrap(domain: string, token: Token, version: number): Token {
    if (!Number.isInteger(version) || version < 1 || version > this.version) {
      throw new RangeError(`token key versions 1 to ${this.version} are known, not ${version}`);
    }
    return this.#through(domain, token, version);
  }

  #through(domain: string, digits: string, firstKey: number): Token {
    const keys = this.#keysOf(domain);
    let current = digits;
    for (let index = firstKey; index < keys.length; index += 1) {
      current = keys[index]?.hexOfHex(current).slice(0, TOKEN_DIGITS) ?? current;
    }
    return current as Token;
  }

  #keysOf(domain: string): readonly KeyedHash[] {
    let keys = this.#byDomain.get(domain);
    if (keys === undefined) {
      keys = this.#domainKeys(domain);
      this.#byDomain.set(domain, keys);
    }
    return keys;
  }
}

/** Never changes: HMAC-SHA-256(master, "kinledger token key " and the domain's name). */
const domainKey = (master: KeyedHash, domain: string): Uint8Array =>
  bytesOfHex(master.hex(new TextEncoder().encode(`kinledger token key ${domain}`)));
