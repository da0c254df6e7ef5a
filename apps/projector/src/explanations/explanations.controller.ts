import { lookReason } from '@kinledger/contracts';
import { answers, CurrentCaller, Problem, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Explanations, type AnsweredExplanation, type AskedExplanation } from './explanations.js';

export const ledgerId = z.string().regex(/^[0-9a-f]{32}$/, 'expected an id, 32 hexadecimal digits');
const body = z.strictObject({
  id: ledgerId.describe('A record or an individual.'),
  and: ledgerId
    .exactOptional()
    .describe(
      'Another record: the question is then whether the two records are together, and why. The look is noted at both.',
    ),
  asAt: z
    .int()
    .nonnegative()
    .exactOptional()
    .describe('Ledger position as at which to tell it; without it, the ledger’s end.'),
  reason: lookReason.describe('Why you look, for the trail of looks. Name no person.'),
});
const question = z.object({
  id: z.string().describe('Also that of the look in the trail.'),
  subject: z.string(),
  other: z.string().nullable().describe('The other record, if two were asked about.'),
  asAt: z.int(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  done: z.int().describe('Events that are read, of total.'),
  total: z.int(),
  reason: z.string().nullable().describe('Why it failed.'),
  askedAt: z.string(),
});
const answered = question.extend({
  result: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'As `kinledger ledger explain --json` prints it, of two records as with `--and`; null until it is done.',
    ),
});

@ApiTags('explanations')
@ApiBearerAuth()
@Roles('auditor')
@Controller('v1/explanations')
export class ExplanationsController {
  readonly #explanations: Explanations;

  constructor(explanations: Explanations) {
    this.#explanations = explanations;
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask how an individual came to be, or why two records are or are not together',
    description:
      'Adds a line to the trail of looks for each record, then reads the ledger up to the position. One question is answered at a time.',
  })
  @ApiResponse(answers(202, 'The question, and where to find the answer.', question))
  @ApiResponse(problems(503, 'Too many questions wait.'))
  async ask(
    @CurrentCaller() caller: Caller,
    @Body({ schema: body }) { id: subject, and, ...rest }: z.output<typeof body>,
  ): Promise<AskedExplanation> {
    return this.#explanations.ask({ subject, other: and ?? null, ...rest }, caller);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'The answer to a question of your own',
    description: 'It is kept for a day, and until somebody is erased.',
  })
  @ApiResponse(answers(200, 'The question, with the answer once it is done.', answered))
  @ApiResponse(problems(404, 'You asked nothing under this id, or the answer is gone.'))
  async find(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: ledgerId }) id: string,
  ): Promise<AnsweredExplanation> {
    const found = await this.#explanations.find(id, caller);
    if (found === undefined) throw explanationUnknown();
    return found;
  }
}

export const explanationUnknown = (): Problem =>
  new Problem(404, 'explanation-unknown', {
    detail:
      'There is no explanation of yours at this address. Explanations go after a day, and when somebody is erased: ask again.',
  });
