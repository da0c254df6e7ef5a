import { topics, type Topic } from '@kinledger/contracts';
import type { PlatformUnderTest } from '../platform/platform-under-test.js';

/**
 * Faults of the dead letters. Each group that reads a topic must dead-letter each of its unreadable messages, at least
 * once, and no other message.
 */
export async function deadLettersMissing(
  platform: PlatformUnderTest,
  poisoned: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const all: readonly Topic[] = Object.values(topics);
  for (const { name, consumers } of all) {
    const sent = (poisoned.get(name) ?? 0) * consumers.length;
    const there = await platform.bus.published(`${name}.dead-letter`);
    if (sent === 0 ? there > 0 : there < sent) wrong.push(`${name}: ${sent} expected, ${there} there`);
  }
  return wrong;
}
