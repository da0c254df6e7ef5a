import { Public, Sessions, sessionCookie, sessionOf } from '@kinledger/service-kit';
import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PageRenderer } from '../page-renderer.js';
import { homeOf, PAGES, type PagesOfService } from '../pages.js';
import { enter, requireOwnForm, sendPage } from './browser-session.js';
import { pageToGoTo } from './page-to-go-to.js';
import { SECURE_COOKIES } from './secure-cookies.token.js';

const form = z.object({
  token: z.string().max(512).default(''),
  to: z.string().max(2_000).optional(),
});

/** Signs a browser in to the pages with a bearer token, and out. */
@ApiExcludeController()
@Public()
@Controller()
export class SignInPage {
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

  @Get('sign-in')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const secret = sessionOf(request);
    const caller = secret === undefined ? undefined : await this.#sessions.find(secret);
    await this.#send(reply, 200, { account: caller?.person });
  }

  @Post('sign-in')
  async signIn(
    @Body({ schema: form }) { token, to }: z.infer<typeof form>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOwnForm(request);
    const secret = await this.#sessions.signIn(token.trim());
    if (secret !== undefined) {
      const page = pageToGoTo(to, this.#home);
      return enter({ request, reply }, { secret, page, secure: this.#secure });
    }
    const error = 'Enter a token that is known: this one is not, or it has expired or been revoked';
    await this.#send(reply, 401, { error, to });
  }

  @Post('sign-out')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireOwnForm(request);
    const secret = sessionOf(request);
    if (secret !== undefined) this.#sessions.signOut(secret);
    const cookie = sessionCookie(request, undefined, { seconds: 0, secure: this.#secure });
    await reply.header('set-cookie', cookie).redirect('/sign-in', 303);
  }

  async #send(reply: FastifyReply, status: number, context: object): Promise<void> {
    await sendPage(reply, status, this.#renderer.render('sign-in.njk', { section: 'sign-in', ...context }));
  }
}
