import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/decorators.js';
import { Metrics } from './metrics.js';

@Public()
@Controller('metrics')
export class MetricsController {
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  @Get()
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.#metrics;
    await reply.header('content-type', registry.contentType).send(await registry.metrics());
  }
}
