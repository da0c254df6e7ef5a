import { Problem } from '@kinledger/service-kit';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageRenderer } from './page-renderer.js';

const headings: Readonly<Record<number, string>> = {
  400: 'That address does not fit',
  403: 'This account may not see that',
  404: 'Page not found',
  503: 'The figures are being prepared',
};

/** A person gets a page, not a JSON document. */
@Catch(Problem)
export class PageProblemFilter implements ExceptionFilter<Problem> {
  constructor(private readonly renderer: PageRenderer) {}

  catch(problem: Problem, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    // Who is not signed in gets the form in place, and goes on to the page that was asked for.
    const page =
      problem.status === 401
        ? this.renderer.render('sign-in.njk', { to: http.getRequest<FastifyRequest>().url })
        : this.renderer.render('problem.njk', {
            heading: headings[problem.status] ?? 'Something is wrong',
            detail: problem.detail ?? 'Try again later.',
          });
    void reply.status(problem.status).headers(problem.headers).type('text/html; charset=utf-8').send(page);
  }
}
