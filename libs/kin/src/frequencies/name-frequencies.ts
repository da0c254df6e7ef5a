import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { RARITIES, rarityShares } from '../comparison/field-kind.js';

const token = z.string().regex(/^[0-9a-f]{32}$/);

const documentSchema = z
  .strictObject({
    format: z.literal('kin-frequencies/1'),
    fields: z
      .record(
        z.string().min(1),
        z
          .strictObject({
            domain: z.string().min(1).describe('value domain of its tokens, by which their keys rotate'),
            rows: z.int().nonnegative().describe('rows of people that have a value'),
            tokens: z
              .array(z.tuple([token, z.int().min(2).max(RARITIES)]))
              .readonly()
              .describe('common values, sorted, and how common each is: 2 (rare) to 5 (very common)'),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();

/** How common values of names are: what is not in it is very rare. */
export type FrequencyTable = z.infer<typeof documentSchema>;

/** Values that fewer different people have are in no table. */
export const FEWEST_HOLDERS = 20;

/** How often a value occurs, and in how many people: as far as it can be seen without knowing who is who. */
export interface ValueCount {
  readonly rows: number;
  readonly people: number;
}

/** The values of a field, by token. */
export interface CountedField {
  readonly domain: string;
  readonly counts: ReadonlyMap<string, ValueCount>;
}

/** The table of these counts, by field. */
export function frequencyTable(counted: Readonly<Record<string, CountedField>>): FrequencyTable {
  const fields = Object.entries(counted).map(([field, { domain, counts }]) => {
    const rows = [...counts.values()].reduce((sum, count) => sum + count.rows, 0);
    const tokens = [...counts]
      .filter(([, { people }]) => people >= FEWEST_HOLDERS)
      .map(([value, count]): [string, number] => [value, rarityOf(count.rows / rows)])
      .filter(([, rarity]) => rarity > 1)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    return [field, { domain, rows, tokens }] as const;
  });
  return { format: 'kin-frequencies/1', fields: Object.fromEntries(fields) };
}

/** 1 (very rare) to 5 (very common). */
const rarityOf = (share: number): number => {
  const band = rarityShares.findIndex((most) => share <= most);
  return band === -1 ? RARITIES : band + 1;
};

/** The same table with other tokens, in their order. @param renamed the tokens of each domain, in the order of those given. */
export async function withOtherTokens(
  { fields, ...table }: FrequencyTable,
  renamed: (
    domains: readonly { readonly domain: string; readonly tokens: readonly string[] }[],
  ) => Promise<readonly (readonly string[])[]>,
): Promise<FrequencyTable> {
  const entries = Object.entries(fields);
  const others = await renamed(
    entries.map(([, { domain, tokens }]) => ({ domain, tokens: tokens.map(([value]) => value) })),
  );
  return {
    ...table,
    fields: Object.fromEntries(
      entries.map(([field, { tokens, ...rest }], at) => [
        field,
        {
          ...rest,
          tokens: tokens
            .map(([value, rarity], index): [string, number] => [others[at]?.[index] ?? value, rarity])
            .sort(([one], [other]) => (one < other ? -1 : 1)),
        },
      ]),
    ),
  };
}

/** @throws ZodError if the document is no table. */
export const readFrequencyTable = (document: unknown): FrequencyTable => documentSchema.parse(document);

/** The bytes of a table: RFC 8785 canonical JSON. */
export function frequencyText(table: FrequencyTable): string {
  const text = canonicalize(table);
  if (text === undefined) throw new Error('a table has a canonical form');
  return text;
}

/** SHA-256 of the canonical JSON of a table, as its tokens were when it was made. A model names its table by this. */
export const frequencyHash = (table: FrequencyTable): string => hash('sha256', frequencyText(table), 'hex');

/** A model without its table cannot score. */
export class FrequenciesMissing extends Error {
  readonly code = 'frequencies-missing';
}

/** How common the values of names are, by token. */
export class NameFrequencies {
  /** The hash under which a model names the table. Tokens change with their key; it does not. */
  readonly id: string;
  readonly #rarities: ReadonlyMap<string, ReadonlyMap<string, number>>;

  constructor(id: string, { fields }: FrequencyTable) {
    this.id = id;
    this.#rarities = new Map(Object.entries(fields).map(([field, { tokens }]) => [field, new Map(tokens)]));
  }

  /** 1 (very rare) to 5 (very common). */
  rarityOf(field: string, value: string): number {
    return this.#rarities.get(field)?.get(value) ?? 1;
  }
}
