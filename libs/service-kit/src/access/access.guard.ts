import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem/problem.js';
import type { AccessRole, Account } from './account.js';
import type { Accounts } from './accounts.js';
import { PUBLIC, ROLES, rememberCaller } from './decorators.js';

const anonymousAccount: Account = { name: 'anonymous', roles: ['reader'] };
const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i;
const loopbackName = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Lets a request pass whose account has a role that the handler names. A handler that names none is closed. */
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    /** Undefined where the service has no access file: then only public handlers answer. */
    private readonly accounts: Accounts | undefined,
    private readonly anonymousRole: 'reader' | undefined,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = this.authenticate(request);
    const roles = this.reflector.getAllAndOverride<readonly AccessRole[] | undefined>(ROLES, targets) ?? [];
    if (!roles.some((role) => caller.roles.includes(role))) {
      if (caller === anonymousAccount) throw notAuthenticated();
      throw new Problem(403, 'not-allowed', {
        detail: 'This account may not do that.',
        headers: { 'www-authenticate': 'Bearer realm="kinledger", error="insufficient_scope"' },
      });
    }
    rememberCaller(request, caller);
    return true;
  }

  private authenticate(request: FastifyRequest): Account {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      if (this.anonymousRole !== undefined && namesThisMachine(request)) return anonymousAccount;
      throw notAuthenticated();
    }
    const token = bearer.exec(authorization)?.[1];
    const account = token === undefined ? undefined : this.accounts?.find(token);
    if (account === undefined) throw notAuthenticated('invalid_token');
    return account;
  }
}

/** A web page elsewhere can point a name of its own at 127.0.0.1, and would then read as our anonymous reader. */
const namesThisMachine = (request: FastifyRequest): boolean => loopbackName.test(request.headers.host ?? '');

const notAuthenticated = (error?: 'invalid_token'): Problem =>
  new Problem(401, 'not-authenticated', {
    detail: error === undefined ? 'A bearer token is needed.' : 'The bearer token is not known.',
    headers: {
      'www-authenticate': `Bearer realm="kinledger"${error === undefined ? '' : `, error="${error}"`}`,
    },
  });
