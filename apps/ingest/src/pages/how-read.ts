import type { UploadView } from '../uploads/upload-view.js';

const encodings = { 'utf-8': 'UTF-8', 'windows-1252': 'Windows-1252', 'utf-16': 'UTF-16' } as const;
const delimiters = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' } as const;

/** How a file was read, as a person says it: "CSV in UTF-8 with commas, titles in row 1". */
export function howRead({ format, encoding, delimiter, sheet, headerRow }: UploadView['read']): string {
  const titles = headerRow === null ? '' : `, titles in row ${headerRow}`;
  if (sheet !== null) return `Workbook (.${format ?? 'xlsx'}), sheet ${sheet}${titles}`;
  const cells = delimiter === null ? '' : ` with ${delimiters[delimiter]}`;
  return `CSV in ${encodings[encoding]}${cells}${titles}`;
}
