import { escaped, htmlDocument, htmlList, wideTable } from '@kinledger/file-templates';
import { cellsOf, columnTitles, extentOf, partsOf } from './describe-profile.js';
import type { ProfileDocument } from './profile-of.js';

/** A profile as an HTML document of its own, which needs nothing else and prints well. */
export const profilePage = (profile: ProfileDocument): string =>
  htmlDocument(`Profile: ${profile.file}`, [
    `<p>${escaped(extentOf(profile))}</p>`,
    wideTable(
      'Columns',
      columnTitles.map((title) => (title === '' ? 'column' : title)),
      profile.columns.map(cellsOf),
    ),
    ...partsOf(profile).flatMap(({ title, lines, otherwise }) => {
      if (lines.length > 0) return [`<h2>${escaped(title)}</h2>`, htmlList(lines)];
      return otherwise === undefined ? [] : [`<p>${escaped(otherwise)}</p>`];
    }),
  ]);
