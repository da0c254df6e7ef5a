import { describe, expect, it } from 'vitest';
import { inOrders, requireCode } from './record-ids.js';

const id = (number: number) => number.toString(16).padStart(32, '0');

describe('records to erase', () => {
  it('are sent once each, 2,000 a command', () => {
    const records = Array.from({ length: 2001 }, (_, number) => id(number));
    const orders = inOrders([...records, id(7)]);
    expect(orders.map(({ length }) => length)).toEqual([2000, 1]);
    expect(orders.flat()).toEqual(records);
  });

  it('are refused if an id or a basis is invalid, without repeating it', () => {
    const wrong = () => inOrders([id(1), 'Amara Okafor']);
    expect(wrong).toThrow('record 2 is no record id');
    expect(wrong).not.toThrow('Amara');
    expect(() => requireCode('She asked')).toThrow('--basis');
    expect(() => requireCode('data-subject-request')).not.toThrow();
    expect(() => inOrders([])).toThrow('--record');
  });
});
