import { z } from 'zod';
import { contract, type DataOf } from '../contract.js';
import { code, programmeId, revision } from '../identifiers.js';
import { commandId, commandOf, type CommandContract } from './command-kind.js';
import { CloseQuarter } from './close-quarter.js';
import { ErasePerson, withoutPerson } from './erase-person.js';
import { EraseRecords } from './erase-records.js';
import { PublishFigures } from './publish-figures.js';
import { PublishRelease } from './publish-release.js';
import { ReviewReferral } from './review-referral.js';
import { RotateKeys } from './rotate-keys.js';
import { UndoReview } from './undo-review.js';
import { UnparkSubmission } from './unpark-submission.js';
import { WithdrawRelease } from './withdraw-release.js';
import { WithdrawSubmission } from './withdraw-submission.js';

/** Every kind of command, by name. */
export const commandContracts = {
  'withdraw-submission': WithdrawSubmission,
  'unpark-submission': UnparkSubmission,
  'erase-records': EraseRecords,
  'erase-person': ErasePerson,
  'close-quarter': CloseQuarter,
  'publish-figures': PublishFigures,
  'publish-release': PublishRelease,
  'withdraw-release': WithdrawRelease,
  'rotate-keys': RotateKeys,
  'review-referral': ReviewReferral,
  'undo-review': UndoReview,
} as const;

export type CommandKind = keyof typeof commandContracts;

const commandKinds = Object.keys(commandContracts) as [CommandKind, ...CommandKind[]];

const shared = {
  id: '2b6f0cc9-04d1-37be-2e17-30235f566409',
  programme: 'leap',
  askedBy: { person: 'data-team' },
  reason: 'wrong-quarter',
  time: '2023-10-12T08:00:00Z',
  after: 18,
};

/** An example of each kind, as sent on its topic. */
export const commandExamples = commandKinds.map((kind) => ({
  ...shared,
  kind,
  payload: commandContracts[kind].example,
}));

export const Command = contract({
  name: 'Command',
  version: 1,
  description:
    'A person’s command to a programme’s ledger. The linker executes it between submissions, once its turn has come, and replies.',
  schema: z.discriminatedUnion('kind', [
    commandOf(WithdrawSubmission),
    commandOf(UnparkSubmission),
    commandOf(EraseRecords),
    commandOf(ErasePerson),
    commandOf(CloseQuarter),
    commandOf(PublishFigures),
    commandOf(PublishRelease),
    commandOf(WithdrawRelease),
    commandOf(RotateKeys),
    commandOf(ReviewReferral),
    commandOf(UndoReview),
  ]),
  example: { ...shared, kind: 'withdraw-submission', payload: WithdrawSubmission.example },
});

/** A command of any kind, or of a given one. */
export type CommandData<Kind extends CommandKind = CommandKind> = Extract<
  DataOf<typeof Command>,
  { readonly kind: Kind }
>;

/** The reasons for which commands of a kind are refused. */
export type RefusalOf<Kind extends CommandKind> = {
  [One in Kind]: keyof (typeof commandContracts)[One]['refusals'] & string;
}[Kind];

/**
 * The sentence that explains a refusal.
 * @param count the number that the sentence states, if it states one.
 */
export function sentenceOf(kind: CommandKind, reason: string, count?: number): string {
  const { refusals }: CommandContract = commandContracts[kind];
  const sentence = refusals[reason] ?? 'The linker refused the command.';
  return count === undefined ? sentence : sentence.replace('{count}', String(count));
}

/** What may be kept of a command once it is answered: nothing that names a person. */
export const keptOf = (command: CommandData): CommandData =>
  command.kind === 'erase-person' ? { ...command, payload: withoutPerson(command.payload) } : command;

/** The cause of the ledger's events in reply to a command; also the ce_id of the command's message. */
export const causeOfCommand = (id: string): string => `${COMMAND_CAUSE}${id}`;
const COMMAND_CAUSE = 'command:';

/** The id of the command that a cause names, if it names one. */
export const commandOfCause = (cause: string): string | undefined =>
  cause.startsWith(COMMAND_CAUSE) ? cause.slice(COMMAND_CAUSE.length) : undefined;

export const CommandAnswered = contract({
  name: 'CommandAnswered',
  version: 1,
  description:
    'The linker’s reply to a command: accepted, with the ledger position at which it was executed; or refused with a reason, without any change to the ledger.',
  schema: z.object({
    programme: programmeId,
    command: commandId,
    kind: z.enum(commandKinds),
    outcome: z.enum(['accepted', 'refused']),
    position: revision.exactOptional().describe('Ledger position of an accepted command.'),
    reason: code.exactOptional().describe('Why the command was refused.'),
    count: z.int().nonnegative().exactOptional().describe('The number that the reason states, if any.'),
    detail: z.string().max(200).exactOptional().describe('The reason in one sentence, which names nobody.'),
  }),
  example: {
    programme: 'leap',
    command: '2b6f0cc9-04d1-37be-2e17-30235f566409',
    kind: 'withdraw-submission',
    outcome: 'refused',
    reason: 'submission-withdrawn-already',
    detail: WithdrawSubmission.refusals['submission-withdrawn-already'],
  },
});
