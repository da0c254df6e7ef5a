import { ledgerEventOf } from '@kinledger/domain';
import { readAhead, type EventStore } from '@kinledger/event-store';

const PAGE = 1_000;

/** Version of the token key to which a ledger was rotated last: all bodies beside it are under that one, unless a rotation is under way. */
export async function lastKeyVersion(
  store: EventStore,
  stream: string,
  signal: AbortSignal,
): Promise<number> {
  let keyVersion = 1;
  const pages = readAhead({
    ...{ from: 0, to: await store.head(stream), signal },
    read: (from) => store.readPage(stream, from, PAGE),
    lengthOf: (page) => page.length,
  });
  for await (const page of pages)
    for (const stored of page) {
      if (stored.type !== 'KeyRotated') continue;
      const event = ledgerEventOf(stored, stream);
      if (event.type === 'KeyRotated') ({ keyVersion } = event.data);
    }
  return keyVersion;
}
