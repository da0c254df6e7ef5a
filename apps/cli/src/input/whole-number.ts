import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number from 1, of at most so many digits. */
export const wholeNumber =
  (digits = 9) =>
  (text: string): number => {
    if (!/^[1-9]\d*$/.test(text) || text.length > digits)
      throw new InvalidArgumentError('expected a whole number from 1');
    return Number(text);
  };
