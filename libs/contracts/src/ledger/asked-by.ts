import { providerId } from '../identifiers.js';

/** Beside the account that asked: what events say of the organisation for which it did. */
export const organisation = providerId
  .exactOptional()
  .describe('Provider for which the account asked; absent for the programme’s own people.');
