import { fieldRoles } from '@kinledger/derivations';
import type { Keys } from '@kinledger/pseudonymised-rows';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { lookUpValue } from './candidates.js';
import type { TokenCounts } from './stored-tokens.js';

const line = z.object({
  field: z.enum(fieldRoles),
  value: z.string().min(1),
  count: z.coerce.number().positive(),
});
type ReferenceLine = z.infer<typeof line>;

/** A published table of how common values are: CSV with the columns field, value (in canonical form) and count. @throws Failure */
export function readReference(text: string, file: string): readonly ReferenceLine[] {
  const rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, relax_column_count: true });
  return z
    .array(z.unknown())
    .parse(rows)
    .map((row, index) => {
      const result = line.safeParse(row);
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw new Failure(
        `${file}, line ${index + 2}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a line of a table'}`,
      );
    });
}

/** How often each value of a stored field would occur, by the value’s own token, which only the keys tell. */
export function referenceCounts(
  lines: readonly ReferenceLine[],
  keys: Keys,
): ReadonlyMap<string, TokenCounts> {
  const found = new Map<string, TokenCounts>();
  for (const { field, value, count } of lines)
    lookUpValue(
      field,
      value,
      keys,
      () => true,
      (name, token) => {
        const counts = found.get(name) ?? new Map<string, number>();
        found.set(name, counts);
        counts.set(token, (counts.get(token) ?? 0) + count);
      },
    );
  return found;
}
