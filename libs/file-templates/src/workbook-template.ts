import type { Dataset } from '@kinledger/programme';
import { valueKindOf, type DatasetField } from '@kinledger/programme/definition';
import type { Cell, ColumnDef, DataValidation, WriteSheet } from 'hucre/xlsx';
import { guideTo, type DatasetGuide, type FieldGuide } from './dataset-guide.js';

/** Rows for which the lists are offered; a longer file is accepted, without lists below. */
const ROWS_WITH_LISTS = 10_000;
/** Rows whose empty cells have their column's format: the library formats cells, not columns. */
const FORMATTED_ROWS = 1000;
/** With its language: else a program shows days in the order of its own. */
const UK_DAY = '[$-809]dd/mm/yyyy';
const MAX_NOTE = 1000;
const BOLD_TITLES = { font: { bold: true } };

/**
 * A workbook of three sheets: one to fill in, with a note on each title, a list on each coded column, and formats that
 * keep leading zeros and days as written; the guide to its columns; and, hidden, the lists.
 */
export async function workbookTemplate(dataset: Dataset): Promise<Uint8Array> {
  const guide = guideTo(dataset);
  const lists = guide.fields.filter(({ values }) => values !== undefined);
  // Loaded for the first workbook: a process that makes none starts sooner without it.
  const { writeXlsx } = await import('hucre/xlsx');
  return writeXlsx({
    sheets: [
      rowsSheet(dataset.schema.fields, guide, lists),
      guideSheet(guide),
      {
        name: LISTS,
        columns: lists.map(({ title }) => ({ header: title, width: 30 })),
        rows: rowsOfLists(lists),
        // A file is read from the one sheet that is shown and has the dataset's titles.
        hidden: true,
      },
    ],
    properties: { title: guide.name },
    activeSheet: 0,
  });
}

const LISTS = 'Lists';

function rowsSheet(
  fields: readonly DatasetField[],
  guide: DatasetGuide,
  lists: readonly FieldGuide[],
): WriteSheet {
  return {
    name: 'Rows',
    columns: fields.map((field) => columnOf(field)),
    rows: [
      fields.map(({ title }) => title),
      ...Array.from({ length: FORMATTED_ROWS }, () => fields.map(() => null)),
    ],
    cells: new Map<string, Partial<Cell>>(
      guide.fields.map((field, column) => [
        `0,${column}`,
        { value: field.title, style: BOLD_TITLES, comment: { author: 'Kinledger', text: noteOn(field) } },
      ]),
    ),
    dataValidations: guide.fields.flatMap((field, column) => {
      const list = lists.indexOf(field);
      return list < 0 ? [] : [listOf(field, column, list)];
    }),
    freezePane: { rows: 1 },
  };
}

function columnOf(field: DatasetField): ColumnDef {
  const width = Math.max(12, field.title.length + 2);
  switch (valueKindOf(field)) {
    case 'date':
    case 'birth-date':
      return { width, numFmt: UK_DAY };
    case 'integer':
      return { width, numFmt: '0' };
    case 'number':
      return { width };
    default:
      // Text, so that a number keeps its leading zero and "1-2" does not become a day.
      return { width, numFmt: '@' };
  }
}

function listOf(field: FieldGuide, column: number, list: number): DataValidation {
  const letter = letterOf(column);
  const from = letterOf(list);
  return {
    type: 'list',
    formula1: `${LISTS}!$${from}$2:$${from}$${(field.values?.length ?? 0) + 1}`,
    range: `${letter}2:${letter}${ROWS_WITH_LISTS + 1}`,
    allowBlank: true,
    showErrorMessage: true,
    // A spelling of the provider's own may be understood, so another value is questioned and not prevented.
    errorStyle: 'warning',
    errorTitle: field.title.slice(0, 32),
    errorMessage: 'The value is not listed. Keep it only if you know that it is understood.',
  };
}

const noteOn = ({ description, content, need, example, values, otherTitles }: FieldGuide): string =>
  [
    ...(description === undefined ? [] : [description]),
    content,
    need,
    ...(values === undefined
      ? [`Example: ${example}`]
      : [`Values: ${values.map(({ text }) => text).join(', ')}`]),
    ...(otherTitles.length === 0 ? [] : [`Also read under: ${otherTitles.join(', ')}`]),
  ]
    .join('\n')
    .slice(0, MAX_NOTE);

function guideSheet(guide: DatasetGuide): WriteSheet {
  const heads = ['Column', 'Holds', 'Needed', 'Example', 'Values', 'What becomes of it'];
  return {
    name: 'Guide',
    columns: [28, 50, 40, 24, 60, 60].map((width) => ({ width })),
    rows: [
      [guide.name],
      ...guide.about.map((sentence) => [sentence]),
      [],
      heads,
      ...guide.fields.map((field) => [
        ...[field.title, field.content, field.need, field.example],
        ...[(field.values ?? []).map(({ text }) => text).join(', '), field.fate],
      ]),
      ...guide.checks.map((check) => [check]),
    ],
  };
}

function rowsOfLists(lists: readonly FieldGuide[]): string[][] {
  const longest = Math.max(0, ...lists.map(({ values = [] }) => values.length));
  return [
    lists.map(({ title }) => title),
    ...Array.from({ length: longest }, (_, row) => lists.map(({ values }) => values?.[row]?.text ?? '')),
  ];
}

/** A column's letters: 0 is A, 26 is AA. */
function letterOf(column: number): string {
  const rest = Math.floor(column / 26);
  return `${rest === 0 ? '' : letterOf(rest - 1)}${String.fromCharCode(65 + (column % 26))}`;
}
