import type { DomainTokens, Token } from '@kinledger/contracts';

/** Versions of token keys: that of tokens, and the later one to which they are wrapped. */
export interface KeyChange {
  readonly from: number;
  readonly to: number;
}

/** Has tokens wrapped by whoever holds the keys. Wrapping the same token again gives the same token. */
export interface TokenWrapping {
  /** Version of the newest token key that there is. */
  newest(signal: AbortSignal): Promise<number>;
  /** Puts a key into use: files that are read from now on are read under it. Idempotent. */
  adopt(keyVersion: number, signal: AbortSignal): Promise<void>;
  /** Resolves with the wrapped tokens of each domain, in the order of the given ones. */
  wrap(
    change: KeyChange,
    domains: readonly DomainTokens[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Token[])[]>;
}
