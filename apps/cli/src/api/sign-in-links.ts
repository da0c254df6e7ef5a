import { z } from 'zod';
import { callJson, type Endpoint } from './http.js';

const link = z.object({ path: z.string(), expiresAt: z.string() });

/** Client of a service with pages, for links that sign one browser in with the calling account. */
export const signInLinksApi = (endpoint: Endpoint) => ({
  create: (): Promise<z.infer<typeof link>> =>
    callJson(endpoint, '/v1/sign-in-links', link, { method: 'POST' }),
});
