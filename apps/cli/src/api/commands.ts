import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { callJson, Refused, type Endpoint } from './http.js';

export const command = z.object({
  id: z.string(),
  kind: z.string(),
  submission: z.string().optional(),
  state: z.enum(['waiting', 'accepted', 'refused']),
  position: z.number().optional(),
  refusal: z.object({ reason: z.string(), detail: z.string() }).optional(),
  askedBy: z.string(),
  reason: z.string(),
  askedAt: z.string(),
});
/** A person's command, and the linker's answer. */
export type Command = z.infer<typeof command>;

export interface ErasureOrder {
  readonly id: string;
  readonly records: readonly string[];
  readonly reason: string;
}

export const personRequest = z.object({
  id: z.string(),
  act: z.enum(['erase', 'lift']),
  suppression: z.enum(['waiting', 'in-force', 'lifted', 'refused']),
  marks: z.number().optional(),
  refusal: z.object({ reason: z.string(), detail: z.string() }).optional(),
  erasure: command.optional(),
});
/** A request about a person, and how far it is. */
export type PersonRequest = z.infer<typeof personRequest>;

export interface PersonOrder {
  readonly id: string;
  /** What was said of the person, as it was written: ingest checks it. */
  readonly person: unknown;
  readonly reason: string;
}

export interface ClosingOrder {
  readonly id: string;
  readonly period: string;
  readonly edition: number;
  readonly reason: string;
}

export interface RotationOrder {
  readonly id: string;
  readonly keyVersion: number;
  readonly reason: string;
}

/** Client of ingest's API for commands to the linker. */
export const commandsApi = (endpoint: Endpoint) => ({
  erase: (order: ErasureOrder): Promise<Command> =>
    callJson(endpoint, '/v1/erasures', command, { method: 'POST', json: order }),

  erasePerson: (order: PersonOrder & { readonly several: boolean }): Promise<PersonRequest> =>
    callJson(endpoint, '/v1/erasures/person', personRequest, { method: 'POST', json: order }),

  liftSuppression: (order: PersonOrder): Promise<PersonRequest> =>
    callJson(endpoint, '/v1/erasures/person-liftings', personRequest, { method: 'POST', json: order }),

  personRequest: (id: string): Promise<PersonRequest> =>
    callJson(endpoint, `/v1/erasures/person/${encodeURIComponent(id)}`, personRequest),

  closeQuarter: (order: ClosingOrder): Promise<Command> =>
    callJson(endpoint, '/v1/quarter-closings', command, { method: 'POST', json: order }),

  publishRelease: (order: ClosingOrder & { readonly digest: string }): Promise<Command> =>
    callJson(endpoint, '/v1/quarter-publications', command, { method: 'POST', json: order }),

  withdrawRelease: (order: ClosingOrder): Promise<Command> =>
    callJson(endpoint, '/v1/quarter-withdrawals', command, { method: 'POST', json: order }),

  rotateKeys: (order: RotationOrder): Promise<Command> =>
    callJson(endpoint, '/v1/key-rotations', command, { method: 'POST', json: order }),

  view: (id: string): Promise<Command> =>
    callJson(endpoint, `/v1/commands/${encodeURIComponent(id)}`, command),
});
export type CommandsApi = ReturnType<typeof commandsApi>;

const LOOK_MS = 200;

/**
 * Waits until a request about a person is answered: by the pseudonymiser, and for an erasure by the linker too.
 * @throws Failure if it is not answered in time.
 */
export async function awaitPersonRequest(
  api: Pick<CommandsApi, 'personRequest'>,
  asked: PersonRequest,
  waitSeconds: number,
  requireAtWork: () => Promise<void>,
): Promise<PersonRequest> {
  const until = performance.now() + waitSeconds * 1000;
  for (let known = asked; ; known = await latest(() => api.personRequest(asked.id), known)) {
    const isOver = known.act === 'lift' || (known.erasure !== undefined && known.erasure.state !== 'waiting');
    if (known.suppression === 'refused' || (known.suppression !== 'waiting' && isOver)) return known;
    await requireAtWork();
    if (performance.now() >= until) {
      throw new Failure(
        `asked for, as ${asked.id}; not answered yet: it is carried out when the services are at work; ask again with the same identifiers to see how it ended`,
      );
    }
    await pause(LOOK_MS);
  }
}

/**
 * Waits for the linker's reply. Also checks whether the linker has halted, if its address is known.
 * @returns the accepted command.
 * @throws Failure if the command is refused, or not answered in time.
 */
export async function awaitReply(
  api: Pick<CommandsApi, 'view'>,
  asked: Command,
  waitSeconds: number,
  requireAtWork: () => Promise<void> = () => Promise.resolve(),
): Promise<Command> {
  const until = performance.now() + waitSeconds * 1000;
  for (let known = asked; ; known = await latest(() => api.view(asked.id), known)) {
    if (known.state === 'accepted') return known;
    if (known.state === 'refused')
      throw new Failure(known.refusal?.detail ?? 'the linker refused the command');
    await requireAtWork();
    if (performance.now() >= until) {
      throw new Failure(
        `asked for; not answered yet: it is carried out when its turn comes; see "kinledger commands show ${known.id}"`,
      );
    }
    await pause(LOOK_MS);
  }
}

async function latest<Known>(look: () => Promise<Known>, known: Known): Promise<Known> {
  try {
    return await look();
  } catch (error) {
    // The service may be restarting; keep asking.
    if (error instanceof Refused && error.status >= 500) return known;
    throw error;
  }
}
