import { z } from 'zod';
import { contract } from '../contract.js';
import { FileAccepted, fileAcceptedVersion2, withoutRefusals } from './file-accepted.js';

const unparkedBy = z
  .string()
  .min(1)
  .max(80)
  .describe('Account that asked; an account name, never a person’s details.');

const version1 = fileAcceptedVersion2.extend({ unparkedBy });

export const UnparkSubmission = contract({
  name: 'UnparkSubmission',
  version: 2,
  description:
    'Command: try a parked submission once more, at the end of the order of intake. It says of the file what FileAccepted said, but for its new place.',
  schema: FileAccepted.schema.extend({ unparkedBy }),
  example: { ...FileAccepted.example, intake: 19, unparkedBy: 'data-team' },
  earlier: [{ version: 1, schema: version1, upcast: withoutRefusals<z.output<typeof version1>> }],
});
