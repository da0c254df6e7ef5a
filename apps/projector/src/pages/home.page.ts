import { Roles } from '@kinledger/service-kit';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

/** The front page redirects to the closed quarters. */
@ApiExcludeController()
@Roles('reader', 'data-team', 'operator', 'auditor')
@Controller()
export class HomePage {
  @Get()
  async home(@Res() reply: FastifyReply): Promise<void> {
    // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
    await reply.redirect('/quarters', 302);
  }
}
