import { answers, Roles } from '@kinledger/service-kit';
import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { allAttestations, attestationView, type AttestationView } from './attestation.js';

@ApiTags('submissions')
@ApiBearerAuth()
@Controller('v1/attestations')
@Roles('provider', 'data-team')
export class AttestationsController {
  @Get()
  @ApiOperation({
    summary: 'The words that a person confirms with a submission or a nil return',
    description:
      'All versions, so that what was confirmed earlier can be read. Show the current words to the person, and send their version as “attest”.',
  })
  @ApiResponse(answers(200, 'The words.', z.object({ attestations: z.array(attestationView) })))
  all(): { attestations: AttestationView[] } {
    return { attestations: allAttestations() };
  }
}
