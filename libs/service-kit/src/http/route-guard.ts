import { RequestMethod, type INestApplicationContext } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { FastifyRequest } from 'fastify';
import { AccessGuard } from '../access/access.guard.js';

type Handler = (...args: unknown[]) => unknown;
type ControllerClass = new (...args: never[]) => object;

/**
 * Runs the access guard before Nest would, which does so after reading the body. Admits routes without a controller,
 * which take no body.
 */
export function routeGuard(app: INestApplicationContext): (request: FastifyRequest) => Promise<void> {
  const guard = app.get(AccessGuard);
  const handlers = handlersOf(app);
  return async (request) => {
    const found = handlers.get(`${request.method} ${request.routeOptions.url ?? ''}`);
    if (found === undefined) return;
    const context = new ExecutionContextHost([request, undefined], found.controller, found.handler);
    context.setType('http');
    await guard.canActivate(context);
  };
}

/** Controllers and their methods by HTTP method and address. */
function handlersOf(
  app: INestApplicationContext,
): ReadonlyMap<string, { readonly controller: ControllerClass; readonly handler: Handler }> {
  const scanner = new MetadataScanner();
  const handlers = new Map<string, { controller: ControllerClass; handler: Handler }>();
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.controllers.values(),
  ]);
  for (const { metatype, instance } of controllers) {
    if (typeof metatype !== 'function' || typeof instance !== 'object') continue;
    // Nest treats controllers as classes of any shape.
    const controller = metatype as ControllerClass;
    const prototype = Object.getPrototypeOf(instance) as Record<string, Handler>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name];
      const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
      if (handler === undefined || method === undefined) continue;
      for (const prefix of pathsOf(controller))
        for (const path of pathsOf(handler)) {
          handlers.set(`${RequestMethod[method]} ${joined(prefix, path)}`, { controller, handler });
        }
    }
  }
  return handlers;
}

const pathsOf = (target: object): readonly string[] =>
  [Reflect.getMetadata(PATH_METADATA, target) as string | readonly string[] | undefined]
    .flat()
    .map((path) => path ?? '');

const joined = (...paths: readonly string[]): string =>
  `/${paths
    .flatMap((path) => path.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
