import { fileRefused } from '../file-refused.js';

const saveAgain =
  'Open it in Excel or LibreOffice, save it as a new workbook (.xlsx) or as "CSV UTF-8", and send that file.';

/** The refusal of a workbook that is broken, or made so that reading it would take too much. */
export const workbookDamaged = () =>
  fileRefused('workbook-damaged', `The workbook is damaged and cannot be read. ${saveAgain}`);

export const workbookTooLarge = (what: string) =>
  fileRefused(
    'workbook-too-large',
    `The workbook ${what}. Save the sheet as "CSV UTF-8 (comma delimited)" and send that file: there, the limits are far higher.`,
  );

export const workbookLocked = () =>
  fileRefused(
    'password-protected',
    'The workbook is protected with a password, so that nobody else can read it. Remove the password (in Excel: File, Info, Protect Workbook, Encrypt with Password, and leave it empty), save it, and send it again.',
  );

export const oldWorkbook = () =>
  fileRefused(
    'excel-file',
    'This is an old Excel workbook (.xls). In Excel choose File, Save As, and the type "Excel Workbook (.xlsx)" or "CSV UTF-8 (comma delimited)"; then send the file that this makes.',
  );

export const binaryWorkbook = () =>
  fileRefused(
    'excel-file',
    'This is a binary Excel workbook (.xlsb). In Excel choose File, Save As, and the type "Excel Workbook (.xlsx)"; then send the file that this makes.',
  );

export const notAWorkbook = () =>
  fileRefused(
    'binary-file',
    'This is a zip archive, not a workbook. Unpack it, and send the CSV file or the workbook that it holds.',
  );

export const formulaWithoutValue = (row: number) =>
  fileRefused(
    'formula-without-value',
    `Row ${row} has a formula whose result the workbook does not hold. Open the workbook in Excel or LibreOffice, so that it is calculated, save it, and send it again.`,
  );
