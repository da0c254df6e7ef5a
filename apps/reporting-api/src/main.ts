import { requireNode } from '@kinledger/node-version';

requireNode();
await import('./program.js');
