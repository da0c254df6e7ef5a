import { answers, CurrentCaller, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { IntakeContext } from '../intake-context.js';
import { datasetFor } from '../programme/dataset-access.js';
import { fileTypes } from '../uploads/upload-body.js';
import { UploadService } from '../uploads/upload-service.js';
import { fileQuery } from '../uploads/uploads.controller.js';
import { mappingProposalView, viewOfProposal, type MappingProposalView } from './mapping-view.js';

@ApiTags('mappings')
@ApiBearerAuth()
@Controller('v1/mapping-proposals')
@Roles('provider', 'data-team')
export class MappingProposalsController {
  readonly #uploads: UploadService;
  readonly #intake: IntakeContext;

  constructor(uploads: UploadService, intake: IntakeContext) {
    this.#uploads = uploads;
    this.#intake = intake;
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Propose a mapping for a file, or for its first rows',
    description:
      'The body is the file itself, or of a CSV file its title row and some rows after it: at most 16 MiB, of which 20,000 rows are looked at. Nothing of it is kept. Proposals come from similarity and are never acted on unless they are confirmed.',
  })
  @ApiConsumes(...fileTypes)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse(
    answers(200, 'What is read already, and what could be confirmed, with samples.', mappingProposalView),
  )
  @ApiResponse(problems(400, 'The period is invalid, or the file did not arrive completely.'))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  @ApiResponse(problems(409, 'No agreement covers the period.'))
  @ApiResponse(problems(413, 'More than 16 MiB.'))
  @ApiResponse(problems(415, 'The body is neither a CSV file nor a workbook.'))
  @ApiResponse(problems(422, 'The file cannot be read as a table.'))
  @ApiResponse(problems(503, 'Too many files are being received, or the service is being replaced.'))
  async propose(
    @CurrentCaller() caller: Caller,
    @Query({ schema: fileQuery }) query: z.output<typeof fileQuery>,
    @Req() request: FastifyRequest,
  ): Promise<MappingProposalView> {
    const proposal = await this.#uploads.propose(caller, query, request);
    return viewOfProposal(datasetFor(this.#intake.programme, caller, query.dataset), proposal);
  }
}
