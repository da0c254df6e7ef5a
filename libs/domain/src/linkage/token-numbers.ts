import type { DatasetId, TokenOccurrence } from '@kinledger/contracts';
import { guardsOf, valueOf } from './contradiction.js';
import type { LinkageRecord } from './partition.js';
import { levelOf, NHS_NUMBER_LEVEL } from './strategy.js';
import { NONE } from './typed-column.js';

type Token = Pick<TokenOccurrence, 'domain' | 'token'>;

/** What tells the people of rows apart: equal numbers for equal values, NONE for what a row does not say. */
export interface Marks {
  readonly birthDate: number;
  readonly nhsNumber: number;
  readonly dataset: number;
  readonly caseNumber: number;
}

/** Numbers the tokens and datasets of a set of records, since the rules ask of them only whether they are equal. */
export class TokenNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #tokens: Token[] = [];
  readonly #datasets = new Map<DatasetId, number>();

  intern({ domain, token }: Token): number {
    const key = `${domain} ${token}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#tokens.length);
    return this.#tokens.push({ domain, token }) - 1;
  }

  tokenOf(number: number): Token {
    return this.#tokens[number] as Token; // interned
  }

  /** The record's own linking tokens, each once, with their authority level. */
  identityOf({ tokens }: LinkageRecord): (readonly [token: number, level: number])[] {
    const found = new Map<number, number>();
    for (const occurrence of tokens) {
      const level = levelOf(occurrence.domain);
      if (occurrence.use === 'identity' && level !== NONE) found.set(this.intern(occurrence), level);
    }
    return [...found];
  }

  marksOf(record: LinkageRecord): Marks {
    const { birthDate, caseNumber } = guardsOf(record.tokens);
    return {
      birthDate: birthDate === undefined ? NONE : this.intern(birthDate),
      nhsNumber: this.identityOf(record).find(([, level]) => level === NHS_NUMBER_LEVEL)?.[0] ?? NONE,
      dataset: this.#numberOf(record.dataset),
      caseNumber: valueOf(caseNumber),
    };
  }

  #numberOf(dataset: DatasetId): number {
    const known = this.#datasets.get(dataset) ?? this.#datasets.size;
    this.#datasets.set(dataset, known);
    return known;
  }
}
