import type { PeriodCode } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Recounts, type Recount } from './recounts.js';

const periodText = z.string().max(60).describe('A financial quarter: 2023-24-Q2, Q2 2023/24, …');
const position = z.int().nonnegative();

const reproduceBody = z.strictObject({ period: periodText });
const compareBody = z.strictObject({
  period: periodText,
  then: position.exactOptional().describe('The earlier position; without it, that of the closing.'),
  now: position.exactOptional().describe('The later position; without it, the ledger’s end.'),
});
const id = z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a recount');

/** Exact counts: for the programme's own people alone. */
@Roles('operator', 'data-team')
@Controller('v1')
export class RecountsController {
  readonly #recounts: Recounts;

  constructor(recounts: Recounts) {
    this.#recounts = recounts;
  }

  @Post('reproductions')
  @HttpCode(202)
  reproduce(
    @CurrentCaller() caller: Caller,
    @Body({ schema: reproduceBody }) { period }: z.output<typeof reproduceBody>,
  ): Promise<Recount> {
    return this.#recounts.reproduce(quarterAsked(period), caller.person);
  }

  @Post('restatements')
  @HttpCode(202)
  compare(
    @CurrentCaller() caller: Caller,
    @Body({ schema: compareBody }) { period, then, now }: z.output<typeof compareBody>,
  ): Promise<Recount> {
    return this.#recounts.compare({ period: quarterAsked(period), then, now }, caller.person);
  }

  @Get('recounts/:id')
  async find(@Param('id', { schema: id }) recount: string): Promise<Recount> {
    const found = await this.#recounts.find(recount);
    if (found === undefined)
      throw new Problem(404, 'recount-unknown', { detail: 'There is no recount of this id.' });
    return found;
  }
}

/** @throws Problem 400 for text that is no financial quarter. */
function quarterAsked(text: string): PeriodCode {
  const period = parsePeriod(text);
  if (period?.kind === 'quarter') return period.code;
  throw new Problem(400, 'quarter-unreadable', {
    detail: 'Only a financial quarter is closed: write it as 2023-24-Q2 or Q2 2023/24.',
  });
}
