import { Channels } from '../channels.js';
import { authority } from '../leap-1/authority.js';
import { comparedFields } from './compared-fields.js';
import { rarityChannels } from './name-rarity.js';

const CASE_NUMBER = 'case-number';

/**
 * The identifiers that link on their own, as under `leap-1`; the provider's own case number, under which facts attach and
 * no two rows of people are linked; and then all derivations that are compared.
 */
export const channels = new Channels([
  ...authority.map((domain) => ({ domain, sameBirthDate: domain === 'mobile' })),
  { domain: CASE_NUMBER, factsOnly: true },
  ...comparedFields.flatMap(({ reads }) =>
    reads.map(({ derivation }) => ({ domain: derivation, comparedOnly: true })),
  ),
  ...rarityChannels,
]);

/** The channel of case numbers of all providers: each provider's have a value domain, and so tokens, of their own. */
export const CASE_CHANNEL = channels.numberOf(CASE_NUMBER);
