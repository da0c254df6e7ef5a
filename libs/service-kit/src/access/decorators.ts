import type { AccessRole } from '@kinledger/contracts';
import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';

export const ROLES = Symbol('kinledger roles');
export const PUBLIC = Symbol('kinledger public');
export const BY_FORM = Symbol('kinledger by form');

/** Allows callers with any of these roles to call the handler (or controller). Without it, nobody may call it. */
export const Roles = (...roles: readonly [AccessRole, ...AccessRole[]]) => SetMetadata(ROLES, roles);

/** Allows anybody to call the handler: health, metrics, a page's own style sheet. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Lets a signed-in browser call the handler by a form of this service's own pages. */
export const ByForm = () => SetMetadata(BY_FORM, true);

const callers = new WeakMap<FastifyRequest, Caller>();

export const rememberCaller = (request: FastifyRequest, caller: Caller): void => {
  callers.set(request, caller);
};

/** The caller of a request that the guard has admitted. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('this handler is public and has no caller');
  return caller;
}

/** Injects the `Caller`. Not for public handlers. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
