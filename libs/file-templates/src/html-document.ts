import { sha256Hex } from '@kinledger/domain';

const style = `
body { font: 1rem/1.5 system-ui, sans-serif; color: #0b0c0c; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border: 1px solid #505a5f; padding: .4rem .6rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
th { min-width: 8rem; }
.wide { overflow-x: auto; font-size: .875rem; }
.wide th, .wide td { padding: .3rem .35rem; }
.wide thead th { min-width: 0; }
.wide thead th + th { text-align: right; }
.wide td { text-align: right; white-space: nowrap; }
.wide thead th.words, .wide td.words { text-align: left; white-space: normal; }
summary { padding: .25rem 0; cursor: pointer; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
section { break-inside: avoid; }
@media (max-width: 40rem) { dl { display: block; } dd { margin: 0 0 .5rem; } }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } }
`;

/** The Content-Security-Policy source under which the style of the documents is allowed. */
export const documentStyleSource = `'sha256-${Buffer.from(sha256Hex(style), 'hex').toString('base64')}'`;

/**
 * A document of its own, which needs nothing else and prints well.
 * @param parts HTML.
 */
export const htmlDocument = (title: string, parts: readonly string[]): string =>
  [
    '<!DOCTYPE html>',
    '<html lang="en-GB">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>`,
    `<body><main><h1>${escaped(title)}</h1>`,
    ...parts,
    '</main></body>',
    '</html>',
    '',
  ].join('\n');

/** The first cell of a row is its heading. */
export const htmlTable = (
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  isWords: (column: number) => boolean = () => false,
): string => {
  const marked = (column: number) => (isWords(column) ? ' class="words"' : '');
  const head = (text: string, column: number) => `<th scope="col"${marked(column)}>${escaped(text)}</th>`;
  const row = ([first = '', ...rest]: readonly string[]) =>
    `<tr><th scope="row">${escaped(first)}</th>${rest.map((text, at) => `<td${marked(at + 1)}>${escaped(text)}</td>`).join('')}</tr>`;
  return [
    `<table><caption>${escaped(caption)}</caption>`,
    `<thead><tr>${heads.map(head).join('')}</tr></thead>`,
    `<tbody>${rows.map(row).join('')}</tbody></table>`,
  ].join('');
};

/**
 * A table of numbers with many columns, which scrolls in a region of its own where there is no room.
 * @param isWords whether a column, counted from 0, holds words; of the first it makes no difference.
 */
export const wideTable = (
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  isWords?: (column: number) => boolean,
): string =>
  `<div class="wide" role="region" tabindex="0" aria-label="${escaped(caption)}">${htmlTable(caption, heads, rows, isWords)}</div>`;

export const htmlList = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Text in which no character is markup. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
