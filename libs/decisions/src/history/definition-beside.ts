import type { EventStore } from '@kinledger/event-store';
import { definitionDocument, type DefinitionDocument } from '@kinledger/programme';
import { ledgerUnreadable } from '../errors.js';

/** The definition with this digest, which lies beside a ledger. @throws LedgerUnreadable if it does not. */
export async function definitionBeside(
  store: Pick<EventStore, 'readPayload'>,
  digest: string,
): Promise<DefinitionDocument> {
  const bytes = await store.readPayload(digest);
  if (bytes === undefined) throw ledgerUnreadable(`the definition ${digest} is not beside the ledger`);
  return definitionDocument.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}
