import { InvalidArgumentError } from 'commander';

/** The highest version that a row can state. */
const MAX_KEY_VERSION = 127;

export function keyVersion(text: string): number {
  const version = Number(text);
  if (!Number.isInteger(version) || version < 2 || version > MAX_KEY_VERSION)
    throw new InvalidArgumentError(`expected a version from 2 to ${MAX_KEY_VERSION}`);
  return version;
}
