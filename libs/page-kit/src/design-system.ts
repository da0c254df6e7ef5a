import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { govukFrontend } from './page-renderer.js';

/**
 * The styles of the GOV.UK Design System without its typeface: GDS Transport is licensed for GOV.UK services only, and
 * a browser would request every font face that a style sheet declares.
 */
export const designSystemStyles = (): string =>
  readFileSync(join(govukFrontend, 'dist/govuk/govuk-frontend.min.css'), 'utf8').replace(
    /@font-face\{[^}]*\}/g,
    '',
  );
