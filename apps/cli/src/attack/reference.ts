import { fieldRoles } from '@kinledger/derivations';
import type { Keys } from '@kinledger/pseudonymised-rows';
import { z } from 'zod';
import { readTable } from '../input/text-file.js';
import { lookUpValue } from './candidates.js';
import type { TokenCounts } from './stored-tokens.js';

const line = z.object({
  field: z.enum(fieldRoles),
  value: z.string().min(1),
  count: z.coerce.number().positive(),
});
type ReferenceLine = z.infer<typeof line>;

/** A published table of how common values are: CSV with the columns field, value (in canonical form) and count. @throws Failure */
export const readReference = (text: string, file: string): readonly ReferenceLine[] =>
  readTable(text, file, line);

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
