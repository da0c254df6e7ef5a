import { answers, Roles } from '@kinledger/service-kit';
import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { datasetRows, Submissions } from './submissions.js';

const answer = z.object({
  position: z.int().describe('Ledger position of the answer.'),
  datasets: z.array(datasetRows),
});

@ApiTags('submissions')
@ApiBearerAuth()
// Rows are counted exactly: to a reader they would tell what closed quarters suppress.
@Roles('data-team', 'operator')
@Controller('v1/datasets')
export class DatasetsController {
  readonly #submissions: Submissions;

  constructor(submissions: Submissions) {
    this.#submissions = submissions;
  }

  @Get()
  @ApiResponse(answers(200, 'The datasets of which a file stands.', answer))
  @ApiOperation({
    summary: 'Rows of the files that stand, by dataset: what intake made of them, then linkage',
  })
  async byDataset(): Promise<z.input<typeof answer>> {
    const { position, datasets } = await this.#submissions.byDataset();
    return { position, datasets: [...datasets] };
  }
}
