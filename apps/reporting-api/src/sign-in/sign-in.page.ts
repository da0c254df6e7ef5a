import { Problem, Public, SESSION_MS, Sessions, sessionCookie, sessionOf } from '@kinledger/service-kit';
import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PageRenderer } from '../pages/page-renderer.js';
import { pageToGoTo } from './page-to-go-to.js';
import { SECURE_COOKIES } from './secure-cookies.token.js';

const form = z.object({
  token: z.string().max(512).default(''),
  to: z.string().max(2_000).optional(),
});
const code = z.string().max(100);

/** Signs a browser in to the pages: with a bearer token, or with a one-time link. */
@ApiExcludeController()
@Public()
@Controller()
export class SignInPage {
  readonly #sessions: Sessions;
  readonly #renderer: PageRenderer;
  readonly #secure: boolean;

  constructor(sessions: Sessions, renderer: PageRenderer, @Inject(SECURE_COOKIES) secure: boolean) {
    this.#sessions = sessions;
    this.#renderer = renderer;
    this.#secure = secure;
  }

  @Get('sign-in')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const secret = sessionOf(request);
    const caller = secret === undefined ? undefined : await this.#sessions.find(secret);
    await this.#send(reply, 200, { account: caller?.person });
  }

  /** A prefetch or a HEAD request does not use up the link. */
  @Get('sign-in/:code')
  async followLink(
    @Param('code', { schema: code }) wanted: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const looksAhead = request.headers['sec-purpose'] !== undefined;
    if (request.method !== 'GET' || looksAhead) return this.#send(reply, 200, {});
    const secret = await this.#sessions.redeem(wanted);
    if (secret !== undefined) return this.#enter(request, reply, secret, undefined);
    await this.#send(reply, 401, {
      error: 'This link has been used, or has expired. Ask for another one: kinledger sign-in',
    });
  }

  @Post('sign-in')
  async signIn(
    @Body({ schema: form }) { token, to }: z.infer<typeof form>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOwnForm(request);
    const secret = await this.#sessions.signIn(token.trim());
    if (secret !== undefined) return this.#enter(request, reply, secret, to);
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

  async #enter(
    request: FastifyRequest,
    reply: FastifyReply,
    secret: string,
    to: string | undefined,
  ): Promise<void> {
    const cookie = sessionCookie(request, secret, { seconds: SESSION_MS / 1000, secure: this.#secure });
    await reply.header('set-cookie', cookie).redirect(pageToGoTo(to), 303);
  }

  /** Awaited, because otherwise Fastify would answer a second time before its hooks are done. */
  async #send(reply: FastifyReply, status: number, context: object): Promise<void> {
    const page = this.#renderer.render('sign-in.njk', { section: 'sign-in', ...context });
    await reply.status(status).type('text/html; charset=utf-8').send(page);
  }
}

/** Checks the site of the form, which browsers send, so that no other site can sign a visitor in or out. */
function requireOwnForm(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new Problem(403, 'not-allowed', { detail: 'This form was sent from another site: open it here.' });
}
