import { fileRefused, type FileRefused } from './file-refused.js';

const saveAsCsv =
  'In Excel choose File, Save As, and the type "CSV UTF-8 (comma delimited)"; then send the file that this makes.';

const signatures: readonly {
  readonly bytes: readonly number[];
  readonly refusal: () => FileRefused;
}[] = [
  { bytes: [0x25, 0x50, 0x44, 0x46], refusal: () => binary('a PDF document') },
  { bytes: [0x1f, 0x8b], refusal: () => binary('a gzip archive') },
  { bytes: [0x7b, 0x5c, 0x72, 0x74, 0x66], refusal: () => binary('a rich text document') },
];

const binary = (what: string) =>
  fileRefused('binary-file', `This is ${what}, neither a CSV file nor a workbook. ${saveAsCsv}`);

/** Number of bytes needed to recognise a signature. */
export const SIGNATURE_BYTES = 8;

/** The refusal of a file that begins with the signature of a binary format. */
export const refusalBySignature = (head: Uint8Array): FileRefused | undefined =>
  signatures.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte))?.refusal();

export const refusalOfNulBytes = (): FileRefused =>
  fileRefused('nul-bytes', `This file holds NUL bytes, which no CSV file does. ${saveAsCsv}`);
