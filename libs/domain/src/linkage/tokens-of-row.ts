import type { PseudonymisedRow } from '@kinledger/contracts';
import type { Channels } from './channels.js';
import { NONE } from './typed-column.js';

/** The part of a row that linkage reads. */
export type LinkageRow = Pick<PseudonymisedRow, 'role' | 'tokens'> &
  Partial<Pick<PseudonymisedRow, 'derived'>>;

/** A token and its channel. */
export interface ChannelToken {
  readonly channel: number;
  readonly token: string;
}

/** What a row's tokens say. No list contains a token twice. */
export interface TokensOfRow {
  /** The person's own tokens of connecting channels. */
  readonly own: readonly ChannelToken[];
  /** The carer's tokens, on a child's row. */
  readonly carers: readonly ChannelToken[];
  /** The person's own tokens of compared-only channels. */
  readonly compared: readonly ChannelToken[];
  /**
   * Candidate keys, if the strategy scores pairs: at least 16 hex digits each, the first 16 of which count, and none
   * twice. Only those of person records are used.
   */
  readonly keys?: readonly string[];
  /** The full birth date, as a token. */
  readonly birthDate: string | undefined;
  /** The gender as returned by {@link valueOf}, or NONE. */
  readonly gender: number;
  /** The provider's own case number as returned by {@link valueOf}, or NONE. */
  readonly caseNumber: number;
}

/** The guard that contradicts or confirms a link. */
const BIRTH_DATE_DOMAIN = 'birth-date';
/** A guard that contradicts only if two rows share nothing but an email, because gender is often recorded wrongly. */
const GENDER_DOMAIN = 'gender';

const none: readonly ChannelToken[] = [];

/** Reads a row's plain tokens by domain and use: all the evidence of a strategy that derives no tokens. */
export function plainTokensOf({ role, tokens }: LinkageRow, channels: Channels): TokensOfRow {
  const own: ChannelToken[] = [];
  let carers = none;
  let birthDate: string | undefined;
  let gender = NONE;
  let caseNumber = NONE;
  for (const { domain, use, token } of tokens) {
    switch (use) {
      case 'identity':
        add(own, channels.numberOf(domain), token);
        break;
      case 'carer':
        if (role !== 'child') break;
        if (carers === none) carers = [];
        add(carers as ChannelToken[], channels.numberOf(domain), token); // its own list by now
        break;
      case 'guard':
        if (domain === BIRTH_DATE_DOMAIN) birthDate ??= token;
        else if (domain === GENDER_DOMAIN && gender === NONE) gender = valueOf(token);
        break;
      case 'local':
        if (caseNumber === NONE) caseNumber = valueOf(token);
        break;
    }
  }
  return { own, carers, compared: none, birthDate, gender, caseNumber };
}

function add(list: ChannelToken[], channel: number, token: string): void {
  if (channel === NONE) return;
  for (const known of list) if (known.channel === channel && known.token === token) return; // a row may say it twice
  list.push({ channel, token });
}

/**
 * 31 bits of a token that is only compared within a small set, such as the rows that share a child key. That is enough
 * to tell them apart and takes a quarter of the space.
 */
const valueOf = (token: string): number => Number.parseInt(token.slice(0, 8), 16) >>> 1;
