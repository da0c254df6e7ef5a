import type { Token } from '@kinledger/contracts';
import { frequencyText, readFrequencyTable, withOtherTokens } from '@kinledger/domain';
import type { NameTable } from '@kinledger/event-store';
import type { TokenWrapping } from './token-wrapping.js';

/** A table of name frequencies with its tokens wrapped to a key version; the table itself if it has that version, or a later one. */
export async function rekeyedTable(
  table: NameTable,
  to: number,
  wrapping: TokenWrapping,
  signal: AbortSignal,
): Promise<NameTable> {
  if (table.keyVersion >= to) return table;
  const document = readFrequencyTable(JSON.parse(Buffer.from(table.bytes).toString('utf8')));
  const change = { from: table.keyVersion, to };
  const wrapped = await withOtherTokens(document, async (domains) => {
    const asked = domains.map(({ domain, tokens }) => ({ domain, tokens: [...tokens] as Token[] })); // tokens of rows
    const some = asked.filter(({ tokens }) => tokens.length > 0);
    if (some.length === 0) return asked.map(() => []);
    const answered = await wrapping.wrap(change, some, signal);
    return asked.map((one) => {
      if (one.tokens.length === 0) return [];
      const found = answered[some.indexOf(one)];
      if (found?.length !== one.tokens.length) throw new Error('a token was not wrapped');
      return found;
    });
  });
  return { ...table, keyVersion: to, bytes: Buffer.from(frequencyText(wrapped), 'utf8') };
}
