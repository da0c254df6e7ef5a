import { describe, expect, it, vi } from 'vitest';
import { withMethods } from './with-methods.js';

class Counter {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(by: number): number {
    this.#count += by;
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

describe('an object with some methods replaced', () => {
  it('calls the replacement, and reaches the object for everything else', () => {
    const counter = new Counter();
    const reset = vi.fn();
    const other = withMethods(counter, { reset });
    expect(other.add(3)).toBe(3);
    other.reset();
    expect(reset).toHaveBeenCalledOnce();
    expect(other.count).toBe(3);
    expect(counter.count).toBe(3);
  });
});
