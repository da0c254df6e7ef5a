import { isForeignEvent } from '@kinledger/contracts';
import { isStoreUnreachable } from '@kinledger/event-store';
import { Problem, Roles } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
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

@Roles('operator', 'data-team')
@Controller('v1/rebuilds')
export class RebuildsController {
  readonly #rebuilder: Rebuilder;

  constructor(rebuilder: Rebuilder) {
    this.#rebuilder = rebuilder;
  }

  @Post()
  @HttpCode(202)
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
  async find(@Param('id', { schema: id }) rebuild: string): Promise<Rebuild> {
    const found = await this.#rebuilder.find(rebuild);
    if (found === undefined)
      throw new Problem(404, 'rebuild-unknown', { detail: 'There is no rebuild of this id.' });
    return found;
  }
}
