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

export interface ClosingOrder {
  readonly id: string;
  readonly period: string;
  readonly reason: string;
}

/** Client of ingest's API for commands to the linker. */
export const commandsApi = (endpoint: Endpoint) => ({
  erase: (order: ErasureOrder): Promise<Command> =>
    callJson(endpoint, '/v1/erasures', command, { method: 'POST', json: order }),

  closeQuarter: (order: ClosingOrder): Promise<Command> =>
    callJson(endpoint, '/v1/quarter-closings', command, { method: 'POST', json: order }),

  view: (id: string): Promise<Command> =>
    callJson(endpoint, `/v1/commands/${encodeURIComponent(id)}`, command),
});
export type CommandsApi = ReturnType<typeof commandsApi>;

const LOOK_MS = 200;

/**
 * Waits for the linker's reply. Also checks whether the linker has halted, if its address is known.
 * @returns the accepted command.
 * @throws Failure if the command is refused, or not answered in time.
 */
export async function awaitReply(
  api: CommandsApi,
  asked: Command,
  waitSeconds: number,
  requireAtWork: () => Promise<void> = () => Promise.resolve(),
): Promise<Command> {
  const until = performance.now() + waitSeconds * 1000;
  for (let known = asked; ; known = await latest(api, known)) {
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

async function latest(api: CommandsApi, known: Command): Promise<Command> {
  try {
    return await api.view(known.id);
  } catch (error) {
    // The service may be restarting; keep asking for the command.
    if (error instanceof Refused && error.status >= 500) return known;
    throw error;
  }
}
