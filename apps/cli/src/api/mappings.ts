import { z } from 'zod';
import { firstRowsOf } from './file-body.js';
import { call, callJson, type Endpoint } from './http.js';

export const columnProposal = z.object({
  field: z.string(),
  title: z.string(),
  needed: z.boolean(),
  candidates: z.array(
    z.object({
      column: z.number(),
      columnTitle: z.string(),
      score: z.number(),
      reason: z.string(),
      samples: z.array(z.string()),
    }),
  ),
  proposed: z.number().nullable(),
});
/** The columns that may hold a field. */
export type ColumnProposal = z.infer<typeof columnProposal>;

export const unmatchedField = z.object({
  field: z.string(),
  title: z.string(),
  codes: z.array(z.string()),
  values: z.array(
    z.object({
      value: z.string(),
      rows: z.number(),
      proposed: z.object({ code: z.string(), score: z.number(), reason: z.string() }).nullable(),
    }),
  ),
  otherRows: z.number(),
});
/** The values of a coded field that its schema does not list. */
export type UnmatchedField = z.infer<typeof unmatchedField>;

const mapping = z.object({
  id: z.string(),
  version: z.number(),
  provider: z.string(),
  dataset: z.string(),
  columns: z.array(z.object({ field: z.string(), columnTitle: z.string() })),
  values: z.array(z.object({ field: z.string(), value: z.string(), code: z.string() })),
  savedBy: z.string(),
  savedAt: z.string(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })),
});
/** A saved mapping in one version. */
export type Mapping = z.infer<typeof mapping>;

const mappingWithHistory = mapping.extend({
  versions: z.array(z.object({ version: z.number(), savedBy: z.string(), savedAt: z.string() })),
});
export type MappingWithHistory = z.infer<typeof mappingWithHistory>;

const proposal = z.object({
  dataset: z.string(),
  titles: z.array(z.string()),
  mapping: z.array(z.object({ field: z.string(), title: z.string(), columnTitle: z.string() })),
  saved: mapping.optional(),
  columnProposals: z.array(columnProposal),
  missing: z.array(z.object({ field: z.string(), title: z.string() })),
  unmatchedValues: z.array(unmatchedField),
  rowsLookedAt: z.number(),
});
/** What could be confirmed about a file. */
export type Proposal = z.infer<typeof proposal>;

/** What a mapping says. */
export type MappingContent = Pick<Mapping, 'columns' | 'values'>;

const MAX_PROPOSAL_BYTES = 16 * 1024 ** 2;
const at = (id: string) => `/v1/mappings/${encodeURIComponent(id)}`;

/** Client of ingest's saved mappings. */
export const mappingsApi = (endpoint: Endpoint) => ({
  /** Sends the first rows of a file, of which nothing is kept. */
  async propose(file: string, dataset: string, period: string): Promise<Proposal> {
    const query = new URLSearchParams({ dataset, period }).toString();
    const body = await firstRowsOf(file, MAX_PROPOSAL_BYTES);
    return callJson(endpoint, `/v1/mapping-proposals?${query}`, proposal, { method: 'POST', body });
  },

  confirm: (dataset: string, titles: readonly string[], content: MappingContent): Promise<Mapping> =>
    callJson(endpoint, '/v1/mappings', mapping, { method: 'POST', json: { dataset, titles, ...content } }),

  list: async (dataset: string): Promise<readonly Mapping[]> => {
    const query = new URLSearchParams({ dataset }).toString();
    const all = z.object({ mappings: z.array(mapping) });
    return (await callJson(endpoint, `/v1/mappings?${query}`, all)).mappings;
  },

  view: (id: string): Promise<MappingWithHistory> => callJson(endpoint, at(id), mappingWithHistory),

  delete: async (id: string): Promise<void> => {
    await call(endpoint, at(id), { method: 'DELETE' });
  },
});
