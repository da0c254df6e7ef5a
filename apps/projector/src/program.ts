import { runService } from '@kinledger/service-kit';
import { projectorService } from './service.js';

await runService(projectorService);
