import { z } from 'zod';
import { contract } from '../contract.js';
import { code, programmeId, submissionId } from '../identifiers.js';

export const WithdrawSubmission = contract({
  name: 'WithdrawSubmission',
  version: 1,
  description:
    'Command: take a submission out, so that groups and figures are those that would be there had it never come.',
  schema: z.object({
    programme: programmeId,
    submission: submissionId,
    intake: z.int().positive().describe('Place in the order of intake, shared with accepted files.'),
    reason: code,
    by: z.string().min(1).max(80).describe('Account that asked.'),
  }),
  example: {
    programme: 'leap',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    intake: 8,
    reason: 'wrong-quarter',
    by: 'data-team',
  },
});

export const CommandRefused = contract({
  name: 'CommandRefused',
  version: 1,
  description: 'Reply: the linker did not carry out a command; nothing was recorded.',
  schema: z.object({
    programme: programmeId,
    command: z.string().max(80).describe('Name of the command’s type.'),
    commandId: z.string().max(80).describe('ce_id of the refused command.'),
    reason: code,
  }),
  example: {
    programme: 'leap',
    command: 'WithdrawSubmission',
    commandId: '2b6f0cc904d137be2e1730235f5664094b831186',
    reason: 'submission-unknown',
  },
});
