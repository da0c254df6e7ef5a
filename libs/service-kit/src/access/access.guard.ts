import type { AccessRole } from '@kinledger/contracts';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem/problem.js';
import type { Account } from './account.js';
import type { Accounts } from './accounts.js';
import { PUBLIC, ROLES, rememberCaller } from './decorators.js';
import { sessionOf } from './session-cookie.js';
import type { Sessions } from './sessions.js';

const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** The bearer token of a request, or undefined where it has none that could be one. */
export const bearerTokenOf = (request: FastifyRequest): string | undefined =>
  bearer.exec(request.headers.authorization ?? '')?.[1];

/** Lets a request pass whose account has a role that the handler names. A handler that names none is closed. */
export class AccessGuard implements CanActivate {
  readonly #reflector: Reflector;
  /** Undefined where the service has no access file: then only public handlers answer. */
  readonly #accounts: Accounts | undefined;
  readonly #sessions: Sessions;

  constructor(reflector: Reflector, accounts: Accounts | undefined, sessions: Sessions) {
    this.#reflector = reflector;
    this.#accounts = accounts;
    this.#sessions = sessions;
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = this.#authenticate(request);
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

  #authenticate(request: FastifyRequest): Account {
    if (request.headers.authorization === undefined) {
      const account = this.#signedIn(request);
      if (account === undefined) throw notAuthenticated();
      return account;
    }
    const token = bearerTokenOf(request);
    const account = token === undefined ? undefined : this.#accounts?.find(token);
    if (account === undefined) throw notAuthenticated('invalid_token');
    return account;
  }

  /** A browser sends its cookie with whatever another site makes it ask for: a cookie only reads. */
  #signedIn(request: FastifyRequest): Account | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const secret = sessionOf(request);
    return secret === undefined ? undefined : this.#sessions.find(secret);
  }
}

const notAuthenticated = (error?: 'invalid_token'): Problem =>
  new Problem(401, 'not-authenticated', {
    detail:
      error === undefined
        ? 'A bearer token is needed.'
        : 'The bearer token is not known, or it has expired or been revoked.',
    headers: {
      'www-authenticate': `Bearer realm="kinledger"${error === undefined ? '' : `, error="${error}"`}`,
    },
  });
