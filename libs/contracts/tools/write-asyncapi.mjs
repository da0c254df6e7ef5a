/** Writes docs/asyncapi.json. After `npm run build`: npm run asyncapi -w libs/contracts */
import { writeFileSync } from 'node:fs';
import { asyncApiDocument } from '../dist/index.js';

const file = new URL('../../../docs/asyncapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);
