import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { LocalConnection } from '@kinledger/contracts';
import {
  awaitPersonRequest,
  commandsApi,
  type CommandsApi,
  type PersonOrder,
  type PersonRequest,
} from '../api/commands.js';
import { Failure } from '../failure.js';
import { count } from '../output/output.js';
import { readPerson } from './read-person.js';

export interface PersonOptions {
  readonly basis: string;
  /** Erase several individuals, if the identifiers name several. */
  readonly all: boolean;
  readonly wait: number;
  readonly requireAtWork: () => Promise<void>;
}

/** Erases a person by identifiers in a file, and keeps later rows out. @throws Failure in one sentence. */
export async function erasePerson(
  connection: LocalConnection,
  from: string,
  options: PersonOptions,
): Promise<{ readonly request: PersonRequest; readonly text: string }> {
  const request = await ask(connection, from, options, (api, order) =>
    api.erasePerson({ ...order, several: options.all }),
  );
  const list = join(connection.home, 'suppressions.jsonl');
  const kept = `Later rows of the person go no further: ${list} says so, outside the databases; keep a copy with your backups.`;
  const { erasure } = request;
  if (erasure?.state === 'refused')
    throw new Failure(`${erasure.refusal?.detail ?? 'the linker refused'} ${kept}`);
  const position = count(erasure?.position ?? 0);
  const carers =
    'Tokens of the person on children’s rows are erased too, unless another adult in the ledger has the same; in later files they are kept out only if the person’s file says "contacts": "alone".';
  return { request, text: `Erased the person at ledger position ${position}. ${kept} ${carers}` };
}

/** Lets rows of a person in again. @throws Failure in one sentence. */
export async function liftSuppression(
  connection: LocalConnection,
  from: string,
  options: Omit<PersonOptions, 'all'>,
): Promise<{ readonly request: PersonRequest; readonly text: string }> {
  const request = await ask(connection, from, options, (api, order) => api.liftSuppression(order));
  const text =
    'Lifted: rows of the person go further again in files that are accepted from now on. What was erased stays erased.';
  return { request, text };
}

async function ask(
  { services, tokens }: LocalConnection,
  from: string,
  { basis, wait, requireAtWork }: Omit<PersonOptions, 'all'>,
  send: (api: CommandsApi, order: PersonOrder) => Promise<PersonRequest>,
): Promise<PersonRequest> {
  const api = commandsApi({ url: services.ingest, token: tokens.operator });
  const asked = await send(api, { id: randomUUID(), person: readPerson(from), reason: basis });
  const request = await awaitPersonRequest(api, asked, wait, requireAtWork);
  if (request.suppression === 'refused')
    throw new Failure(request.refusal?.detail ?? 'the request was refused');
  return request;
}
