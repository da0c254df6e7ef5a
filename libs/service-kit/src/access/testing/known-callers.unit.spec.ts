import { identityFeatures } from '../contract/identity.features.js';
import { KnownCallers } from './known-callers.js';

identityFeatures('callers that a test names', async () => {
  const identity = new KnownCallers([]);
  let admitted = 0;
  return {
    identity,
    admit: async (caller) => {
      const token = `token ${(admitted += 1)}`;
      identity.change(token, caller);
      return token;
    },
    revoke: async (token) => identity.revoke(token),
    change: async (token, caller) => identity.change(token, caller),
    end: async () => undefined,
  };
});
