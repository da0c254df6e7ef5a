import { coldStartOf, sha256Hex } from '@kinledger/domain';
import { kin1Settings } from '@kinledger/domain/testing';
import type { NameTable } from '@kinledger/event-store';

/** A strategy whose model names a table of name frequencies, and that table as it is beside a ledger. */
export function modelWithNames(keyVersion = 1) {
  const bytes = Buffer.from(JSON.stringify({ format: 'kin-frequencies/1', fields: {} }), 'utf8');
  const id = sha256Hex(bytes);
  const table: NameTable = { id, keyVersion, bytes };
  const document = { ...coldStartOf(20_000), frequencies: id };
  return { table, strategy: { ...kin1Settings, model: { document } } };
}
