import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Tells browsers, with every answer, to trust it no further than it needs: pages run no script, load nothing from
 * elsewhere, stand in no frame, and send their forms home. That holds for answers to programs too, which a browser may
 * be made to open.
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
    // Whoever ends TLS says that a whole domain is for https alone; a service knows neither.
    strictTransportSecurity: false,
  });
}
