import { commandContracts, commandId, instant, submissionId, type CommandKind } from '@kinledger/contracts';
import { z } from 'zod';
import type { AskedCommand } from './command-table.js';

/** A command as its requester sees it. */
export const commandView = z.object({
  id: commandId,
  kind: z.enum(Object.keys(commandContracts) as [CommandKind, ...CommandKind[]]),
  submission: submissionId.optional().describe('The submission that the command concerns.'),
  askedBy: z.string(),
  reason: z.string(),
  askedAt: instant,
  state: z.enum(['waiting', 'accepted', 'refused']).describe('waiting: the linker has not answered yet.'),
  position: z.int().nonnegative().optional().describe('Ledger position at which the linker executed it.'),
  refusal: z
    .object({ reason: z.string(), detail: z.string() })
    .optional()
    .describe('Why the linker refused it: a code, and a sentence that explains it.'),
});
export type CommandView = z.input<typeof commandView>;

export const viewOfCommand = ({ answer, submission, askedAt, ...command }: AskedCommand): CommandView => ({
  id: command.id,
  kind: command.kind,
  ...(submission === null ? {} : { submission }),
  askedBy: command.askedBy,
  reason: command.reason,
  askedAt: askedAt.toISOString(),
  state: answer === null ? 'waiting' : answer.outcome,
  ...(answer?.outcome === 'accepted' ? { position: answer.position } : {}),
  ...(answer?.outcome === 'refused' ? { refusal: { reason: answer.reason, detail: answer.detail } } : {}),
});
