import { z } from 'zod';
import { Failure } from '../failure.js';
import { blobOf } from './file-body.js';
import { command } from './commands.js';
import { call, callJson, type Endpoint } from './http.js';
import { columnProposal, unmatchedField } from './mappings.js';

const effect = z.object({
  standing: z.number(),
  adds: z.number(),
  replaces: z.number(),
  equal: z.number(),
  overtaken: z.number(),
  sharesKey: z.number(),
  retires: z.number(),
  refuses: z.number(),
  revives: z.number(),
  retiresOf: z.array(z.object({ submission: z.string(), rows: z.number() })),
  notCompared: z.array(z.string()),
});
/** How submitting a file changes the live rows of its dataset. */
export type Effect = z.infer<typeof effect>;

const upload = z.object({
  id: z.string(),
  provider: z.string(),
  dataset: z.string(),
  period: z.string(),
  state: z.string(),
  reason: z.string().optional(),
  counts: z.object({
    read: z.number(),
    accepted: z.number(),
    warned: z.number(),
    rejected: z.number(),
    duplicate: z.number(),
  }),
  findings: z.record(z.string(), z.number()),
  ifSubmitted: z.object({ replace: effect.optional(), add: effect.optional() }).optional(),
  notes: z.array(z.object({ message: z.string() })).default([]),
  unknownTitles: z.array(z.string()).optional(),
  mapping: z.array(z.object({ columnTitle: z.string().optional() })).default([]),
  savedMapping: z.object({ id: z.string(), version: z.number() }).optional(),
  columnProposals: z.array(columnProposal).default([]),
  unmatchedValues: z.array(unmatchedField).default([]),
});
export type Upload = z.infer<typeof upload>;

const accepted = z.object({
  id: z.string(),
  sequence: z.number(),
  intake: z.number(),
  supersedes: z.array(z.string()),
  repeated: z.boolean(),
  effect: effect.optional(),
});
/** The submission that an upload became, or whose content it repeats. */
export type Accepted = z.infer<typeof accepted>;

const unparked = z.object({ id: z.string(), intake: z.number(), command });
type Unparked = z.infer<typeof unparked>;

const withdrawn = z.object({
  id: z.string(),
  withdrawal: z.object({ reason: z.string(), by: z.string(), command: z.string().optional() }),
});
type Withdrawn = z.infer<typeof withdrawn>;

const attestations = z.object({
  attestations: z.array(
    z.object({ act: z.string(), version: z.number(), words: z.string(), current: z.boolean() }),
  ),
});
/** The words that a person confirms, by version. */
export interface Attestation {
  readonly version: number;
  readonly words: string;
}

/** What the sender says of how a file is to be read. */
export interface HowToRead {
  /** A saved mapping as ID.VERSION, or none. */
  readonly mapping?: string | undefined;
  /** Date fields by the order of day and month in their column, separated by commas. */
  readonly dayFirst?: string | undefined;
  readonly monthFirst?: string | undefined;
}

export interface SubmitOptions {
  readonly mode?: 'replace' | 'add' | undefined;
  readonly onBehalfOf?: string | undefined;
  readonly confirmRetiring?: boolean | undefined;
  /** Version of the words that the person confirms. */
  readonly attest?: number | undefined;
}

/** Client of ingest's API. */
export const ingestApi = (endpoint: Endpoint) => ({
  /** Uploads a file, streaming it from disk. Resolves when it is validated. */
  async upload(file: string, dataset: string, period: string, how: HowToRead = {}): Promise<Upload> {
    const body = await blobOf(file);
    const { mapping, dayFirst, monthFirst } = how;
    const query = new URLSearchParams({
      ...{ dataset, period },
      ...(mapping === undefined ? {} : { mapping }),
      ...(dayFirst === undefined ? {} : { dayFirst }),
      ...(monthFirst === undefined ? {} : { monthFirst }),
    }).toString();
    return callJson(endpoint, `/v1/uploads?${query}`, upload, { method: 'POST', body });
  },

  /** The words to confirm today with an act. @throws Failure if the service knows none. */
  async wordsFor(act: 'submission' | 'nil-return'): Promise<Attestation> {
    const { attestations: all } = await callJson(endpoint, '/v1/attestations', attestations);
    const found = all.find((one) => one.act === act && one.current);
    if (found === undefined) throw new Failure('the service has no words to confirm');
    return found;
  },

  submit: (id: string, options: SubmitOptions = {}): Promise<Accepted> =>
    callJson(endpoint, `/v1/uploads/${id}/submit`, accepted, { method: 'POST', json: options }),

  /** Un-parks a submission, which gets a new intake number. */
  unpark: (id: string, reason?: string): Promise<Unparked> =>
    callJson(endpoint, `/v1/submissions/${encodeURIComponent(id)}/unpark`, unparked, {
      method: 'POST',
      json: reason === undefined ? {} : { reason },
    }),

  /** Withdraws a submission. */
  withdraw: (id: string, reason: string): Promise<Withdrawn> =>
    callJson(endpoint, `/v1/submissions/${encodeURIComponent(id)}/withdraw`, withdrawn, {
      method: 'POST',
      json: { reason },
    }),

  /** The error report, as CSV. */
  errors: async (id: string): Promise<string> => (await call(endpoint, `/v1/uploads/${id}/errors`)).text(),

  discard: async (id: string): Promise<void> => {
    await call(endpoint, `/v1/uploads/${id}`, { method: 'DELETE' });
  },
});
