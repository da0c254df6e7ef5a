import { z } from 'zod';
import { askedBy, commandId } from '../commands/command-kind.js';
import { contract } from '../contract.js';
import { code, instant, programmeId } from '../identifiers.js';

export const personRequestActs = ['erase', 'lift'] as const;
export type PersonRequestAct = (typeof personRequestActs)[number];

const request = commandId.describe('Id of the request; of an erasure also of the command that follows.');
const act = z
  .enum(personRequestActs)
  .describe('erase: forget the person and keep later rows out; lift: let later rows in again.');

export const PersonRequested = contract({
  name: 'PersonRequested',
  version: 1,
  description:
    'Somebody asks to erase a person, or to lift a suppression. The identifiers wait sealed in the restricted database: the message names the request alone.',
  schema: z.object({
    programme: programmeId,
    request,
    act,
    askedBy,
    reason: code.describe('The basis: a short code, never words about anybody.'),
    at: instant,
  }),
  example: {
    programme: 'leap',
    request: '2b6f0cc9-04d1-37be-2e17-30235f566409',
    act: 'erase',
    askedBy: { person: 'operator' },
    reason: 'data-subject-request',
    at: '2024-04-02T10:00:00Z',
  },
});

/** Why the pseudonymiser refuses a request, in one sentence each, which names nobody. */
export const personRefusals = {
  'suppressions-not-configured':
    'This installation cannot suppress anybody: the pseudonymiser has no list of suppressions. Nothing was erased.',
  'names-nobody':
    'No dataset of this provider numbers its rows by the case number alone, so that it names nobody. Nothing was erased.',
  'request-gone': 'What the request said of the person is gone: ask again. Nothing was erased.',
  'request-not-authentic':
    'What the request said of the person cannot be opened with the key at hand. Nothing was erased.',
  'not-suppressed': 'The person is not suppressed: nothing was lifted.',
} as const;
export type PersonRefusal = keyof typeof personRefusals;

export const PersonAnswered = contract({
  name: 'PersonAnswered',
  version: 1,
  description:
    'The pseudonymiser has suppressed the person or lifted the suppression, durably, or refuses. What an erasure is ordered with waits in the restricted database.',
  schema: z.object({ programme: programmeId, request, act }),
  example: { programme: 'leap', request: '2b6f0cc9-04d1-37be-2e17-30235f566409', act: 'erase' },
});
