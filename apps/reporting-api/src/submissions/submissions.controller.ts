import { answers, CurrentCaller, Problem, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { submissionFor, Submissions, submissionView, type SubmissionView } from './submissions.js';

const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  offset: z.coerce.number().int().nonnegative().default(0),
});

const submissionsAnswer = z.object({ total: z.int(), submissions: z.array(submissionView) });

const id = z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a submission or an upload');

@ApiTags('submissions')
@ApiBearerAuth()
@Roles('reader', 'data-team', 'operator')
@Controller('v1/submissions')
export class SubmissionsController {
  readonly #submissions: Submissions;

  constructor(submissions: Submissions) {
    this.#submissions = submissions;
  }

  @Get()
  @ApiResponse(answers(200, 'The files.', submissionsAnswer))
  @ApiOperation({
    summary: 'Files and what became of them: the latest submission first, then what was not submitted',
  })
  async page(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: z.infer<typeof pageQuery>,
  ): Promise<{ total: number; submissions: SubmissionView[] }> {
    const { total, submissions } = await this.#submissions.page(query);
    return { total, submissions: submissions.map((view) => submissionFor(caller, view)) };
  }

  @Get(':id')
  @ApiResponse(answers(200, 'The file.', submissionView))
  @ApiResponse(problems(404, 'No submission and no upload has this id.'))
  @ApiOperation({ summary: 'One file, by its submission or upload id' })
  async find(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) wanted: string,
  ): Promise<SubmissionView> {
    const found = await this.#submissions.find(wanted);
    if (found === undefined) {
      throw new Problem(404, 'submission-unknown', {
        detail: 'There is no submission or upload of this id.',
      });
    }
    return submissionFor(caller, found);
  }
}
