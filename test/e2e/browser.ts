import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'msedge'];

/** The machine's Chromium: `KINLEDGER_BROWSER`, else the first on the path; undefined if there is none. */
export function findBrowser(): string | undefined {
  const chosen = process.env['KINLEDGER_BROWSER'];
  if (chosen !== undefined) return chosen;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}
