import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import nunjucks from 'nunjucks';
import { ageName, instantName } from '../names/dates.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of the design system's templates and files. */
export const govukFrontend = dirname(fileURLToPath(import.meta.resolve('govuk-frontend/package.json')));

/** The folder of Kinledger's style sheet and icon. */
export const ownAssets = here('../../assets');

/** Renders views with the GOV.UK Design System's macros. Everything is escaped unless a view says otherwise. */
@Injectable()
export class PageRenderer {
  readonly #environment: nunjucks.Environment;

  constructor() {
    this.#environment = new nunjucks.Environment(
      new nunjucks.FileSystemLoader([here('../../views'), `${govukFrontend}/dist`]),
      { autoescape: true, trimBlocks: true, lstripBlocks: true },
    );
    this.#environment.addFilter('number', (value: unknown) =>
      typeof value === 'number' ? value.toLocaleString('en-GB') : '–',
    );
    this.#environment.addFilter('instant', instantName);
    this.#environment.addFilter('age', (iso: string) => ageName(iso));
  }

  render(view: string, context: object): string {
    return this.#environment.render(view, context);
  }
}
