import { Problem } from '@kinledger/service-kit';

/** A query that OData does not allow, or that this service does not answer. The text holds no part of the query. */
export const refused = (detail: string): Problem => new Problem(400, 'validation-failed', { detail });
