import { datasetId, providerId } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { answers, CurrentCaller, Problem, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { attestVersion } from '../submissions/attestation.js';
import { returnStates } from './expected-return.js';
import { ReturnService } from './return-service.js';
import {
  nilReturnAnswer,
  nilReturnView,
  returnsAnswer,
  type NilReturnAnswer,
  type NilReturnView,
  type ReturnsAnswer,
} from './return-view.js';

const listQuery = z.object({
  dataset: datasetId.optional(),
  period: z.string().max(60).optional().describe('Period, such as 2023-24-Q2; absent for all.'),
  state: z.enum(returnStates).optional(),
});

const nilBody = z.strictObject({
  dataset: z.string().max(100).describe('Dataset, such as natural-thinkers.user.'),
  period: z.string().max(60).describe('Period, such as 2023-24-Q2.'),
  attest: attestVersion,
  onBehalfOf: providerId.exactOptional().describe('The provider, if the data team states it on its behalf.'),
});

const nilParam = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a nil return') });

/** @throws Problem 400 for a text that names no period. */
function periodAsked(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const period = parsePeriod(text);
  if (period !== undefined) return period.code;
  throw new Problem(400, 'period-unknown', {
    detail: 'The period cannot be read. Write it as 2023-24-Q2, Q2 2023/24 or 2023-24-AY.',
  });
}

@ApiTags('returns')
@ApiBearerAuth()
@Controller('v1')
@Roles('provider', 'data-team')
export class ReturnsController {
  readonly #returns: ReturnService;

  constructor(returns: ReturnService) {
    this.#returns = returns;
  }

  @Get('returns')
  @ApiOperation({
    summary: 'Expected returns: a provider’s own, or all for the data team',
    description:
      'For each dataset, the periods that its agreement covers and that have begun, the latest first, with the last day and what was received.',
  })
  @ApiResponse(answers(200, 'The returns, and the last good file of each dataset.', returnsAnswer))
  @ApiResponse(problems(400, 'The period cannot be read.'))
  list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: listQuery }) { dataset, period, state }: z.output<typeof listQuery>,
  ): Promise<ReturnsAnswer> {
    return this.#returns.list(caller, {
      ...{ dataset, period: periodAsked(period) },
      states: state === undefined ? undefined : new Set([state]),
    });
  }

  @Post('nil-returns')
  @HttpCode(200)
  @ApiOperation({
    summary: 'State that there is nothing to report for a dataset and period',
    description:
      'A person confirms the words of a nil return, which GET /v1/attestations has. A file for the dataset and period undoes it. Repeating the request returns the nil return that stands.',
  })
  @ApiResponse(answers(200, 'The nil return.', nilReturnAnswer))
  @ApiResponse(
    problems(400, 'The period cannot be read or has not begun, or onBehalfOf names another provider.'),
  )
  @ApiResponse(problems(403, 'The dataset is another provider’s.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  @ApiResponse(
    problems(
      409,
      'The period is not over or not expected, a file stands for it, no agreement covers it, or the words are not the current ones.',
    ),
  )
  makeNil(
    @CurrentCaller() caller: Caller,
    @Body({ schema: nilBody }) body: z.output<typeof nilBody>,
  ): Promise<NilReturnAnswer> {
    return this.#returns.makeNil(caller, body);
  }

  @Post('nil-returns/:id/undo')
  @HttpCode(200)
  @ApiOperation({ summary: 'Undo a nil return, so that the return is expected again' })
  @ApiResponse(answers(200, 'The nil return, undone.', nilReturnView))
  @ApiResponse(problems(404, 'You have no nil return with this id.'))
  undoNil(
    @CurrentCaller() caller: Caller,
    @Param({ schema: nilParam }) { id }: z.output<typeof nilParam>,
  ): Promise<NilReturnView> {
    return this.#returns.undoNil(caller, id);
  }
}
