import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const status = z.object({
  halt: z.object({ message: z.string() }).optional(),
  erasures: z.object({ lines: z.number() }).optional(),
});

const BETWEEN_LOOKS_MS = 100;

/**
 * Resolves when the linker has erased all records on its list.
 * @throws Error with a halted linker's message; the signal's reason if it aborts.
 */
export async function untilErased(linker: string, token: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await fetch(`${linker}/v1/status`, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    if (answer.status === 401 || answer.status === 403) {
      throw new Error('the operator’s account has ended: give it a token first (kinledger accounts)');
    }
    if (answer.ok) {
      const { halt, erasures } = status.parse(await answer.json());
      if (halt !== undefined) throw new Error(`what is to be erased could not be erased: ${halt.message}`);
      if (erasures !== undefined) return;
    }
    await pause(BETWEEN_LOOKS_MS, undefined, { signal });
  }
}
