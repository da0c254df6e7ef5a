import { InvalidArgumentError } from 'commander';

/** Reads a position of the ledger, as an argument. @throws InvalidArgumentError */
export function position(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a position, a whole number from 0');
  return Number(text);
}
