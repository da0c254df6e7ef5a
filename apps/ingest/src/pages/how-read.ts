import type { UploadView } from '../uploads/upload-view.js';

const encodings = { 'utf-8': 'UTF-8', 'windows-1252': 'Windows-1252', 'utf-16': 'UTF-16' } as const;
const delimiters = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' } as const;

const written = {
  'day-first': 'day first',
  'month-first': 'month first',
  'day-numbers': 'numbers of days',
  'zeros-lost': 'telephone numbers without their first 0',
} as const;
const known = {
  declared: 'as its sender says',
  shown: 'as the column shows',
  assumed: 'assumed, because every date fits both orders',
  contradicted: 'but the column shows otherwise',
  'shown-late': 'as only its last rows show',
} as const;

/** How a column was read, as a person says it: "Date of birth: day first, as the column shows". */
export const howColumnRead = (column: NonNullable<UploadView['read']['columns']>[number]): string =>
  `${column.title}: ${written[column.written]}, ${known[column.known]}`;

/** How a file was read, as a person says it: "CSV in UTF-8 with commas, titles in row 1". */
export function howRead({
  format,
  encoding,
  delimiter,
  sheet,
  headerRow,
}: Omit<UploadView['read'], 'columns'>): string {
  const titles = headerRow === null ? '' : `, titles in row ${headerRow}`;
  if (sheet !== null) return `Workbook (.${format ?? 'xlsx'}), sheet ${sheet}${titles}`;
  const cells = delimiter === null ? '' : ` with ${delimiters[delimiter]}`;
  return `CSV in ${encodings[encoding]}${cells}${titles}`;
}
