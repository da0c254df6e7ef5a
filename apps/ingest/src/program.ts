import { runService } from '@kinledger/service-kit';
import { ingestService } from './service.js';

await runService(ingestService);
