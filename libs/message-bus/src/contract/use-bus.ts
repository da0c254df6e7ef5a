import { afterAll, afterEach, beforeAll } from 'vitest';
import type { MessageBus } from '../message-bus.js';
import { Inbox, type BusUnderTest, type OpenBus } from './bus-under-test.js';

/**
 * Opens an adapter for the cases of a `describe`, and closes it after them.
 * @returns a function that creates an inbox, which is stopped at the end of its case.
 */
export function useBus(
  open: OpenBus,
  opened: (bus: MessageBus, underTest: BusUnderTest) => void,
): (...args: ConstructorParameters<typeof Inbox>) => Inbox {
  let underTest: BusUnderTest;
  const inboxes: Inbox[] = [];
  beforeAll(async () => {
    underTest = await open();
    const { bus } = await underTest.connect();
    opened(bus, underTest);
  });
  afterEach(async () => {
    await Promise.all(inboxes.splice(0).map(({ subscription }) => subscription.stop()));
  });
  afterAll(() => underTest.dispose());
  return (...args) => {
    const created = new Inbox(...args);
    inboxes.push(created);
    return created;
  };
}
