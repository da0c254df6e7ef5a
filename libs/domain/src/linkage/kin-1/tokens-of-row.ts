import type { NameFrequencies } from '@kinledger/kin';
import { plainTokensOf, type ChannelToken, type LinkageRow, type TokensOfRow } from '../tokens-of-row.js';
import { NONE } from '../typed-column.js';
import { CASE_CHANNEL, channels } from './channels.js';
import { raritiesOf } from './name-rarity.js';

/** Begins the value domain of a candidate key that the pseudonymiser made of several fields. */
const KEY_DOMAIN = 'key:';
/** Begins the name of a derivation that rests on a carer's contact. An erasure of the carer takes it away. */
const CARER_DERIVATION = 'carer-';

/**
 * What `kin-1` reads of a row: identifiers as `leap-1` reads them, the provider's case numbers, derived tokens to compare, and
 * candidate keys. Each identifier is a candidate key too, because two records may share a mobile number although their birth dates
 * differ. A case number is none: it links no rows of people.
 * @param frequencies how common names are; absent if all count as equally common.
 */
export function tokensOf(row: LinkageRow, frequencies?: NameFrequencies): TokensOfRow {
  const plain = plainTokensOf(row, channels);
  const compared: ChannelToken[] = [];
  const keys = new Set<string>(plain.own.map(({ token }) => token));
  for (const { derivation, domain, tokens } of row.derived ?? []) {
    if (derivation.startsWith(CARER_DERIVATION)) continue;
    if (domain.startsWith(KEY_DOMAIN)) for (const token of tokens) keys.add(token);
    const channel = channels.numberOf(derivation);
    if (channel !== NONE && channel >= channels.connecting)
      for (const token of tokens) compared.push({ channel, token });
    if (frequencies !== undefined)
      compared.push(...raritiesOf(derivation, tokens, frequencies, (name) => channels.numberOf(name)));
  }
  const own = [...plain.own];
  for (const { use, token } of row.tokens)
    if (use === 'local' && !own.some((known) => known.channel === CASE_CHANNEL && known.token === token))
      own.push({ channel: CASE_CHANNEL, token });
  return { ...plain, own, compared, keys: [...keys] };
}
