import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Adds headers to every response with which browsers run no script, load nothing from elsewhere, show no page in a
 * frame, and send forms only to this service. They apply to responses for programs too, which a browser may be tricked
 * into opening.
 */
export async function sendSecurityHeaders(fastify: FastifyInstance): Promise<void> {
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // HSTS concerns a whole domain and is up to the proxy that terminates TLS; a service knows neither.
    strictTransportSecurity: false,
  });
}
