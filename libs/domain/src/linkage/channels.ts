import type { Ground } from './ground.js';
import { NONE } from './typed-column.js';

/** A kind of token that a strategy reads. */
export interface Channel {
  /** The value domain of its tokens; for derived tokens, a name that the strategy chooses. */
  readonly domain: string;
  /** A token links only rows whose birth dates agree, because a mobile number passes to other people (domain §4). */
  readonly sameBirthDate?: boolean;
  /** Tokens attach facts to a person, and join no two rows of people. */
  readonly factsOnly?: boolean;
  /** Tokens are compared only between records that other channels made neighbours. They connect nobody themselves. */
  readonly comparedOnly?: boolean;
  /** Tokens say something of another value of the row, such as how common it is, and are no value themselves. */
  readonly isRemark?: boolean;
}

/** Rows with two different tokens of this domain are about two people (architecture §6). */
const NHS_NUMBER_DOMAIN = 'nhs-number';

/** The channels of a strategy, by number: strongest first, compared-only channels last. */
export class Channels {
  readonly #list: readonly Channel[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #grounds: readonly Ground[];
  /** Channels below this number connect; the rest are only compared. */
  readonly connecting: number;
  /** The channel of NHS numbers, or NONE. */
  readonly nhsNumber: number;

  constructor(list: readonly Channel[]) {
    const firstCompared = list.findIndex(({ comparedOnly = false }) => comparedOnly);
    this.connecting = firstCompared === -1 ? list.length : firstCompared;
    if (list.slice(this.connecting).some(({ comparedOnly = false }) => !comparedOnly)) {
      throw new RangeError('compared-only channels must come after the channels that connect');
    }
    this.#list = list;
    this.#grounds = list.map(({ domain }) => ({ rule: domain }));
    this.#numbers = new Map(list.map(({ domain }, channel) => [domain, channel]));
    this.nhsNumber = this.numberOf(NHS_NUMBER_DOMAIN);
  }

  get count(): number {
    return this.#list.length;
  }

  /** The channel of a domain; NONE if the strategy does not read the domain. */
  numberOf(domain: string): number {
    return this.#numbers.get(domain) ?? NONE;
  }

  domainOf(channel: number): string {
    return this.groundOf(channel).rule;
  }

  /** The ground of a link that rests on a token of this channel alone. */
  groundOf(channel: number): Ground {
    const found = this.#grounds[channel];
    if (found === undefined) throw new RangeError(`there is no channel ${channel}`);
    return found;
  }

  /** Whether the tokens of a channel are values of the row. */
  isValue(channel: number): boolean {
    return this.#list[channel]?.isRemark !== true;
  }

  /** Whether a token of a channel may join two rows of people. */
  joinsPersons(channel: number): boolean {
    return channel < this.connecting && this.#list[channel]?.factsOnly !== true;
  }

  joinsByBirthDate(channel: number): boolean {
    return this.#list[channel]?.sameBirthDate ?? false;
  }
}
