import {
  keptOf,
  type AskedBy,
  type CommandData,
  type CommandId,
  type CommandKind,
  type ProgrammeId,
  type ProviderId,
  type SubmissionId,
} from '@kinledger/contracts';
import type pg from 'pg';
import { commandMessage } from '../outbox/intake-messages.js';
import { intakeOutbox } from '../outbox/intake-outbox.js';
import { insertCommand } from './command-table.js';

export interface CommandRequest<Kind extends CommandKind> {
  readonly id: CommandId;
  readonly kind: Kind;
  readonly programme: ProgrammeId;
  readonly askedBy: AskedBy;
  readonly reason: string;
  readonly payload: CommandData<Kind>['payload'];
  /** Intake number up to which the linker must have decided before it executes the command. */
  readonly after: number;
  readonly at: Date;
  /** The submission that the command concerns, and its provider. */
  readonly about?: { readonly submission: SubmissionId; readonly provider: ProviderId };
}

/**
 * Sends the linker a command: records it and writes it to the outbox within the client's transaction. A repeated id has
 * no effect.
 * @returns whether the command is new.
 */
export async function askCommand<Kind extends CommandKind>(
  client: pg.ClientBase,
  { id, kind, programme, askedBy, reason, payload, after, at, about }: CommandRequest<Kind>,
): Promise<boolean> {
  // The payload matches its kind, which the compiler cannot infer through the type parameter.
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
  const asked = {
    id,
    kind,
    submission: about?.submission ?? null,
    provider: about?.provider ?? null,
    askedBy: askedBy.person,
    organisation: askedBy.organisation ?? null,
    reason,
    askedAt: at,
  };
  const isNew = await insertCommand(client, asked, keptOf(command) === command ? command : undefined);
  if (!isNew) return false;
  await intakeOutbox.write(client, [commandMessage(command)]);
  return true;
}
