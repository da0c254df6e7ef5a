import { SUPPRESSED } from '@kinledger/figures';
import { categoryCharts, forestCharts } from '@kinledger/page-kit';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { OfferedPeriods } from '../figures/offered-periods.js';
import type { Report, ReportSection } from '../reports/report.js';
import { reportPdf } from '../reports/report-pdf.js';
import { reportWorkbook } from '../reports/report-workbook.js';
import { number } from '../reports/shares.js';

export const reportQuery = z.object({
  period: z.string('expected one period').max(60, 'expected a period such as 2023-24-Q2').optional(),
});
export type ReportQuery = z.infer<typeof reportQuery>;

interface Item {
  readonly value: string;
  readonly text: string;
  readonly selected: boolean;
}

/** The options of the period select, latest first, always with the one that is shown. */
export function periodItems(
  {
    quarters,
    academicYears,
  }: Readonly<
    Record<keyof Omit<OfferedPeriods, 'opens'>, readonly { readonly code: string; readonly label: string }[]>
  >,
  { period, label }: Pick<Report, 'period' | 'label'>,
  { withLifetime }: { readonly withLifetime: boolean },
): readonly Item[] {
  const items = [
    ...(withLifetime ? [{ value: '', text: 'All periods' }] : []),
    ...[...quarters].reverse().map(({ code, label: text }) => ({ value: code, text })),
    ...[...academicYears].reverse().map(({ code, label: text }) => ({ value: code, text })),
  ];
  const shown = withLifetime && period === 'all' ? '' : period;
  const known = items.some(({ value }) => value === shown);
  return [...(known ? [] : [{ value: shown, text: label }]), ...items].map((item) => ({
    ...item,
    selected: item.value === shown,
  }));
}

/** What the view of a report shows: its sections with their charts drawn, and tables with cells as text. */
export async function reportView(
  report: Report,
  { action, periods }: { readonly action: string; readonly periods: readonly Item[] },
) {
  const parts = await Promise.all(
    report.parts.map(async (part) => ({
      ...part,
      sections: await Promise.all(part.sections.map(sectionView)),
    })),
  );
  return { section: 'reports', ...report, parts, action, periods };
}

async function sectionView({ chart, forest, ...section }: ReportSection) {
  return {
    ...section,
    drawing: chart === undefined ? forest && (await forestCharts(forest)) : await categoryCharts(chart),
    tables: section.tables.map((table, index) => ({
      ...table,
      id: `${section.id}-${index}`,
      // A style for each number of columns that a table may have.
      width: widths[table.heads.length + 1] ?? 'nine',
      rows: table.rows.map((row) => ({
        ...row,
        cells: row.cells.map((cell) => ({
          isNumber: typeof cell !== 'string' || cell === SUPPRESSED || /^[−+\d.,]+(?: %)?$/.test(cell),
          text: typeof cell === 'number' ? number(cell) : (cell ?? '–'),
        })),
      })),
    })),
  };
}

/** Wide enough for the words of so many columns, so that the cue to scroll shows wherever they have no room. */
const widths: Readonly<Record<number, string>> = {
  ...{ 2: 'four', 3: 'four', 4: 'six', 5: 'seven' },
  ...{ 6: 'eight', 7: 'eight', 8: 'nine' },
};

/** Sends a report as a spreadsheet, under a name that says what it is. */
export async function sendWorkbook(reply: FastifyReply, report: Report, of: string): Promise<void> {
  await reply
    .type('application/vnd.oasis.opendocument.spreadsheet')
    .header('content-disposition', `attachment; filename="${fileName(report, of)}.ods"`)
    .send(Buffer.from(await reportWorkbook(report)));
}

/** Sends a report as a tagged PDF, under such a name too. */
export async function sendPdf(reply: FastifyReply, report: Report, of: string): Promise<void> {
  await reply
    .type('application/pdf')
    .header('content-disposition', `attachment; filename="${fileName(report, of)}.pdf"`)
    .send(await reportPdf(report));
}

const fileName = ({ period }: Report, of: string): string =>
  `${of}-${period}`.replaceAll(/[^a-z0-9-]/gi, '-').toLowerCase();
