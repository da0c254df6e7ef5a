import type {
  CommandData,
  CommandId,
  CommandKind,
  ProgrammeId,
  ProviderId,
  SubmissionId,
} from '@kinledger/contracts';
import type pg from 'pg';
import { askedByOf, type Caller } from '@kinledger/service-kit';
import { commandMessage } from '../outbox/intake-messages.js';
import { intakeOutbox } from '../outbox/intake-outbox.js';
import { insertCommand } from './command-table.js';

export interface CommandRequest<Kind extends CommandKind> {
  readonly id: CommandId;
  readonly kind: Kind;
  readonly programme: ProgrammeId;
  readonly caller: Caller;
  readonly reason: string;
  readonly payload: CommandData<Kind>['payload'];
  /** Place in the order of intake that must be decided first. */
  readonly after: number;
  readonly at: Date;
  /** The submission that it is about, and its provider. */
  readonly about?: { readonly submission: SubmissionId; readonly provider: ProviderId };
}

/**
 * Asks the linker for something: the command is recorded and sent by the transaction that the client is in, or not at
 * all. Asked for again under the same id, nothing happens.
 * @returns whether it is new.
 */
export async function askCommand<Kind extends CommandKind>(
  client: pg.ClientBase,
  { id, kind, programme, caller, reason, payload, after, at, about }: CommandRequest<Kind>,
): Promise<boolean> {
  const askedBy = askedByOf(caller);
  const isNew = await insertCommand(client, {
    id,
    kind,
    submission: about?.submission ?? null,
    provider: about?.provider ?? null,
    askedBy: askedBy.person,
    organisation: askedBy.organisation ?? null,
    reason,
    askedAt: at,
  });
  if (!isNew) return false;
  // The payload is the one of its kind, which the compiler cannot follow through the parameter.
  const command = {
    id,
    kind,
    programme,
    askedBy,
    reason,
    time: at.toISOString(),
    after,
    payload,
  } as CommandData;
  await intakeOutbox.write(client, [commandMessage(command)]);
  return true;
}
