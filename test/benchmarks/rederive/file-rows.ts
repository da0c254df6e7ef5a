import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetField, Programme } from '@kinledger/programme';
import { ethnicGroupOf, translateEthnicity } from '@kinledger/programme';
import { parse } from 'csv-parse';

/**
 * A row of a synthetic file, read from its CSV with a reading of its own. The parsed definition and the code tables are those
 * of @kinledger/programme; which rows are live, and the keys that decide between equal rows, are the platform’s.
 */
export interface FileRow {
  readonly dataset: string;
  readonly service: string;
  readonly period: string;
  /** As a spreadsheet numbers it: the header is row 1. */
  readonly number: number;
  readonly role: string;
  /** yyyy-mm-dd, or null where the row says none. */
  readonly day: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly session?: { readonly kind: string; readonly attended: boolean; readonly minutes: number | null };
  readonly scores?: readonly Score[];
  readonly answer?: { readonly question: string; readonly rating: number };
  readonly input?: {
    readonly category: string;
    readonly item: string;
    readonly quantity: number;
    readonly unit: string;
  };
}

export interface Score {
  readonly instrument: string;
  readonly measure: string;
  readonly occasion: string;
  readonly score: number;
}

const bare = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Rows of a file; those without a day, a kind or a score that they must have are left out with `undefined`. */
export async function* fileRows(
  folder: string,
  file: { readonly dataset: string; readonly period: string; readonly path: string },
  programme: Programme,
  areas: ReadonlyMap<string, string>,
): AsyncGenerator<FileRow> {
  const dataset = programme.dataset(file.dataset);
  if (dataset === undefined) throw new Error(`the programme has no dataset ${file.dataset}`);
  const { fields, 'x-kinledger': rules } = dataset.schema;
  let columns: readonly (readonly [place: number, field: DatasetField])[] | undefined;
  let number = 1;
  const lines = createReadStream(join(folder, file.path)).pipe(
    parse({ bom: true, relaxColumnCount: true, skipEmptyLines: true }),
  ) as AsyncIterable<readonly string[]>;
  for await (const cells of lines) {
    if (columns === undefined) {
      columns = columnsOf(cells, fields);
      continue;
    }
    number += 1;
    const facts: Record<string, string> = { ...rules.facts };
    const attributes: Record<string, string> = {};
    const measured: { field: DatasetField; value: string }[] = [];
    let role: string | undefined = rules.role;
    for (const [place, field] of columns) {
      const { target } = field['x-kinledger'];
      const value = target === undefined ? undefined : valueOf(field, cells[place] ?? '');
      if (target === undefined || value === undefined) continue;
      switch (target.to) {
        case 'attribute':
          attributes[target.name] = value;
          break;
        case 'birth-month':
          attributes['birthMonth'] = value.slice(0, 7);
          break;
        case 'lsoa': {
          const area = /^[A-Z]\d{8}$/.test(value) ? value : areas.get(bare(value));
          if (area !== undefined) attributes['lsoa'] = area;
          break;
        }
        case 'fact':
          facts[target.name] = value;
          break;
        case 'measure':
          measured.push({ field, value });
          break;
        case 'role':
          role = value;
      }
    }
    yield {
      ...{ dataset: dataset.id, service: dataset.service, period: file.period, number, attributes },
      role: role ?? 'none',
      day: facts['eventDate'] ?? facts['registeredOn'] ?? null,
      ...contentOf(dataset.dataType, facts, measured),
    };
  }
}

function contentOf(
  dataType: string,
  facts: Readonly<Record<string, string>>,
  measured: readonly { readonly field: DatasetField; readonly value: string }[],
): Partial<FileRow> {
  const said = (name: string): string => facts[name] ?? '';
  switch (dataType) {
    case 'engagement':
      return {
        session: {
          kind: said('sessionKind'),
          attended: said('attended') === 'true',
          minutes: facts['minutes'] === undefined ? null : Number(facts['minutes']),
        },
      };
    case 'outcome': {
      const { instrument = '', occasion = '' } = facts;
      const own =
        facts['score'] === undefined
          ? []
          : [{ instrument, measure: said('measure'), occasion, score: Number(facts['score']) }];
      const others = measured.flatMap(({ field, value }) => {
        const { target } = field['x-kinledger'];
        if (target?.to !== 'measure') return [];
        const score = target.scores === undefined ? Number(value) : target.scores[value];
        if (score === undefined) return [];
        return [
          {
            ...{ instrument: target.instrument ?? instrument, measure: target.measure, score },
            occasion: target.occasion ?? occasion,
          },
        ];
      });
      return { scores: [...own, ...others] };
    }
    case 'feedback':
      return { answer: { question: said('question'), rating: Number(said('rating')) } };
    case 'input':
      return {
        input: {
          ...{ category: said('category'), item: said('item'), unit: said('unit') },
          quantity: Number(said('quantity')),
        },
      };
    default:
      return {};
  }
}

function columnsOf(
  header: readonly string[],
  fields: readonly DatasetField[],
): readonly (readonly [number, DatasetField])[] {
  const named = new Map<string, DatasetField>();
  for (const field of fields)
    for (const name of [...field['x-kinledger'].aliases.toReversed(), field.title, field.name])
      named.set(bare(name), field);
  return header.flatMap((name, place) => {
    const field = named.get(bare(name));
    return field === undefined ? [] : [[place, field] as const];
  });
}

/** The coded value of a cell; undefined where it is empty or does not fit. */
function valueOf(field: DatasetField, cell: string): string | undefined {
  const text = cell.trim();
  const { valueMap = {}, codeSystem } = field['x-kinledger'];
  const mapped = mapOf(valueMap).get(text.toLowerCase());
  if (mapped === undefined && text === '') return undefined;
  const said = mapped ?? text;
  switch (field.type) {
    case 'date':
      return dayOf(said);
    case 'boolean':
      return /^(true|yes|y|1)$/i.test(said) ? 'true' : /^(false|no|n|0)$/i.test(said) ? 'false' : undefined;
    case 'integer':
    case 'number': {
      const value = Number(said.replaceAll(',', ''));
      const { minimum = -Infinity, maximum = Infinity } = field.constraints;
      if (Number.isNaN(value) || value < minimum || value > maximum) return undefined;
      return field.type === 'integer' && !Number.isInteger(value) ? undefined : String(value);
    }
    case 'string': {
      const { enum: codes } = field.constraints;
      const code = codes === undefined ? said : codes.find((one) => one.toLowerCase() === said.toLowerCase());
      if (code === undefined || codeSystem === undefined || codeSystem === 'consent-form-version')
        return code;
      // Spellings of a code system may lead to the census’s codes, or to its own.
      return translateEthnicity(codeSystem, 'ethnicity-census-2021', code)?.code ?? code;
    }
  }
}

const maps = new WeakMap<object, ReadonlyMap<string, string>>();
function mapOf(valueMap: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const known = maps.get(valueMap);
  if (known !== undefined) return known;
  const map = new Map(
    Object.entries(valueMap).map(([written, code]) => [written.trim().toLowerCase(), code]),
  );
  maps.set(valueMap, map);
  return map;
}

const padded = (text: string): string => text.padStart(2, '0');

/** A day written as day/month/year or as ISO 8601: what the definition of a field says of dates. */
function dayOf(text: string): string | undefined {
  const [, d, m, y] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})/.exec(text) ?? [];
  if (d !== undefined && m !== undefined && y !== undefined) return `${y}-${padded(m)}-${padded(d)}`;
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) return text.slice(0, 10);
  return undefined;
}

/** LSOA by postcode without spaces. */
export async function areasByPostcode(
  programmeDirectory: string,
  file: string,
): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(programmeDirectory, file), 'utf8');
  return new Map(
    text
      .split(/\r?\n/)
      .slice(1)
      .flatMap((line) => {
        const [postcode, area] = line.split(',');
        return postcode === undefined || area === undefined ? [] : [[bare(postcode), area] as const];
      }),
  );
}

/** The group of five of the census that a coded ethnicity is of. */
export const groupOfFive = (code: string): string => ethnicGroupOf('ethnicity-census-2021', code) ?? code;
