import { commandId, instant, personRefusals, personRequestActs } from '@kinledger/contracts';
import { z } from 'zod';
import { commandView, viewOfCommand } from '../commands/command-view.js';
import type { AskedRequest } from './people-service.js';
import type { PersonRequest } from './person-request-table.js';

/** A request about a person as who asked for it sees it: nothing of the person is in it. */
export const personRequestView = z.object({
  id: commandId,
  act: z.enum(personRequestActs),
  askedBy: z.string(),
  reason: z.string(),
  askedAt: instant,
  suppression: z
    .enum(['waiting', 'in-force', 'lifted', 'refused'])
    .describe(
      'waiting: the pseudonymiser has not answered yet. in-force: rows of the person go no further, in any file that is accepted from now on, whatever becomes of the erasure.',
    ),
  marks: z
    .int()
    .nonnegative()
    .optional()
    .describe('By how many marks the person is suppressed, or no longer is: NHS number, child key, row ids.'),
  refusal: z
    .object({ reason: z.string(), detail: z.string() })
    .optional()
    .describe('Why the pseudonymiser refused: a code, and the same in one sentence.'),
  erasure: commandView.optional().describe('The command to the linker, once the suppression is in force.'),
});
export type PersonRequestView = z.input<typeof personRequestView>;

const stateOf = ({ act, outcome }: PersonRequest): PersonRequestView['suppression'] => {
  if (outcome === null) return 'waiting';
  if (outcome === 'refused') return 'refused';
  return act === 'erase' ? 'in-force' : 'lifted';
};

export const viewOfPersonRequest = ({ request, erasure }: AskedRequest): PersonRequestView => ({
  id: request.id,
  act: request.act,
  askedBy: request.askedBy,
  reason: request.reason,
  askedAt: request.askedAt.toISOString(),
  suppression: stateOf(request),
  ...(request.marks === null ? {} : { marks: request.marks }),
  ...(request.refusal === null
    ? {}
    : { refusal: { reason: request.refusal, detail: personRefusals[request.refusal] } }),
  ...(erasure === undefined ? {} : { erasure: viewOfCommand(erasure) }),
});
