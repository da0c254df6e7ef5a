import type { AccessRole } from '@kinledger/contracts';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem/problem.js';
import type { Caller } from './caller.js';
import { BY_FORM, PUBLIC, ROLES, rememberCaller } from './decorators.js';
import type { Identity } from './identity.js';
import { isOwnForm } from './own-form.js';
import { sessionOf } from './session-cookie.js';
import type { Sessions } from './sessions.js';

const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** The bearer token of a request; undefined if it has none of a valid form. */
export const bearerTokenOf = (request: FastifyRequest): string | undefined =>
  bearer.exec(request.headers.authorization ?? '')?.[1];

/** Admits a request if its caller has a role that the handler names. A handler without roles is closed. */
export class AccessGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #identity: Identity;
  readonly #sessions: Sessions;

  constructor(reflector: Reflector, identity: Identity, sessions: Sessions) {
    this.#reflector = reflector;
    this.#identity = identity;
    this.#sessions = sessions;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const byForm = this.#reflector.getAllAndOverride<boolean | undefined>(BY_FORM, targets) === true;
    const caller = await this.#authenticate(request, byForm);
    const roles = this.#reflector.getAllAndOverride<readonly AccessRole[] | undefined>(ROLES, targets) ?? [];
    if (!roles.some((role) => caller.roles.includes(role))) {
      throw new Problem(403, 'not-allowed', {
        detail: 'This account may not do that.',
        headers: { 'www-authenticate': 'Bearer realm="kinledger", error="insufficient_scope"' },
      });
    }
    rememberCaller(request, caller);
    return true;
  }

  async #authenticate(request: FastifyRequest, byForm: boolean): Promise<Caller> {
    if (request.headers.authorization === undefined) {
      const caller = await this.#signedIn(request, byForm);
      if (caller === undefined) throw notAuthenticated();
      return caller;
    }
    const token = bearerTokenOf(request);
    const identified = token === undefined ? undefined : await this.#identity.identify(token);
    if (identified === undefined) throw notAuthenticated('invalid_token');
    return identified.caller;
  }

  /**
   * Browsers send cookies with requests that another site triggers, so a cookie permits only reading, and what a form of
   * the service's own pages asks for.
   */
  async #signedIn(request: FastifyRequest, byForm: boolean): Promise<Caller | undefined> {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!reads && !(byForm && isOwnForm(request))) return undefined;
    const secret = sessionOf(request);
    return secret === undefined ? undefined : this.#sessions.find(secret);
  }
}

const notAuthenticated = (error?: 'invalid_token'): Problem =>
  new Problem(401, 'not-authenticated', {
    detail:
      error === undefined
        ? 'A bearer token is required.'
        : 'The bearer token is unknown, has expired or was revoked.',
    headers: {
      'www-authenticate': `Bearer realm="kinledger"${error === undefined ? '' : `, error="${error}"`}`,
    },
  });
