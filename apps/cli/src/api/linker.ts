import { z } from 'zod';
import { callJson, type Endpoint } from './http.js';

const status = z.object({
  state: z.string(),
  halt: z.object({ message: z.string() }).optional(),
  /** Why the ledger’s store is unavailable, if it is. */
  ledgerAway: z.string().optional(),
  intake: z.number(),
  /** Version of the token keys in force. */
  keyVersion: z.number(),
  /** Bodies beside the ledger. */
  bodies: z.number(),
  /** How far a rotation of keys is, if there is one. */
  rekeying: z.object({ keyVersion: z.number(), bodies: z.number(), total: z.number() }).optional(),
  erasures: z.object({ lines: z.number() }).optional(),
});
type LinkerStatus = z.infer<typeof status>;

export const linkerApi = (endpoint: Endpoint) => ({
  status: (): Promise<LinkerStatus> => callJson(endpoint, '/v1/status', status),
});
export type LinkerApi = ReturnType<typeof linkerApi>;
