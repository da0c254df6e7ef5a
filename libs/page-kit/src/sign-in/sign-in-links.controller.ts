import { answers, Problem, Roles, Sessions, bearerTokenOf } from '@kinledger/service-kit';
import { Controller, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

const link = z.object({
  path: z.string().describe('Path of the link, below the address at which the pages are reached.'),
  expiresAt: z.iso.datetime().describe('When the link stops opening the pages.'),
});

/** Makes one-time links, so that a person at this machine need not paste a token into a browser. */
@ApiTags('sign-in')
@ApiBearerAuth()
@Roles('reader', 'data-team', 'operator', 'auditor')
@Controller('v1/sign-in-links')
export class SignInLinksController {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  @Post()
  @ApiOperation({
    summary: 'Makes a link that signs one browser in to the pages, once, as the calling account',
  })
  @ApiResponse(answers(201, 'The link.', link))
  async create(@Req() request: FastifyRequest): Promise<z.infer<typeof link>> {
    const made = await this.#sessions.link(bearerTokenOf(request) ?? '');
    if (made === undefined)
      throw new Problem(401, 'not-authenticated', { detail: 'A bearer token is required.' });
    return { path: `/sign-in/${made.code}`, expiresAt: new Date(made.expiresAt).toISOString() };
  }
}
