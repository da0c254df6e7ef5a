import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import nunjucks from 'nunjucks';
import { ageName, instantName } from './names/dates.js';
import { PAGES, type PageSection, type PagesOfService } from './pages.js';

const kitViews = fileURLToPath(new URL('../views', import.meta.url));

/** The folder of the design system's templates and files. */
export const govukFrontend = dirname(fileURLToPath(import.meta.resolve('govuk-frontend/package.json')));

/**
 * Renders the service's views and the kit's, with the GOV.UK Design System's macros. Everything is escaped unless a view
 * says otherwise.
 */
@Injectable()
export class PageRenderer {
  readonly #environment: nunjucks.Environment;

  constructor(@Inject(PAGES) pages: PagesOfService) {
    this.#environment = new nunjucks.Environment(
      new nunjucks.FileSystemLoader([pages.views, kitViews, `${govukFrontend}/dist`]),
      { autoescape: true, trimBlocks: true, lstripBlocks: true },
    );
    this.#environment.addGlobal('site', pages);
    this.#environment.addFilter('navigation', navigationOf);
    this.#environment.addFilter('number', (value: unknown) =>
      typeof value === 'number' ? value.toLocaleString('en-GB') : typeof value === 'string' ? value : '–',
    );
    this.#environment.addFilter('instant', instantName);
    this.#environment.addFilter('age', (iso: string) => ageName(iso));
  }

  render(view: string, context: object): string {
    return this.#environment.render(view, context);
  }
}

/** The items of the navigation; the section of a page is the address of its place without the first slash. */
const navigationOf = (sections: readonly PageSection[], section: string | undefined) =>
  sections.map(({ href, text }) => ({ href, text, active: href === `/${section}` }));
