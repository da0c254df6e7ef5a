import { describe, expect, it, vi } from 'vitest';
import { Turnstile } from './turnstile.js';

describe('a turnstile', () => {
  it('admits who waits longest when a place becomes free', async () => {
    const door = new Turnstile(1, 1_000);
    expect(await door.enter()).toBe(true);
    const order: string[] = [];
    const first = door.enter().then((entered) => order.push(`first ${entered}`));
    const second = door.enter().then((entered) => order.push(`second ${entered}`));
    door.leave();
    await first;
    expect([order, door.occupied]).toEqual([['first true'], 1]);
    door.leave();
    await second;
    door.leave();
    expect([order, door.occupied]).toEqual([['first true', 'second true'], 0]);
  });

  it('sends away who waited too long, and keeps no place for them', async () => {
    vi.useFakeTimers();
    try {
      const door = new Turnstile(1, 1_000);
      await door.enter();
      const late = door.enter();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await late).toBe(false);
      door.leave();
      expect(door.occupied).toBe(0);
      expect(await door.enter()).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
