import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/decorators.js';
import { Health } from './health.js';

@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  /** The process answers. Nothing it depends on is asked: restarting us would not mend it. */
  @Get('live')
  live(): { readonly status: 'up' } {
    return { status: 'up' };
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.health.readiness();
    await reply.code(ready ? 200 : 503).send({ status: ready ? 'up' : 'down', checks });
  }
}
