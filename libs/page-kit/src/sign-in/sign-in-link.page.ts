import { Public, Sessions } from '@kinledger/service-kit';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PageRenderer } from '../page-renderer.js';
import { homeOf, PAGES, type PagesOfService } from '../pages.js';
import { enter, sendPage } from './browser-session.js';
import { SECURE_COOKIES } from './secure-cookies.token.js';

const code = z.string().max(100);

/** Signs a browser in with a one-time link. */
@ApiExcludeController()
@Public()
@Controller('sign-in/:code')
export class SignInLinkPage {
  readonly #sessions: Sessions;
  readonly #renderer: PageRenderer;
  readonly #home: string;
  readonly #secure: boolean;

  constructor(
    sessions: Sessions,
    renderer: PageRenderer,
    @Inject(PAGES) pages: PagesOfService,
    @Inject(SECURE_COOKIES) secure: boolean,
  ) {
    this.#sessions = sessions;
    this.#renderer = renderer;
    this.#home = homeOf(pages);
    this.#secure = secure;
  }

  /** A prefetch or a HEAD request does not use up the link. */
  @Get()
  async follow(
    @Param('code', { schema: code }) wanted: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const looksAhead = request.headers['sec-purpose'] !== undefined;
    if (request.method !== 'GET' || looksAhead) return sendPage(reply, 200, this.#form({}));
    const secret = await this.#sessions.redeem(wanted);
    if (secret !== undefined)
      return enter({ request, reply }, { secret, page: this.#home, secure: this.#secure });
    const error = 'This link has been used, or has expired. Ask for another one: kinledger sign-in';
    await sendPage(reply, 401, this.#form({ error }));
  }

  #form(context: object): string {
    return this.#renderer.render('sign-in.njk', { section: 'sign-in', ...context });
  }
}
