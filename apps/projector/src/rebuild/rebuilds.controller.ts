import { isForeignEvent } from '@kinledger/contracts';
import { isStoreUnreachable } from '@kinledger/event-store';
import { answers, Problem, problems, Roles } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { isPositionBeyondLedger, isRebuildRunning, Rebuilder, type Rebuild } from './rebuilder.js';

const order = z
  .strictObject({
    asAt: z
      .int()
      .nonnegative()
      .exactOptional()
      .describe('Rebuild up to this ledger position, beside the live read models.'),
  })
  .describe('Without a position the live read models are rebuilt and swapped.');

const id = z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a rebuild');

const rebuildView = z.object({
  id: z.string(),
  kind: z.enum(['live', 'as-at']),
  state: z.enum(['running', 'done', 'failed']),
  schema: z.string().describe('Schema of the rebuilt read models, once it is done.'),
  position: z.int(),
  head: z.int(),
  records: z.int(),
  before: z.string().nullable().describe('Content digest of the live read models before the swap.'),
  after: z.string().nullable().describe('Content digest of what was rebuilt.'),
  reason: z.string().nullable().describe('Why it failed.'),
});

@ApiTags('rebuilds')
@ApiBearerAuth()
@Roles('operator', 'data-team')
@Controller('v1/rebuilds')
export class RebuildsController {
  readonly #rebuilder: Rebuilder;

  constructor(rebuilder: Rebuilder) {
    this.#rebuilder = rebuilder;
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Rebuild the read models: the live ones, or those of a past position' })
  @ApiResponse(answers(202, 'The rebuild, which has begun.', rebuildView))
  @ApiResponse(problems(409, 'A rebuild runs, or the ledger has an event that Kinledger did not write.'))
  @ApiResponse(problems(503, 'The ledger does not answer.'))
  async start(@Body({ schema: order }) { asAt }: z.infer<typeof order>): Promise<Rebuild> {
    try {
      return await this.#rebuilder.start(asAt === undefined ? 'live' : 'as-at', asAt);
    } catch (error) {
      if (isRebuildRunning(error)) {
        throw new Problem(409, 'rebuild-running', {
          detail: 'A rebuild is running already: wait until it ends.',
        });
      }
      if (isPositionBeyondLedger(error)) {
        const { head } = error;
        const ends = head < 0 ? 'is empty' : `ends at position ${head}: name one from 0 to ${head}`;
        throw new Problem(400, 'position-beyond-ledger', { detail: `The ledger ${ends}.` });
      }
      if (isForeignEvent(error)) throw new Problem(409, 'foreign-event', { detail: error.message });
      if (isStoreUnreachable(error)) {
        throw new Problem(503, 'ledger-unreachable', {
          detail: error.message,
          headers: { 'retry-after': '2' },
        });
      }
      throw error;
    }
  }

  @Get(':id')
  @ApiOperation({ summary: 'One rebuild, and how far it is' })
  @ApiResponse(answers(200, 'The rebuild.', rebuildView))
  @ApiResponse(problems(404, 'There is no rebuild of this id.'))
  async find(@Param('id', { schema: id }) rebuild: string): Promise<Rebuild> {
    const found = await this.#rebuilder.find(rebuild);
    if (found === undefined)
      throw new Problem(404, 'rebuild-unknown', { detail: 'There is no rebuild of this id.' });
    return found;
  }
}
