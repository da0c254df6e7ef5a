import { runService } from '@kinledger/service-kit';
import { reportingService } from './reporting-service.js';

await runService(reportingService);
