import { runService } from '@kinledger/service-kit';
import { pseudonymiser } from './service.js';

await runService(pseudonymiser);
