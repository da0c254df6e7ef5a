import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Route {
  readonly method: string;
  /** With parameters as `:id`. */
  readonly path: string;
}

/** The routes of a service, from its start-up log. */
export function routesOf(home: string, service: string): readonly Route[] {
  const log = readFileSync(join(home, 'logs', `${service}.log`), 'utf8');
  return [...log.matchAll(/Mapped \{([^,]+), ([A-Z]+)\} route/g)].map(([, path = '', method = '']) => ({
    method,
    path,
  }));
}
