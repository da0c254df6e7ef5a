import type { KeyObject } from 'node:crypto';

/** The secrets of intake. Keys are `KeyObject`s, because those reveal nothing when logged or converted to JSON. */
export interface IntakeSecrets {
  /** Wraps the data key of each file in the landing store. */
  readonly landingKek: KeyObject;
  /** Keys the content hash of a file. */
  readonly contentHashKey: KeyObject;
}

/** All secrets of the restricted zone. */
export interface Secrets extends IntakeSecrets {
  /** The salt of profile op-leap-1, shared with partners who make digests at source; the key's bytes are its text. */
  readonly opLeapSalt: KeyObject;
  /** Master keys of tokens, version 1 first. All are kept, because new digests pass through each. */
  readonly tokenMasters: readonly KeyObject[];
  /** Never rotates: a corrected row must get the same row key. */
  readonly rowKeyKey: KeyObject;
  /** Never rotates: a repeated delivery must get the same record ids. */
  readonly recordIdKey: KeyObject;
}

/** File names in the folder of secrets. Each file contains one line. */
export const secretFiles = {
  opLeapSalt: 'op-leap-salt',
  rowKeyKey: 'row-key-key',
  recordIdKey: 'record-id-key',
  landingKek: 'landing-kek',
  contentHashKey: 'content-hash-key',
} as const;

/** @param version from 1. */
export const tokenMasterFile = (version: number): string => `token-master-${version}`;

export interface SecretsUnreadable extends Error {
  readonly code: 'secrets-unreadable';
  readonly file: string;
}

export const isSecretsUnreadable = (error: unknown): error is SecretsUnreadable =>
  error instanceof Error && 'code' in error && error.code === 'secrets-unreadable';

/** @param why names a rule, never a value. */
export const secretsUnreadable = (folder: string, file: string, why: string): SecretsUnreadable =>
  Object.assign(new Error(`secret "${file}" in ${folder} cannot be used: ${why}`), {
    code: 'secrets-unreadable' as const,
    file,
  });
