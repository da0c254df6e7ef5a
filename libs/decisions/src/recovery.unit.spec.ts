import { LinkageEngine, leap1 } from '@kinledger/domain';
import { InMemoryEventStore, InMemoryLedger, type EventStore } from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { streamOf } from './programme-stream.js';
import { recover } from './recovery.js';

const stream = streamOf('leap');
const engine = () =>
  new LinkageEngine({
    strategy: leap1({
      ...{ name: 'leap-1', maxBirthDatesPerToken: 2, maxHoldersPerToken: 50 },
      ...{ maxCasesPerToken: 10, maxChildrenPerCarerToken: 4 },
    }),
    familyScopes: [],
  });

describe('recovery that is stopped', () => {
  const unheard = vi.fn();
  beforeEach(() => process.on('unhandledRejection', unheard));
  afterEach(() => process.off('unhandledRejection', unheard));

  it('rejects with the reason, and causes no unhandled rejection if the page read ahead fails', async () => {
    const store = new InMemoryEventStore(new InMemoryLedger());
    const closing = {
      id: '00000000-0000-8000-8000-000000000000',
      type: 'ProgrammeDefined',
      bytes: Buffer.from('{}'),
    };
    await store.append(stream, [closing], { expectedRevision: 'no-stream' });
    const failing: EventStore = withMethods(store, {
      head: () => store.head(stream),
      // The page that finds the end is read; the one read ahead fails once recovery is over.
      readPage: vi
        .fn<EventStore['readPage']>()
        .mockImplementationOnce((...args) => store.readPage(...args))
        .mockImplementation(async () => {
          await pause(5);
          throw new Error('the connection is gone');
        }),
      readSegments: () => Promise.resolve([]),
    });
    const stopped = AbortSignal.abort(new Error('asked to stop'));
    await expect(
      recover({ store: failing, stream, engine, snapshots: undefined, signal: stopped }),
    ).rejects.toThrow('asked to stop');
    await pause(20);
    expect(unheard).not.toHaveBeenCalled();
  });
});
