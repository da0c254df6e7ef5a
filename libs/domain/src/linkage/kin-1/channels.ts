import { Channels } from '../channels.js';
import { authority } from '../leap-1/authority.js';
import { comparedFields } from './compared-fields.js';
import { rarityChannels } from './name-rarity.js';

/** The identifiers that link on their own, as under `leap-1`, and then all derivations that are compared. */
export const channels = new Channels([
  ...authority.map((domain) => ({ domain, sameBirthDate: domain === 'mobile' })),
  ...comparedFields.flatMap(({ reads }) =>
    reads.map(({ derivation }) => ({ domain: derivation, comparedOnly: true })),
  ),
  ...rarityChannels,
]);
