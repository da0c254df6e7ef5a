import { z } from 'zod';
import { Failure } from '../failure.js';
import { call, callJson, type Endpoint } from './http.js';

const permission = z.object({
  permitted: z.array(
    z.object({
      dataset: z.string(),
      attributes: z.array(z.string()),
      consent: z.object({ versions: z.array(z.string()) }).optional(),
    }),
  ),
});
/** What a study may see of each dataset. */
export type Permission = z.infer<typeof permission>;

const studies = z.object({
  studies: z.array(
    z.object({
      study: z.string(),
      openedAt: z.string(),
      destroyedAt: z.string().nullable(),
      destroyedBy: z.string().nullable(),
      extracts: z.array(
        z.object({
          id: z.string(),
          position: z.number(),
          askedBy: z.string(),
          askedAt: z.string(),
          completedAt: z.string().nullable(),
          people: z.number().nullable(),
          manifest: z.string().nullable(),
          expires: z.string(),
          organisation: z.string(),
        }),
      ),
    }),
  ),
});
/** Studies and the extracts that were made for them. */
export type ListedStudies = z.infer<typeof studies>;

/** An extract whose bytes arrive. */
export interface ArrivingExtract {
  readonly id: string;
  readonly position: number;
  readonly archive: ReadableStream<Uint8Array>;
}

/** The projector’s studies. The service checks a specification; here it is any JSON. */
export const studiesApi = (endpoint: Endpoint) => ({
  all: (): Promise<ListedStudies> => callJson(endpoint, '/v1/studies', studies),
  check: (specification: unknown): Promise<Permission> =>
    callJson(endpoint, '/v1/studies/checks', permission, { method: 'POST', json: { specification } }),
  extract: async (specification: unknown, asAt?: number): Promise<ArrivingExtract> => {
    const response = await call(endpoint, '/v1/studies/extracts', {
      method: 'POST',
      json: { specification, ...(asAt === undefined ? {} : { asAt }) },
    });
    if (response.body === null) throw new Failure(`${endpoint.url} answers without an extract`);
    return {
      id: response.headers.get('kinledger-extract') ?? '',
      position: Number(response.headers.get('kinledger-position')),
      archive: response.body,
    };
  },
  /** @returns the certificate, in Markdown. */
  destroy: async (study: string): Promise<string> => {
    const path = `/v1/studies/${encodeURIComponent(study)}/destruction`;
    return (await call(endpoint, path, { method: 'POST' })).text();
  },
});
