import { code, periodCode, providerId, datasetId } from '@kinledger/contracts';
import { answers, problems, CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { idParam } from '../uploads/uploads.controller.js';
import {
  submissionView,
  submitAnswer,
  unparkAnswer,
  type SubmissionView,
  type SubmitAnswerView,
  type UnparkAnswerView,
} from './submission-view.js';
import { attestVersion } from './attestation.js';
import { submissionStep, type SubmissionStep } from './submission-history.js';
import { MAX_INTAKE } from './submission.js';
import { SubmissionService } from './submission-service.js';

const submitBody = z
  .strictObject({
    mode: z
      .enum(['replace', 'add'])
      .default('replace')
      .describe(
        'replace: replaces the live submissions of the dataset and period; add: is live beside them.',
      ),
    onBehalfOf: providerId.exactOptional().describe('The provider, if the data team submits on its behalf.'),
    confirmRetiring: z
      .boolean()
      .default(false)
      .describe('Confirms that a cumulative file or a snapshot may retire a large share of its dataset.'),
    attest: attestVersion.exactOptional(),
  })
  .prefault({});

const withdrawBody = z.strictObject({
  reason: code.describe(
    'The reason, as a short code such as wrong-quarter; no names or details of a person.',
  ),
});

const unparkBody = z
  .strictObject({
    reason: code
      .default('cause-mended')
      .describe('The reason, as a short code; no names or details of a person.'),
  })
  .prefault({});

const listQuery = z.object({
  dataset: datasetId.optional(),
  period: periodCode.optional(),
  before: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_INTAKE)
    .optional()
    .describe('Only submissions with a lower intake number.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

type IdParam = z.output<typeof idParam>;

@ApiTags('submissions')
@ApiBearerAuth()
@Controller('v1')
@Roles('provider', 'data-team')
export class SubmissionsController {
  readonly #submissions: SubmissionService;

  constructor(submissions: SubmissionService) {
    this.#submissions = submissions;
  }

  @Post('uploads/:id/submit')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Submit a validated upload',
    description:
      'A person attests that the file may be used under its agreement: “attest” names the version of the words that the person confirms, which GET /v1/attestations has. Repeating the request, or submitting the same file again, returns the existing submission.',
  })
  @ApiResponse(answers(200, 'The submission.', submitAnswer))
  @ApiResponse(problems(404, 'You have no upload with this id.'))
  @ApiResponse(
    problems(
      409,
      'Too many rows were rejected, no agreement covers the period, the words of the attestation are not confirmed, or the file would retire so many rows that it needs a confirmation.',
    ),
  )
  @ApiResponse(problems(410, 'The upload was discarded or has expired.'))
  submit(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: submitBody }) body: z.output<typeof submitBody>,
  ): Promise<SubmitAnswerView> {
    return this.#submissions.submit(caller, id, body);
  }

  @Get('submissions')
  @ApiOperation({ summary: 'Submissions, newest first: a provider’s own, or all for the data team' })
  @ApiResponse(answers(200, 'The submissions.', z.object({ submissions: z.array(submissionView) })))
  async list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: listQuery }) query: z.output<typeof listQuery>,
  ): Promise<{ submissions: SubmissionView[] }> {
    return { submissions: await this.#submissions.list(caller, query) };
  }

  @Get('submissions/:id')
  @ApiOperation({ summary: 'One submission' })
  @ApiResponse(answers(200, 'The submission.', submissionView))
  @ApiResponse(problems(404, 'You have no submission with this id.'))
  view(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: IdParam,
  ): Promise<SubmissionView> {
    return this.#submissions.view(caller, id);
  }

  @Get('submissions/:id/history')
  @ApiOperation({
    summary: 'What happened to a submission, oldest first',
    description: 'Each step with its time, and who did it and why where a person did.',
  })
  @ApiResponse(answers(200, 'The steps.', z.object({ steps: z.array(submissionStep) })))
  @ApiResponse(problems(404, 'You have no submission with this id.'))
  async history(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: IdParam,
  ): Promise<{ steps: SubmissionStep[] }> {
    return { steps: await this.#submissions.history(caller, id) };
  }

  @Post('submissions/:id/withdraw')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Withdraw a submission',
    description:
      'Individuals and figures become what they would be without the submission; what it replaced is live again. The response waits a few seconds for the linker’s reply; the command says whether it has been executed.',
  })
  @ApiResponse(answers(200, 'The submission, withdrawn.', submissionView))
  @ApiResponse(problems(404, 'You have no submission with this id.'))
  @ApiResponse(problems(409, 'The linker refused the command.'))
  withdraw(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: withdrawBody }) body: z.output<typeof withdrawBody>,
  ): Promise<SubmissionView> {
    return this.#submissions.withdraw(caller, id, body.reason);
  }

  @Post('submissions/:id/unpark')
  @HttpCode(202)
  @Roles('data-team', 'operator')
  @ApiOperation({
    summary: 'Un-park a submission',
    description:
      'Call this once the cause is fixed. The submission gets a new intake number at the end of the order of intake, after everything decided meanwhile.',
  })
  @ApiResponse(
    answers(202, 'The new intake number, and the command, which shows the linker’s reply.', unparkAnswer),
  )
  @ApiResponse(problems(404, 'No submission has this id.'))
  @ApiResponse(
    problems(
      409,
      'The submission is withdrawn, its rows have been pseudonymised, or the linker refused the command.',
    ),
  )
  @ApiResponse(problems(410, 'Nothing of the file is stored any more.'))
  unpark(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: unparkBody }) { reason }: z.output<typeof unparkBody>,
  ): Promise<UnparkAnswerView> {
    return this.#submissions.unpark(caller, id, reason);
  }
}
