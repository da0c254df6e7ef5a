import { z } from 'zod';
import { callJson, type Endpoint } from './http.js';

const expected = z.object({
  dataset: z.string(),
  period: z.string(),
  due: z.string(),
  state: z.string(),
  received: z.object({ at: z.string(), by: z.string(), rows: z.number(), submission: z.string() }).optional(),
  nilReturn: z.object({ id: z.string(), at: z.string(), by: z.string() }).optional(),
});
/** A period of a dataset for which a file or a nil return is expected. */
export type ExpectedReturn = z.infer<typeof expected>;

const returns = z.object({ today: z.string(), returns: z.array(expected), datasets: z.array(z.unknown()) });
type Returns = z.infer<typeof returns>;

const nilReturn = z.object({
  id: z.string(),
  dataset: z.string(),
  period: z.string(),
  at: z.string(),
  by: z.string(),
  repeated: z.boolean().optional(),
});
type NilReturn = z.infer<typeof nilReturn>;

interface Filter {
  readonly dataset?: string | undefined;
  readonly period?: string | undefined;
  readonly state?: string | undefined;
}

interface NilRequest {
  readonly dataset: string;
  readonly period: string;
  readonly attest: number;
  readonly onBehalfOf?: string | undefined;
}

/** Client of ingest's calendar of returns. */
export const returnsApi = (endpoint: Endpoint) => ({
  list(filter: Filter): Promise<Returns> {
    const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return callJson(endpoint, `/v1/returns?${new URLSearchParams(given).toString()}`, returns);
  },

  nil: (request: NilRequest): Promise<NilReturn> =>
    callJson(endpoint, '/v1/nil-returns', nilReturn, { method: 'POST', json: request }),

  undo: (id: string): Promise<NilReturn> =>
    callJson(endpoint, `/v1/nil-returns/${encodeURIComponent(id)}/undo`, nilReturn, {
      method: 'POST',
      json: {},
    }),
});
