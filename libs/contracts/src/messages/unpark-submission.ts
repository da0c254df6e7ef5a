import { z } from 'zod';
import { contract } from '../contract.js';
import { FileAccepted } from './file-accepted.js';

export const UnparkSubmission = contract({
  name: 'UnparkSubmission',
  version: 1,
  description:
    'Command: try a parked submission once more, at the end of the order of intake. It says of the file what FileAccepted said, but for its new place.',
  schema: FileAccepted.schema.extend({
    unparkedBy: z
      .string()
      .min(1)
      .max(80)
      .describe('Account that asked; an account name, never a person’s details.'),
  }),
  example: { ...FileAccepted.example, intake: 19, unparkedBy: 'data-team' },
});
