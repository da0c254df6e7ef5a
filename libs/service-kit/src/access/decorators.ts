import type { AccessRole } from '@kinledger/contracts';
import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Account } from './account.js';

export const ROLES = Symbol('kinledger roles');
export const PUBLIC = Symbol('kinledger public');

/** Who may call this handler (or controller): an account with any of these roles. Without it nobody may. */
export const Roles = (...roles: readonly [AccessRole, ...AccessRole[]]) => SetMetadata(ROLES, roles);

/** Anybody who reaches the service may call this: health, metrics, a page's own style sheet. */
export const Public = () => SetMetadata(PUBLIC, true);

const callers = new WeakMap<FastifyRequest, Account>();

export const rememberCaller = (request: FastifyRequest, account: Account): void => {
  callers.set(request, account);
};

/** The account that calls, once the guard has let it pass. */
export function callerOf(request: FastifyRequest): Account {
  const account = callers.get(request);
  if (account === undefined) throw new Error('this handler has no caller: it is public');
  return account;
}

/** Injects the `Account` that calls. Not for public handlers. */
export const CurrentAccount = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
