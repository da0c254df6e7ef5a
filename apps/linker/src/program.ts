import { runService } from '@kinledger/service-kit';
import { linkerService } from './service.js';

await runService(linkerService);
