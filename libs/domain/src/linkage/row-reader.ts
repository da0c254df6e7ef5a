import type { DatasetId } from '@kinledger/contracts';
import { KEY_DIGITS } from './candidate-index.js';
import type { RecordReading } from './evidence.js';
import type { LinkageRecord } from './partition.js';
import type { Strategy } from './strategy.js';
import type { ChannelToken } from './tokens-of-row.js';
import { NONE } from './typed-column.js';

/**
 * Reads rows as the index reads records, with its own numbers for tokens: the rules only compare tokens for equality.
 */
export class RowReader {
  readonly #strategy: Strategy;
  readonly #numbers = new Map<string, number>();
  readonly #tokens: ChannelToken[] = [];
  readonly #birthDates = new Map<string, number>();
  readonly #datasets = new Map<DatasetId, number>();
  readonly #keys = new Map<string, number>();

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
  }

  readingOf(record: LinkageRecord): RecordReading {
    const { own, compared, birthDate, gender, caseNumber, keys = [] } = this.#strategy.tokensOf(record);
    const person = record.kind === 'person';
    return {
      child: record.role === 'child',
      person,
      birthDate: birthDate === undefined ? NONE : numberIn(this.#birthDates, birthDate),
      gender,
      caseNumber,
      dataset: numberIn(this.#datasets, record.dataset),
      own: own.map((token) => this.#numberOf(token)),
      ownChannels: own.map(({ channel }) => channel),
      compared: compared.map((token) => this.#numberOf(token)),
      comparedChannels: compared.map(({ channel }) => channel),
      keys: person ? keys.map((key) => numberIn(this.#keys, key.slice(0, KEY_DIGITS))) : [],
    };
  }

  /** The token with this number. */
  tokenOf(number: number): ChannelToken {
    return this.#tokens[number] as ChannelToken; // given out by `readingOf`
  }

  #numberOf({ channel, token }: ChannelToken): number {
    const number = numberIn(this.#numbers, `${channel} ${token}`);
    if (number === this.#tokens.length) this.#tokens.push({ channel, token });
    return number;
  }
}

function numberIn(numbers: Map<string, number>, value: string): number {
  const known = numbers.get(value);
  if (known !== undefined) return known;
  numbers.set(value, numbers.size);
  return numbers.size - 1;
}
