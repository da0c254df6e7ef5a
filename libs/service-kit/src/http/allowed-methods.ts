import type { FastifyInstance } from 'fastify';

/** The methods of each address. Collects routes as they are added: create it before any of them. */
export class AllowedMethods {
  readonly #routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ url, method }) => {
      this.#routes.push({ pattern: patternOf(url), methods: [method].flat() });
    });
  }

  /** The methods of the routes that match the address, sorted; empty for an unknown address. */
  of(url: string): readonly string[] {
    const path = url.split(/[?#;]/, 1)[0] ?? url;
    const methods = this.#routes.flatMap((route) => (route.pattern.test(path) ? route.methods : []));
    return [...new Set(methods)].sort();
  }
}

/** The addresses of a route: `:id` stands for one segment, `*` for anything. */
function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z]+/g, '[^/]+').replaceAll('*', '.*')}$`);
}
