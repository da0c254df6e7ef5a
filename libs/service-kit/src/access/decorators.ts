import type { AccessRole } from '@kinledger/contracts';
import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';

export const ROLES = Symbol('kinledger roles');
export const PUBLIC = Symbol('kinledger public');

/** Who may call this handler (or controller): somebody with any of these roles. Without it nobody may. */
export const Roles = (...roles: readonly [AccessRole, ...AccessRole[]]) => SetMetadata(ROLES, roles);

/** Anybody who reaches the service may call this: health, metrics, a page's own style sheet. */
export const Public = () => SetMetadata(PUBLIC, true);

const callers = new WeakMap<FastifyRequest, Caller>();

export const rememberCaller = (request: FastifyRequest, caller: Caller): void => {
  callers.set(request, caller);
};

/** Who calls, once the guard has let the request pass. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('this handler has no caller: it is public');
  return caller;
}

/** Injects the `Caller`. Not for public handlers. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
