import { readFileSync } from 'node:fs';
import { Failure } from '../failure.js';

const STANDARD_INPUT = 0;

/**
 * Reads what is said of a person: a JSON document in a file, or from standard input for `-`. Never from arguments, which
 * other processes of the machine can see, and shells keep.
 * @throws Failure, which repeats nothing of it.
 */
export function readPerson(from: string): unknown {
  let text: string;
  try {
    text = readFileSync(from === '-' ? STANDARD_INPUT : from, 'utf8');
  } catch {
    throw new Failure(from === '-' ? 'standard input cannot be read' : `${from} cannot be read`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(
      `${from === '-' ? 'standard input' : from} is no JSON document: write {"nhsNumber": "…"}, or see "kinledger erase --help"`,
    );
  }
}
