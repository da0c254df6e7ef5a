import type { Ground } from './ground.js';
import { NONE } from './typed-column.js';

/** A kind of token that a strategy reads. */
export interface Channel {
  /** Value domain of its tokens; for a derivation, a name of the strategy's own. */
  readonly domain: string;
  /** Its tokens join only rows whose birth dates agree: a mobile number passes on (domain §4). */
  readonly sameBirthDate?: boolean;
  /** Its tokens are compared once others have made two records neighbours, and connect nobody themselves. */
  readonly comparedOnly?: boolean;
}

/** Rows with two different tokens of this domain are two people (architecture §6). */
const NHS_NUMBER_DOMAIN = 'nhs-number';

/** The kinds of token that a strategy reads, by number: strongest first, those that are only compared last. */
export class Channels {
  readonly #list: readonly Channel[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #grounds: readonly Ground[];
  /** Channels from 0 up to this number connect; the ones after it are only compared. */
  readonly connecting: number;
  /** The channel of NHS numbers, or NONE. */
  readonly nhsNumber: number;

  constructor(list: readonly Channel[]) {
    const firstCompared = list.findIndex(({ comparedOnly = false }) => comparedOnly);
    this.connecting = firstCompared === -1 ? list.length : firstCompared;
    if (list.slice(this.connecting).some(({ comparedOnly = false }) => !comparedOnly)) {
      throw new RangeError('channels that are only compared come after those that connect');
    }
    this.#list = list;
    this.#grounds = list.map(({ domain }) => ({ rule: domain }));
    this.#numbers = new Map(list.map(({ domain }, channel) => [domain, channel]));
    this.nhsNumber = this.numberOf(NHS_NUMBER_DOMAIN);
  }

  get count(): number {
    return this.#list.length;
  }

  /** NONE for a domain that the strategy does not read. */
  numberOf(domain: string): number {
    return this.#numbers.get(domain) ?? NONE;
  }

  domainOf(channel: number): string {
    return this.groundOf(channel).rule;
  }

  /** The ground of a link that stands on a token of this channel and nothing else. */
  groundOf(channel: number): Ground {
    const found = this.#grounds[channel];
    if (found === undefined) throw new RangeError(`there is no channel ${channel}`);
    return found;
  }

  joinsByBirthDate(channel: number): boolean {
    return this.#list[channel]?.sameBirthDate ?? false;
  }
}
