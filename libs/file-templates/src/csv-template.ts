import type { DatasetSchema } from '@kinledger/programme/definition';

/** An empty file with the titles of a dataset. Without the byte order mark Excel would save it as Windows-1252. */
export const csvTemplate = ({ fields }: DatasetSchema): string =>
  `\ufeff${fields.map(({ title }) => cell(title)).join(',')}\r\n`;

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
