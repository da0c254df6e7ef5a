import { z } from 'zod';
import { keyVersion, rowKey } from '../identifiers.js';
import { MAX_TOKENS, tokenOccurrence } from '../messages/pseudonymised-row.js';
import { commandContract } from './command-kind.js';

/** A provider’s own number makes a row key in each of the provider’s datasets. */
const MAX_ROW_KEYS = 200;

export const ErasePerson = commandContract({
  kind: 'erase-person',
  description:
    'Forget a person for ever: every record of the individual that these tokens and row keys name. The reason of the command is the basis of the erasure. Once it is answered, nobody keeps tokens or row keys of it outside this topic.',
  payload: z.object({
    tokens: z
      .array(tokenOccurrence)
      .max(MAX_TOKENS)
      .describe('The person’s own tokens, and the birth-date guard where it is known. Empty once answered.'),
    rowKeys: z
      .array(rowKey)
      .max(MAX_ROW_KEYS)
      .describe('Keys of the person’s rows in files of a provider. Empty once answered.'),
    keyVersion,
    all: z.boolean().describe('Whether several individuals may be erased, if the identifiers name several.'),
  }),
  refusals: {
    'person-unknown': 'The ledger has no record of this person: nothing was erased.',
    'several-individuals':
      'These identifiers name {count} individuals, and nothing was erased: give fewer identifiers, or ask for all of them.',
    'erasures-not-configured':
      'This installation cannot erase: the linker has no list of erasures, or no role that may delete bodies.',
  },
  example: {
    tokens: [
      { domain: 'nhs-number', use: 'identity', token: '8f83bf72ccad009eb00a569c35d6dbe6' },
      { domain: 'birth-date', use: 'guard', token: '5f6aafa00d2ed4efdd9177650668fa57' },
    ],
    rowKeys: ['c1d2e3f405162738c1d2e3f405162738'],
    keyVersion: 1,
    all: false,
  },
});

/** A payload of this kind without anything that names the person: what is kept of it once it is answered. */
export const withoutPerson = (
  payload: z.output<typeof ErasePerson.payload>,
): z.output<typeof ErasePerson.payload> => ({ ...payload, tokens: [], rowKeys: [] });
