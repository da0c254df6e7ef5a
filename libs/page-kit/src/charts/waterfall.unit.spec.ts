import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawWaterfall, type Waterfall } from './waterfall.js';

const waterfall = (before: number, ...changes: readonly number[]): Waterfall => ({
  title: 'What changed a count',
  description: 'Why the “children” differ',
  before: { name: 'As published', value: before },
  changes: changes.map((change, index) => ({ name: `Cause ${index}`, change })),
  after: { name: 'Now', value: changes.reduce((sum, change) => sum + change, before) },
});

describe('a waterfall chart', () => {
  it('has one drawing for each kind of screen, with every name and signed number', () => {
    const { svg, startsAt } = drawWaterfall(waterfall(433, -130, 3));
    expect(svg.match(/<svg /g)).toHaveLength(3);
    for (const text of ['As published', '433', 'Cause 0', '−130', 'Cause 1', '+3', 'Now', '306'])
      expect(svg.split(`>${text}</text>`)).toHaveLength(4);
    expect(startsAt).toBe(0);
  });

  it('begins its scale near the changes where they are small beside the whole', () => {
    const { startsAt } = drawWaterfall(waterfall(4330, 7, -2));
    expect(startsAt).toBeGreaterThan(4200);
    expect(startsAt).toBeLessThan(4330);
  });

  it('passes below 0, with round numbers under its scale and decimal places where they are asked for', () => {
    const changes = [
      { name: 'Birth date', change: 12.042 },
      { name: 'Postcode', change: -1.5 },
    ];
    const [before, after] = [
      { name: 'Start', value: -12.7 },
      { name: 'Score', value: -2.158 },
    ];
    const { svg, startsAt } = drawWaterfall({
      title: 'Weights',
      description: 'Bits',
      decimals: 3,
      before,
      changes,
      after,
    });
    for (const text of ['−12.700', '+12.042', '−1.500', '−2.158'])
      expect(svg.split(`>${text}</text>`)).toHaveLength(4);
    expect(startsAt).toBeLessThanOrEqual(-12.7);
    expect(Number.isInteger(startsAt)).toBe(true);
    expect(svg).toContain('>0</text>');
    expect(svg).not.toMatch(/NaN|undefined|width="-/);
  });

  it('contains no style, script, class or name that a page may not have, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.integer({ min: -500, max: 500 })), {
          maxLength: 9,
        }),
        (before, changes) => {
          const given = waterfall(before + 5_000, ...changes.map(([, change]) => change));
          const named = { ...given, changes: changes.map(([name, change]) => ({ name, change })) };
          const { svg } = drawWaterfall(named);
          expect(svg).not.toMatch(/<style|<script|ecmeta|<svg[^>]* style| on\w+="/);
          expect(svg).not.toMatch(/NaN|undefined/);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('changes no object of the process, whatever its bars are called', () => {
    const members = () => [Object.prototype, Object].map((each) => Reflect.ownKeys(each));
    const before = members();
    for (const name of ['__proto__', 'constructor']) {
      const whole = { name, value: 10 };
      drawWaterfall({
        title: name,
        description: name,
        before: whole,
        changes: [{ name, change: 1 }],
        after: whole,
      });
    }
    expect(members()).toEqual(before);
  });
});
