import { InvalidArgumentError } from 'commander';

/** Parses a whole number of seconds. */
export function waitSeconds(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('give a number of seconds.');
  return Number(text);
}
