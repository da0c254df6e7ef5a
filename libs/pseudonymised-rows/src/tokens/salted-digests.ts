import {
  opLeap1With,
  type CanonicalByKind,
  type Digest,
  type OpLeap1,
  type Sha256Hex,
} from '@kinledger/domain/identifiers';
import type { ColumnIdentifier } from '@kinledger/programme/definition';
import { DerivedDigests } from './derived-digests.js';
import { emptyValueDigests, emptyValueListOf, type EmptyValueList } from './empty-value-digests.js';

/** Digests of profile op-leap-1, and of op-kin-1, under one salt. */
export class SaltedDigests {
  readonly derived: DerivedDigests;
  readonly #profile: OpLeap1;
  readonly #salt: string;
  /** Thousands of digests, computed on first use. */
  readonly #nothing = new Map<EmptyValueList, ReadonlySet<Digest>>();

  constructor(sha256: Sha256Hex, salt: string) {
    this.#profile = opLeap1With(sha256);
    this.#salt = salt;
    this.derived = new DerivedDigests(sha256, salt);
  }

  /** Digest of a canonical value. */
  of<Kind extends keyof CanonicalByKind>(kind: Kind, canonical: CanonicalByKind[Kind]): Digest {
    return this.#profile.digestOf(kind, canonical, this.#salt);
  }

  /** Whether a digest that was made at source with the salt is that of an empty value. */
  isOfEmptyValue(kind: ColumnIdentifier['kind'], digest: Digest): boolean {
    const list = emptyValueListOf(kind);
    const digests = this.#nothing.get(list) ?? emptyValueDigests(this.#profile, list, this.#salt);
    this.#nothing.set(list, digests);
    return digests.has(digest);
  }
}
