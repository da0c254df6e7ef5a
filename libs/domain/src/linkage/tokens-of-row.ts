import type { PseudonymisedRow } from '@kinledger/contracts';
import type { Channels } from './channels.js';
import { NONE } from './typed-column.js';

/** The part of a row that linkage reads. */
export type LinkageRow = Pick<PseudonymisedRow, 'role' | 'tokens'> &
  Partial<Pick<PseudonymisedRow, 'derived'>>;

/** A token and the channel that it is in. */
export interface ChannelToken {
  readonly channel: number;
  readonly token: string;
}

/** What a row's tokens say. No token stands in one list twice. */
export interface TokensOfRow {
  /** The person's own, of channels that connect. */
  readonly own: readonly ChannelToken[];
  /** The carer's, on a child's row. */
  readonly carers: readonly ChannelToken[];
  /** The person's own, of channels that are only compared. */
  readonly compared: readonly ChannelToken[];
  /** The full birth date, as a token. */
  readonly birthDate: string | undefined;
  /** The gender as {@link valueOf} gives it, or NONE. */
  readonly gender: number;
  /** The provider's own case number as {@link valueOf} gives it, or NONE. */
  readonly caseNumber: number;
}

/** The guard that contradicts or confirms. */
const BIRTH_DATE_DOMAIN = 'birth-date';
/** A guard that contradicts only where two rows share nothing but an email: records err about it. */
const GENDER_DOMAIN = 'gender';

const none: readonly ChannelToken[] = [];

/** Reads a row's plain tokens by their domain and use: the whole evidence of a strategy that derives nothing. */
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
 * 31 bits of a token that is only ever compared within a small set, such as the rows that share a child key: enough to
 * tell them apart, and a quarter of the room.
 */
const valueOf = (token: string): number => Number.parseInt(token.slice(0, 8), 16) >>> 1;
