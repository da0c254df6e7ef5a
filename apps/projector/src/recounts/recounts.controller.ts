import { answers, CurrentCaller, Problem, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { quarterAsked } from './quarter-asked.js';
import { Recounts, type ListedRecount, type Recount } from './recounts.js';
import { reasonFor, recountFor, seesExactCounts } from './shown-recount.js';

const periodText = z.string().max(60).describe('A financial quarter: 2023-24-Q2, Q2 2023/24, …');
const position = z.int().nonnegative();

const edition = z.int().min(1).max(99).exactOptional();

const reproduceBody = z.strictObject({
  period: periodText,
  edition: edition.describe('Which closing of the quarter; without it, the latest.'),
});
const compareBody = z.strictObject({
  period: periodText,
  edition: edition.describe(
    'Which closing of the quarter; without it, the one that is published, else the latest.',
  ),
  then: position.exactOptional().describe('The earlier position; without it, that of the closing.'),
  now: position.exactOptional().describe('The later position; without it, the ledger’s end.'),
});
const id = z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a recount');

const recountView = z.object({
  id: z.string(),
  kind: z.enum(['reproduction', 'restatement']),
  period: z.string(),
  edition: z
    .int()
    .nullable()
    .describe('Which closing of the quarter; null where none is at the earlier position of a comparison.'),
  askedBy: z.string(),
  startedAt: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  position: z.int().describe('Ledger position that it has reached; -1 before the first.'),
  head: z.int().describe('Ledger position at which it ends.'),
  result: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'As `kinledger quarter reproduce --json` and `quarter compare --json` print it; a reader sees of a reproduction whether it came out the same.',
    ),
  reason: z.string().nullable().describe('Why it failed.'),
});

const listedRecount = recountView.omit({ result: true }).extend({
  outcome: z
    .enum(['identical', 'erased', 'different', 'not-comparable'])
    .nullable()
    .describe('Of a reproduction that is done.'),
});

/** Exact counts are for the programme's own people; a reader sees whether a quarter came out the same. */
@ApiTags('recounts')
@ApiBearerAuth()
@Controller('v1')
export class RecountsController {
  readonly #recounts: Recounts;

  constructor(recounts: Recounts) {
    this.#recounts = recounts;
  }

  @Post('reproductions')
  @HttpCode(202)
  @Roles('operator', 'data-team', 'auditor')
  @ApiOperation({ summary: 'Compute a closed quarter again, and compare with the figures of its closing' })
  @ApiResponse(answers(202, 'The recount, which has begun.', recountView))
  @ApiResponse(problems(404, 'The quarter is not closed.'))
  @ApiResponse(problems(409, 'Its figures are not computed yet, or a recount runs.'))
  reproduce(
    @CurrentCaller() caller: Caller,
    @Body({ schema: reproduceBody }) { period, edition }: z.output<typeof reproduceBody>,
  ): Promise<Recount> {
    return this.#recounts.reproduce(quarterAsked(period), caller.person, edition);
  }

  @Post('restatements')
  @HttpCode(202)
  @Roles('operator', 'data-team', 'auditor')
  @ApiOperation({ summary: 'Say what changed the figures of a quarter between two positions, by cause' })
  @ApiResponse(answers(202, 'The recount, which has begun.', recountView))
  @ApiResponse(problems(404, 'The quarter is not closed, and no earlier position is named.'))
  @ApiResponse(problems(409, 'A recount runs.'))
  compare(
    @CurrentCaller() caller: Caller,
    @Body({ schema: compareBody }) { period, ...asked }: z.output<typeof compareBody>,
  ): Promise<Recount> {
    return this.#recounts.compare(
      { then: undefined, now: undefined, ...asked, period: quarterAsked(period) },
      caller.person,
    );
  }

  @Get('recounts')
  @Roles('reader', 'operator', 'data-team', 'auditor')
  @ApiOperation({ summary: 'The recounts that are kept, the latest first, without their results' })
  @ApiResponse(answers(200, 'The recounts.', z.object({ recounts: z.array(listedRecount) })))
  async all(@CurrentCaller() caller: Caller): Promise<{ readonly recounts: readonly ListedRecount[] }> {
    const kept = await this.#recounts.all();
    const recounts = seesExactCounts(caller) ? kept : kept.filter(({ kind }) => kind === 'reproduction');
    return { recounts: recounts.map((recount) => ({ ...recount, reason: reasonFor(caller, recount) })) };
  }

  @Get('recounts/:id')
  @Roles('reader', 'operator', 'data-team', 'auditor')
  @ApiOperation({ summary: 'One recount, with its result once it is done' })
  @ApiResponse(answers(200, 'The recount.', recountView))
  @ApiResponse(problems(403, 'The account lacks the permission, or a reader asks for a restatement.'))
  @ApiResponse(problems(404, 'No recount of this id is kept.'))
  async find(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) recount: string,
  ): Promise<Recount> {
    const found = await this.#recounts.find(recount);
    if (found === undefined) throw recountUnknown();
    return recountFor(caller, found);
  }
}

export const recountUnknown = (): Problem =>
  new Problem(404, 'recount-unknown', {
    detail: 'There is no recount of this id: the last twenty are kept.',
  });
