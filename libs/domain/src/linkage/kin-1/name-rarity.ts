import { RARITIES, type NameFrequencies } from '@kinledger/kin';
import type { Channel } from '../channels.js';
import type { ChannelToken } from '../tokens-of-row.js';
import type { ComparedFieldName } from './compared-fields.js';

interface RareField {
  readonly field: ComparedFieldName;
  /** Its whole values are the tokens of this derivation. */
  readonly derivation: string;
}

/** The fields whose values are common or rare. */
export const rareFields = [
  { field: 'given-name', derivation: 'given-name' },
  { field: 'given-name-part', derivation: 'given-name-first-three' },
  { field: 'surname', derivation: 'surname' },
] as const satisfies readonly RareField[];

const fieldsByDerivation = new Map<string, number>(rareFields.map(({ derivation }, at) => [derivation, at]));
const domainOf = ({ field }: RareField, rarity: number): string => `${field}:rarity-${rarity}`;

/**
 * Channels that say how common a value of a row is. What a row says of itself by a table is read with its tokens, so that
 * whoever has the row has it too, and no comparison asks anybody else.
 */
export const rarityChannels: readonly Channel[] = rareFields.flatMap((field) =>
  Array.from({ length: RARITIES }, (_, at) => ({
    domain: domainOf(field, at + 1),
    comparedOnly: true,
    isRemark: true,
  })),
);

/** How common the values of one derivation of a row are, each as a token of the channel that says so. */
export function raritiesOf(
  derivation: string,
  tokens: readonly string[],
  frequencies: NameFrequencies,
  channelOf: (domain: string) => number,
): ChannelToken[] {
  const at = fieldsByDerivation.get(derivation);
  const field = at === undefined ? undefined : rareFields[at];
  if (at === undefined || field === undefined) return [];
  const found = new Set(tokens.map((token) => frequencies.rarityOf(field.field, token)));
  return [...found].map((rarity) => ({
    channel: channelOf(domainOf(field, rarity)),
    token: `${at}${rarity}`.padStart(32, '0'),
  }));
}

/** Which rarity of which field a channel of {@link rarityChannels} says, by its domain. */
export const rarityOfDomain: ReadonlyMap<
  string,
  { readonly field: ComparedFieldName; readonly rarity: number }
> = new Map(
  rareFields.flatMap((field) =>
    Array.from({ length: RARITIES }, (_, at) => [
      domainOf(field, at + 1),
      { field: field.field, rarity: at + 1 },
    ]),
  ),
);
