import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Endpoint } from '../api/http.js';
import { mappingsApi, type Mapping, type MappingContent } from '../api/mappings.js';

/** What a person says about the titles and values of a file. */
export interface Sayings {
  readonly map?: MappingContent['columns'];
  readonly mapValue?: MappingContent['values'];
}

/** Adds the options by which a person says what titles and values mean. */
export const addSayings = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--map <title=field>',
        'says which field a column of the file is: confirmed once, used for all files with these titles; repeat it',
      ).argParser(readColumn),
    )
    .addOption(
      new Option(
        '--map-value <field:value=code>',
        'says which code a value of a coded column stands for, likewise; repeat it',
      ).argParser(readValue),
    );

/** Reads `Their title=field`; the title may hold `=`. */
export function readColumn(text: string, earlier: MappingContent['columns'] = []): MappingContent['columns'] {
  const at = text.lastIndexOf('=');
  const [columnTitle, field] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 0 || columnTitle === '' || field === '')
    throw new InvalidArgumentError('expected the title in the file, "=" and the name of a field');
  return [...earlier, { field, columnTitle }];
}

/** Reads `field:their value=code`; the value may hold `:` and `=`. */
export function readValue(text: string, earlier: MappingContent['values'] = []): MappingContent['values'] {
  const colon = text.indexOf(':');
  const at = text.lastIndexOf('=');
  const field = text.slice(0, Math.max(colon, 0)).trim();
  const [value, code] = [text.slice(colon + 1, at).trim(), text.slice(at + 1).trim()];
  if (colon < 0 || at < colon || field === '' || value === '' || code === '')
    throw new InvalidArgumentError(
      'expected the name of a field, ":", the value in the file, "=" and a code',
    );
  return [...earlier, { field, value, code }];
}

export const saysAnything = ({ map = [], mapValue = [] }: Sayings): boolean =>
  map.length + mapValue.length > 0;

/**
 * Confirms what a person says about a file, in addition to what is saved for its titles already; a new saying about the
 * same field or value takes the place of the earlier one.
 */
export async function confirmSayings(
  endpoint: Endpoint,
  file: { readonly path: string; readonly dataset: string; readonly period: string },
  { map = [], mapValue = [] }: Sayings,
): Promise<Mapping> {
  const mappings = mappingsApi(endpoint);
  const { titles, saved } = await mappings.propose(file.path, file.dataset, file.period);
  const isSame = (left: { field: string; value: string }, right: { field: string; value: string }) =>
    left.field === right.field && left.value.toLowerCase() === right.value.toLowerCase();
  return mappings.confirm(file.dataset, titles, {
    columns: [
      ...(saved?.columns ?? []).filter(({ field }) => !map.some((one) => one.field === field)),
      ...map,
    ],
    values: [
      ...(saved?.values ?? []).filter((earlier) => !mapValue.some((one) => isSame(one, earlier))),
      ...mapValue,
    ],
  });
}
