import { topics, type Topic } from '@kinledger/contracts';
import type { PlatformUnderTest } from '../platform/platform-under-test.js';

/**
 * What is wrong with the dead letters: each message that nobody can read is set aside once by each group that reads its
 * topic, or more often where a batch came again; and nothing else is.
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
