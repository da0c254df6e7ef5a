import type { CellValue, WriteSheet } from 'hucre';
import { sectionsOf, type Report, type ReportPart, type ReportTable } from './report.js';

/** Spreadsheets allow no longer name of a sheet. */
const MAX_NAME = 31;

/**
 * A report as an OpenDocument spreadsheet: what it is of, then a sheet for each table, with its definition, n, denominator and
 * ledger position. Counts are numbers and words are texts; nothing is a formula, whatever a name begins with.
 */
export async function reportWorkbook(report: Report): Promise<Uint8Array> {
  // Loaded for the first workbook: a process that makes none starts sooner without it.
  const { writeOds } = await import('hucre/ods');
  const names = new Set<string>(['report']);
  return writeOds({
    sheets: [
      aboutSheet(report),
      ...report.parts.flatMap((part) =>
        part.sections.flatMap(({ tables, finding }) =>
          tables.map((table) => tableSheet(table, finding, nameFor(table, part, names))),
        ),
      ),
    ],
    properties: { title: `${report.title}, ${report.label}` },
  });
}

function aboutSheet(report: Report): WriteSheet {
  return {
    name: 'Report',
    columns: [{ width: 34 }, { width: 90 }],
    rows: [
      ['Report', report.title],
      ['Of', report.of],
      ['Programme', report.programme],
      ['Period', report.label],
      ['Ledger position', report.position],
      ['Definition of the programme', report.definition],
      ...(report.behindSince === null ? [] : [['Known until', report.behindSince]]),
      [],
      ...sectionsOf(report).map(({ title, finding }) => [title, finding ?? '']),
    ],
  };
}

function tableSheet(table: ReportTable, finding: string | undefined, name: string): WriteSheet {
  const rows: CellValue[][] = [
    [table.caption],
    ...(finding === undefined ? [] : [[finding]]),
    [],
    [...table.heads, 'Status'],
    ...table.rows.map(({ name: first, cells, status }) => [first, ...cells, status]),
    [],
    ['Definition', table.definition],
    ['n', table.n],
    ['Denominator', table.denominator],
    ...(table.position === null ? [] : [['Ledger position', table.position]]),
    ['Disclosure control', table.disclosure],
  ];
  return {
    name,
    columns: [{ width: 44 }, ...table.heads.slice(1).map(() => ({ width: 18 })), { width: 40 }],
    rows,
  };
}

/** The table’s caption as far as it fits, with a number where two would be the same, and without what no sheet’s name may have. */
function nameFor({ caption }: ReportTable, { title }: ReportPart, taken: Set<string>): string {
  const plain = `${caption.split(/[,:]/, 1)[0] ?? caption}, ${title}`.replaceAll(/[[\]*?:/\\]/g, '-');
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : ` ${number}`;
    const name = `${plain.slice(0, MAX_NAME - suffix.length).trim()}${suffix}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}
