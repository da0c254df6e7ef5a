import type { CommandData, CommandKind } from '@kinledger/contracts';
import type { CommandHandler } from './command-handler.js';
import { erasePerson } from './erase-person.js';
import { closeQuarter } from './close-quarter.js';
import { eraseRecords } from './erase-records.js';
import { publishFigures } from './publish-figures.js';
import { publishRelease } from './publish-release.js';
import { reviewReferral } from './review-referral.js';
import { rotateKeys } from './rotate-keys.js';
import { undoReview } from './undo-review.js';
import { unparkSubmission } from './unpark-submission.js';
import { withdrawRelease } from './withdraw-release.js';
import { withdrawSubmission } from './withdraw-submission.js';

/** A handler for every kind of command; a kind without one does not compile. */
const commandHandlers: { readonly [Kind in CommandKind]: CommandHandler<Kind> } = {
  'withdraw-submission': withdrawSubmission,
  'unpark-submission': unparkSubmission,
  'erase-records': eraseRecords,
  'erase-person': erasePerson,
  'close-quarter': closeQuarter,
  'publish-figures': publishFigures,
  'publish-release': publishRelease,
  'withdraw-release': withdrawRelease,
  'rotate-keys': rotateKeys,
  'review-referral': reviewReferral,
  'undo-review': undoReview,
};

/** The handler of a command. */
export const handlerOf = (command: CommandData): CommandHandler<CommandKind> =>
  // Each handler receives only commands of its own kind, which the compiler cannot infer through the map.
  commandHandlers[command.kind] as unknown as CommandHandler<CommandKind>;
