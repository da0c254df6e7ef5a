import {
  datasetId,
  instant,
  intakeCounts,
  periodCode,
  providerId,
  submissionId,
  uploadId,
} from '@kinledger/contracts';
import { matchHeader, proposeColumns, ruleCode, type HeaderMapping } from '@kinledger/intake-files';
import { rejectionMinimumOf, type Dataset } from '@kinledger/programme';
import { z } from 'zod';
import {
  columnProposalView,
  unmatchedView,
  viewOfColumns,
  viewOfUnmatched,
} from '../mapping/proposal-view.js';
import { mappingVersionView } from '../mapping/mapping-view.js';
import { effectView, viewOfEffect } from '../submissions/foreseen-effect.js';
import type { ReceivedFile } from './receive-upload.js';
import type { EffectsByMode, Upload } from './upload.js';

const count = z.int().nonnegative();

/** An upload as its sender sees it. */
export const uploadView = z.object({
  id: uploadId,
  provider: providerId,
  dataset: datasetId,
  period: periodCode,
  state: z
    .enum(['validated', 'refused', 'discarded', 'accepted'])
    .describe(
      'validated: can be submitted; refused: not fit to be submitted, see reason; accepted: was submitted.',
    ),
  reason: z.string().optional().describe('Why the upload was refused or discarded.'),
  receivedAt: instant,
  expiresAt: instant.describe('When the upload is deleted unless it is submitted.'),
  counts: intakeCounts,
  rejectionThreshold: z
    .number()
    .describe('A file with a larger share of rejected rows is refused; rows without consent do not count.'),
  rejectionMinimum: z
    .int()
    .positive()
    .describe('A file with fewer rejected rows is not refused for their share.'),
  findings: z
    .record(z.string(), count)
    .describe('Findings by rule; the error report lists each one with its row and what to do.'),
  read: z
    .object({
      format: z
        .enum(['csv', 'xlsx', 'ods'])
        .nullable()
        .describe('csv: a text with separators; xlsx, ods: a workbook.'),
      encoding: z.enum(['utf-8', 'windows-1252', 'utf-16']),
      delimiter: z.enum([',', ';', '\t']).nullable().describe('Null for a workbook.'),
      sheet: z.int().positive().nullable().describe('Sheet of the workbook, from 1; null for a CSV file.'),
      sheetName: z
        .string()
        .optional()
        .describe('Its name, shortened; only in the response to the upload, because names are not kept.'),
      headerRow: z
        .int()
        .positive()
        .nullable()
        .describe('Row of the column titles, from 1; rows above it were not read.'),
      columns: z
        .array(
          z.object({
            field: z.string(),
            title: z.string(),
            written: z
              .enum(['day-first', 'month-first', 'day-numbers', 'zeros-lost'])
              .describe(
                'Order of day and month in its dates; day-numbers: a spreadsheet’s numbers of days; zeros-lost: telephone numbers without their first 0.',
              ),
            known: z
              .enum(['declared', 'shown', 'assumed', 'contradicted', 'shown-late'])
              .describe(
                'declared: by the sender; shown: the column shows it; assumed: its dates fit both orders; contradicted: the column shows another order, or later rows are written otherwise; shown-late: only rows far down a long file show it, and the column was not read so.',
              ),
          }),
        )
        .nullable()
        .describe('How columns were read that could have been read in another way.'),
    })
    .describe('How the file was read; null for what an earlier version did not keep.'),
  mapping: z
    .array(
      z.object({
        field: z.string().describe('Name of the field in the dataset’s schema.'),
        title: z.string(),
        column: z
          .int()
          .positive()
          .nullable()
          .describe('Column of the file, from 1; null if the file does not have it.'),
        columnTitle: z.string().optional().describe('As in the file; only in the response to the upload.'),
      }),
    )
    .describe('Which column was read as which field. Check this before you submit.'),
  savedMapping: mappingVersionView
    .optional()
    .describe('The saved mapping by which the file was read, if one was used; see /v1/mappings/{id}.'),
  unknownColumns: count.describe('Number of columns that match no field; they were not read.'),
  unknownTitles: z
    .array(z.string())
    .optional()
    .describe('Their titles, at most 50; only in the response to the upload, because titles are not kept.'),
  columnProposals: z
    .array(columnProposalView)
    .optional()
    .describe(
      'Fields without a column that a column which was not read may hold; only in the response to the upload. Confirm one with POST /v1/mappings, and send the file again.',
    ),
  unmatchedValues: z
    .array(unmatchedView)
    .optional()
    .describe(
      'Values of coded columns that the schema does not list, with the number of their rows; only in the response to the upload. Confirm codes for them with POST /v1/mappings.',
    ),
  ifSubmitted: z
    .object({ replace: effectView.optional(), add: effectView.optional() })
    .optional()
    .describe(
      'What submitting the upload would do, by mode, to the rows of the dataset that were live when it was received. A mode is absent if nothing new would happen.',
    ),
  notes: z
    .array(z.object({ code: z.string(), message: z.string() }))
    .describe('Remarks on the file as a whole.'),
  submission: submissionId
    .optional()
    .describe('The submission that the upload became, or whose content it repeats.'),
});
export type UploadView = z.input<typeof uploadView>;

const MAX_TITLES = 50;
const MAX_TITLE_LENGTH = 80;
const shortened = (title: string) => title.slice(0, MAX_TITLE_LENGTH);

/** @param received the titles of the file, only for the response to the upload; they are not stored. */
export function viewOf(upload: Upload, dataset: Dataset | undefined, received?: ReceivedFile): UploadView {
  return {
    id: upload.upload,
    provider: upload.provider,
    dataset: upload.dataset,
    period: upload.period,
    state: upload.state,
    ...(upload.reason === null ? {} : { reason: upload.reason }),
    receivedAt: upload.receivedAt.toISOString(),
    expiresAt: upload.expiresAt.toISOString(),
    counts: upload.counts,
    rejectionThreshold: dataset?.rejectionThreshold ?? 1,
    rejectionMinimum: rejectionMinimumOf(dataset ?? {}),
    findings: { ...upload.findings },
    read: readOf(upload, dataset, received?.sheetName),
    mapping: (dataset?.schema.fields ?? []).map(({ name, title }) => {
      const column = upload.mapping[name];
      const columnTitle = column === undefined ? undefined : received?.header[column];
      return {
        field: name,
        title,
        column: column === undefined ? null : column + 1,
        ...(columnTitle === undefined ? {} : { columnTitle: shortened(columnTitle) }),
      };
    }),
    ...(upload.savedMapping === null
      ? {}
      : { savedMapping: { id: upload.savedMapping.mapping, version: upload.savedMapping.version } }),
    unknownColumns: upload.unknownColumns,
    ...(received === undefined ? {} : ofThisFile(received, dataset)),
    ...(upload.state === 'validated' && upload.ifSubmitted !== null
      ? { ifSubmitted: viewOfEffects(upload.ifSubmitted) }
      : {}),
    notes: notesOn(upload, dataset),
    ...(upload.submission === null ? {} : { submission: upload.submission }),
  };
}

function readOf(
  { reading }: Upload,
  dataset: Dataset | undefined,
  sheetName: string | undefined,
): UploadView['read'] {
  const { format, encoding, delimiter, sheet, headerRow } = reading;
  const name = sheetName === undefined ? {} : { sheetName: shortened(sheetName) };
  const columns = reading.columns?.map(({ field, written, known }) => ({
    ...{ field, title: titleOf(dataset, field), written, known },
  }));
  return { format, encoding, delimiter, sheet, ...name, headerRow, columns: columns ?? null };
}

const titleOf = (dataset: Dataset | undefined, name: string): string =>
  dataset?.schema.fields.find((field) => field.name === name)?.title ?? name;

const viewOfEffects = ({ replace, add }: EffectsByMode) => ({
  ...(replace === undefined ? {} : { replace: viewOfEffect(replace) }),
  ...(add === undefined ? {} : { add: viewOfEffect(add) }),
});

/** What the sender learns of its own titles and values, which are not kept. */
function ofThisFile(received: ReceivedFile, dataset: Dataset | undefined): Partial<UploadView> {
  const { header, savedMapping, unmatched } = received;
  if (dataset === undefined) return { unknownTitles: unknownTitles(received) };
  const match = matchHeader(dataset.schema, header, savedMapping?.columns);
  return {
    unknownTitles: unknownTitles(received),
    columnProposals: viewOfColumns(proposeColumns(dataset.schema, header, match), header),
    unmatchedValues: viewOfUnmatched(unmatched),
  };
}

const unknownTitles = (received: { header: readonly string[]; mapping: HeaderMapping }): string[] =>
  received.mapping.unknownColumns
    .slice(0, MAX_TITLES)
    .map((column) => shortened(received.header[column] ?? ''));

function notesOn(upload: Upload, dataset: Dataset | undefined): UploadView['notes'] {
  const notes: UploadView['notes'] = [];
  const { encoding, headerRow } = upload.reading;
  if (headerRow !== null && headerRow > 1) {
    notes.push({
      code: 'rows-above-the-titles',
      message: `The column titles were found in row ${headerRow}. The rows above were not read.`,
    });
  }
  notes.push(...notesOnRemarks(upload));
  if (encoding === 'windows-1252') {
    notes.push({
      code: 'windows-1252',
      message:
        'The file is not UTF-8 and was read as Windows-1252. Check a name with an accent; save as "CSV UTF-8" to be sure.',
    });
  }
  if (upload.reason === 'too-many-rejected-rows') {
    notes.push({
      code: 'too-many-rejected-rows',
      message:
        'More rows were rejected than the dataset allows, so only the error report was kept. Correct the rows that it lists and send the file again.',
    });
  }
  notes.push(...notesOnClearText(upload, dataset), ...notesOnDateOrder(upload, dataset));
  notes.push(...notesOnChangingColumns(upload, dataset));
  notes.push(...notesOnDeclaredRules(upload, dataset));
  if (upload.reason === 'wrong-period') {
    notes.push({
      code: 'wrong-period',
      message:
        'Most rows have a date in the future or years outside the period, so only the error report was kept. Check the period for which you sent the file, and the years of its dates.',
    });
  }
  if (upload.reason === 'no-usable-row') {
    notes.push({
      code: 'no-usable-row',
      message: 'No row could be accepted. The error report says why, row by row.',
    });
  }
  if (upload.state !== 'refused' && upload.counts.consentRefused > 0) {
    notes.push({
      code: 'consent-refused',
      message: `${upload.counts.consentRefused} rows refuse consent for a row id. Once the file is submitted, rows with these ids no longer count in any period.`,
    });
  }
  return notes;
}

function notesOnRemarks({ reading: { remarks } }: Upload): UploadView['notes'] {
  const notes: UploadView['notes'] = [];
  if (remarks === null) return notes;
  const { footerRows } = remarks;
  if (footerRows > 0) {
    notes.push({
      code: 'rows-below-the-data',
      message: `${rows(footerRows)} below the data${remarks.footerFrom === null ? '' : `, from row ${remarks.footerFrom} on`}, such as a total or "End of report", ${footerRows === 1 ? 'was' : 'were'} not read.`,
    });
  }
  if (remarks.mergedCells > 0) {
    notes.push({
      code: 'merged-cells',
      message: `The sheet has merged cells below the titles (${remarks.mergedCells}). Only the first row of merged cells has their value; the others were read as empty. Unmerge them, fill in each row, and send the file again.`,
    });
  }
  if (remarks.hiddenRows > 0) {
    notes.push({
      code: 'hidden-rows',
      message: `${rows(remarks.hiddenRows)} that the sheet does not show ${remarks.hiddenRows === 1 ? 'was' : 'were'} read as well. If a filter hides what you did not want to send, delete it and send the file again.`,
    });
  }
  return notes;
}

function notesOnClearText(upload: Upload, dataset: Dataset | undefined): UploadView['notes'] {
  return (dataset?.schema.fields ?? []).flatMap((field) => {
    const found = upload.findings[ruleCode('clear-text', field.name)] ?? 0;
    if (found === 0) return [];
    const message = `"${field.title}" contains clear text in ${rows(found)} in place of a digest. Nothing of it was kept. This is a data incident of the sender and was recorded as one: tell your information governance lead and the data team.`;
    return [{ code: 'clear-text', message }];
  });
}

function notesOnDeclaredRules(upload: Upload, dataset: Dataset | undefined): UploadView['notes'] {
  const rules = dataset?.schema['x-kinledger'].rules?.file ?? [];
  return rules.flatMap(({ name, message, suggestion }) => {
    const without = upload.findings[name] ?? 0;
    if (without === 0) return [];
    return [{ code: name, message: `${message} ${rows(without)} without a value. ${suggestion}`.trim() }];
  });
}

function notesOnDateOrder(upload: Upload, dataset: Dataset | undefined): UploadView['notes'] {
  return [...notesOnContradictedOrder(upload, dataset), ...notesOnUnknownOrder(upload, dataset)];
}

/** Columns of which no date shows whether the day or the month comes first. */
function notesOnUnknownOrder(upload: Upload, dataset: Dataset | undefined): UploadView['notes'] {
  return (dataset?.schema.fields ?? []).flatMap(({ name, title }) => {
    const undecided = upload.findings[ruleCode('undecided-date-order', name)] ?? 0;
    if (undecided === 0) return [];
    const ask = `Check one date against the record. If the day comes first, send the file again with dayFirst=${name}; if the month comes first, with monthFirst=${name}.`;
    if (upload.reason === 'date-order-unknown') {
      const message = `Every date of "${title}" (${rows(undecided)}) can be read with the day first or with the month first, so only the error report was kept. ${ask}`;
      return [{ code: 'date-order-unknown', message }];
    }
    const message = `Every date of "${title}" (${rows(undecided)}) can be read with the day first or with the month first; they were read with the day first. ${ask}`;
    return [{ code: 'date-order-doubtful', message }];
  });
}

/** Columns of which rows far down a long file show that they should have been read in another way. */
function notesOnChangingColumns(upload: Upload, dataset: Dataset | undefined): UploadView['notes'] {
  if (upload.reason !== 'column-changes') return [];
  return (upload.reading.columns ?? []).flatMap(({ field, written, known }) => {
    if (written !== 'day-numbers' && written !== 'zeros-lost') return [];
    if (known !== 'contradicted' && known !== 'shown-late') return [];
    const [what, how] = spreadsheetDamage[written];
    const where = known === 'contradicted' ? 'in its first rows alone' : 'only far below its first rows';
    const message = `"${titleOf(dataset, field)}" holds ${what} ${where}, so it cannot be said how the rest is meant, and only the error report was kept. ${how} in all rows, and export the file again.`;
    return [{ code: 'column-changes', message }];
  });
}

const spreadsheetDamage = {
  'day-numbers': ['numbers of days (such as 43890)', 'Format the column as dates'],
  'zeros-lost': ['telephone numbers without their first 0', 'Format the column as text with the 0'],
} as const;

function notesOnContradictedOrder(upload: Upload, dataset: Dataset | undefined): UploadView['notes'] {
  return (dataset?.schema.fields ?? []).flatMap((field) => {
    const dayFirst = upload.findings[ruleCode('day-first', field.name)] ?? 0;
    if (upload.reason === 'day-first-dates' && dayFirst > 0) {
      const message = `"${field.title}" was said to have the month first, but has the day first in ${rows(dayFirst)} (as in 31/12/2023), so its other dates cannot be trusted and only the error report was kept. Send the file again without monthFirst for this field, or correct the rows that the error report lists.`;
      return [{ code: 'day-first-dates', message }];
    }
    const monthFirst = upload.findings[ruleCode('month-first', field.name)] ?? 0;
    if (monthFirst === 0) return [];
    if (upload.reason === 'month-first-dates') {
      const message = `"${field.title}" has the month first in ${rows(monthFirst)} (as in 12/31/2023), so its other dates cannot be trusted and only the error report was kept. If the column is month first, format it as dd/mm/yyyy and export the file again, or send the file with monthFirst=${field.name}; if it is not, correct the rows that the error report lists.`;
      return [{ code: 'month-first-dates', message }];
    }
    const doubtful = upload.findings[ruleCode('mixed-date-order', field.name)] ?? 0;
    if (doubtful === 0) return [];
    const message = `"${field.title}" has the month first in ${rows(monthFirst)}; ${rows(doubtful)} can be read either way and ${doubtful === 1 ? 'was' : 'were'} read with the day first. Check that this is right before you submit.`;
    return [{ code: 'mixed-date-order', message }];
  });
}

const rows = (number: number): string => (number === 1 ? '1 row' : `${number} rows`);
