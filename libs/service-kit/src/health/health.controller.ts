import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/decorators.js';
import { Health } from './health.js';

@Public()
@Controller('health')
export class HealthController {
  readonly #health: Health;

  constructor(health: Health) {
    this.#health = health;
  }

  /** Whether the process works. Ignores its dependencies, because a restart would not fix those. */
  @Get('live')
  async live(@Res() reply: FastifyReply): Promise<void> {
    const { live, checks } = this.#health.liveness();
    await reply.code(live ? 200 : 503).send({ status: live ? 'up' : 'down', checks });
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.#health.readiness();
    await reply.code(ready ? 200 : 503).send({ status: ready ? 'up' : 'down', checks });
  }
}
