import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Turnstile } from './turnstile.js';

const never = new AbortController().signal;

describe('a turnstile', () => {
  it('admits the upload that has waited longest when a place becomes free', async () => {
    const door = new Turnstile({ total: 1, perAccount: 1 }, 1_000);
    expect(await door.enter('a', never)).toBe(true);
    const order: string[] = [];
    const first = door.enter('b', never).then((entered) => order.push(`first ${entered}`));
    const second = door.enter('c', never).then((entered) => order.push(`second ${entered}`));
    door.leave('a');
    await first;
    expect([order, door.occupied]).toEqual([['first true'], 1]);
    door.leave('b');
    await second;
    door.leave('c');
    expect([order, door.occupied]).toEqual([['first true', 'second true'], 0]);
  });

  it('keeps places for others when one account has its maximum', async () => {
    const door = new Turnstile({ total: 3, perAccount: 2 }, 1_000);
    expect([await door.enter('a', never), await door.enter('a', never)]).toEqual([true, true]);
    const third = door.enter('a', never);
    expect(await door.enter('b', never)).toBe(true);
    door.leave('a');
    expect(await third).toBe(true);
  });

  it('gives a place to the account that has the fewest, even if another has waited longer', async () => {
    const door = new Turnstile({ total: 2, perAccount: 2 }, 1_000);
    await door.enter('a', never);
    await door.enter('c', never);
    const order: string[] = [];
    const again = door.enter('a', never).then(() => order.push('a'));
    const other = door.enter('b', never).then(() => order.push('b'));
    door.leave('c');
    await other;
    door.leave('b');
    await again;
    expect(order).toEqual(['b', 'a']);
  });

  it('refuses uploads that waited too long, and keeps no place for them', async () => {
    vi.useFakeTimers();
    try {
      const door = new Turnstile({ total: 1, perAccount: 1 }, 1_000);
      await door.enter('a', never);
      const late = door.enter('b', never);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await late).toBe(false);
      door.leave('a');
      expect(door.occupied).toBe(0);
      expect(await door.enter('b', never)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses at once those that wait, and all that come, when the service stops', async () => {
    const stop = new AbortController();
    const door = new Turnstile({ total: 1, perAccount: 1 }, 60_000);
    await door.enter('a', stop.signal);
    const waiting = door.enter('b', stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
    expect(await door.enter('c', stop.signal)).toBe(false);
    door.leave('a');
    expect(door.occupied).toBe(0);
  });

  it('never exceeds the places, and keeps nobody waiting while there is a place for them', async () => {
    const step = fc.record({ account: fc.constantFrom('a', 'b', 'c'), enters: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ total: fc.integer({ min: 1, max: 4 }), perAccount: fc.integer({ min: 1, max: 4 }) }),
        fc.array(step, { maxLength: 30 }),
        async (places, steps) => {
          const door = new Turnstile(places, 60_000);
          const inside: string[] = [];
          const waiting: string[] = [];
          const settle = () => new Promise((resolve) => setImmediate(resolve));
          for (const { account, enters } of steps) {
            if (enters) {
              waiting.push(account);
              void door.enter(account, never).then(() => {
                waiting.splice(waiting.indexOf(account), 1);
                inside.push(account);
              });
            } else if (inside.includes(account)) {
              inside.splice(inside.indexOf(account), 1);
              door.leave(account);
            }
            await settle();
            const has = (who: string) => inside.filter((one) => one === who).length;
            expect(door.occupied).toBe(inside.length);
            expect(inside.length).toBeLessThanOrEqual(places.total);
            for (const who of inside) expect(has(who)).toBeLessThanOrEqual(places.perAccount);
            if (inside.length < places.total) {
              for (const who of waiting) expect(has(who)).toBe(places.perAccount);
            }
          }
          while (inside.length > 0) {
            door.leave(inside.pop() ?? '');
            await settle();
          }
          expect(waiting).toEqual([]);
        },
      ),
    );
  });
});
