import { describe, expect, it } from 'vitest';
import { topics, type Topic } from './topics.js';

const all = Object.entries<Topic>(topics);

describe('topics', () => {
  for (const [key, topic] of all) {
    it(`${topic.name} is <domain>.<visibility>.<event>.<major>, with its contract’s name as event`, () => {
      const parts = /^[a-z]+\.(?:internal|public)\.([a-z]+(?:-[a-z]+)*)\.[1-9]\d*$/.exec(topic.name);
      expect(parts).not.toBeNull();
      const event = parts?.[1]?.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
      expect(topic.contract.name).toBe(event);
      expect(key).toBe(`${event?.charAt(0).toLowerCase() ?? ''}${event?.slice(1) ?? ''}`);
    });
  }

  it('have one contract each, and distinct names', () => {
    expect(new Set(all.map(([, { name }]) => name)).size).toBe(all.length);
    expect(new Set(all.map(([, { contract }]) => contract.name)).size).toBe(all.length);
  });

  it('have a sender, and a receiver if they are internal', () => {
    for (const [, { name, producers, consumers, partitions, retentionDays }] of all) {
      expect(producers.length, name).toBeGreaterThan(0);
      if (name.includes('.internal.')) expect(consumers.length, name).toBeGreaterThan(0);
      expect(Math.min(partitions, retentionDays), name).toBeGreaterThan(0);
    }
  });

  it('bring no rows to a service that must not see them', () => {
    const readers = all.filter(([, { contract }]) => contract.name === 'RowPseudonymised');
    expect(readers.map(([, { consumers }]) => consumers)).toEqual([['linker']]);
  });
});
