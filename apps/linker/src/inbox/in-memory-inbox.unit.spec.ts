import { describe } from 'vitest';
import { inboxFeatures } from './contract/inbox.features.js';
import { InMemoryInbox } from './in-memory-inbox.js';

describe('the inbox in memory', () => {
  inboxFeatures(async () => ({ inbox: new InMemoryInbox(), close: async () => undefined }));
});
