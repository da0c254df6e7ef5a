import { describe, expect, it } from 'vitest';
import { Contacts } from './contacts.js';
import { dayOf } from './days.js';
import { Households } from './household.js';
import type { Household } from './household.js';
import { rootOf } from './random.js';

const root = rootOf('families');
const timeline = { quarters: 8, starts: dayOf('2022-04-01'), ends: dayOf('2024-04-01') };
const neighbourhoods = [
  { lsoa: 'E01990001', decile: 1, inArea: true, postcodes: ['ZZ1 1AA', 'ZZ1 1AB'] },
  { lsoa: 'E01990002', decile: 1, inArea: true, postcodes: ['ZZ1 2AA'] },
  { lsoa: 'E01990003', decile: 9, inArea: false, postcodes: ['ZZ2 1AA'] },
];
const draw = () => {
  const source = new Households(root, new Contacts(root, timeline.quarters), neighbourhoods, timeline);
  const households: Household[] = [];
  for (let number = 0, next = 0; number < 3_000; number++) {
    const household = source.at(number, next);
    next += household.carers.length + household.children.length;
    households.push(household);
  }
  return households;
};
const households = draw();
const twinsIn = ({ children }: Household) =>
  children.flatMap((child, index) => {
    const elder = children[index - 1];
    return elder?.born === child.born ? [[elder, child] as const] : [];
  });

describe('households', () => {
  it('depend on their number only, not on the households before', () => {
    expect(draw()).toEqual(households);
    const alone = new Households(root, new Contacts(root, timeline.quarters), neighbourhoods, timeline);
    const some = households[1234]!;
    expect(alone.at(1234, some.carers[0].number)).toEqual(some);
  });

  it('number their people without gaps', () => {
    const numbers = households.flatMap(({ carers, children }) =>
      [...carers, ...children].map(({ number }) => number),
    );
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  it('have one or two carers and one to four small children', () => {
    for (const { carers, children } of households) {
      expect(carers.length === 1 || carers.length === 2).toBe(true);
      expect(children.length >= 1 && children.length <= 4).toBe(true);
      for (const child of children) {
        expect(child.born).toBeLessThan(timeline.ends);
        expect(carers[0].born).toBeLessThan(child.born - 15 * 365);
      }
      expect(new Set(children.map(({ firstName }) => firstName)).size).toBe(children.length);
    }
    expect(households.some(({ carers }) => carers.length === 1)).toBe(true);
    expect(households.some(({ carers }) => carers.length === 2)).toBe(true);
  });

  it('include twins, some of one gender and some with similar names', () => {
    const twins = households.flatMap(twinsIn);
    const sameGender = twins.filter(([elder, younger]) => elder.gender === younger.gender);
    const alike = sameGender.filter(
      ([elder, younger]) => elder.firstName.slice(0, 3) === younger.firstName.slice(0, 3),
    );
    expect(twins.length / households.length).toBeGreaterThan(0.01);
    expect(twins.length / households.length).toBeLessThan(0.05);
    expect(sameGender.length).toBeGreaterThan(10);
    expect(alike.length).toBeGreaterThan(0);
  });

  it('include grandparents who care, and couples who share a mailbox', () => {
    const carers = households.flatMap((household) => [...household.carers]);
    expect(carers.some(({ relationship }) => relationship === 'grandparent')).toBe(true);
    const couples = households.flatMap(({ carers: [first, second] }) =>
      second ? [[first, second] as const] : [],
    );
    const sharing = couples.filter(([first, second]) => second.mailbox === first).length / couples.length;
    expect(sharing).toBeGreaterThan(0.04);
    expect(sharing).toBeLessThan(0.12);
  });

  it('move sometimes, within their decile', () => {
    const moved = households.filter(({ moves }) => moves < Infinity);
    expect(moved.length / households.length).toBeGreaterThan(0.05);
    const decileOf = new Map(neighbourhoods.map(({ lsoa, decile }) => [lsoa, decile]));
    for (const { decile, laterAddress } of moved) expect(decileOf.get(laterAddress.lsoa)).toBe(decile);
    expect(moved.some(({ address, laterAddress }) => address.lsoa !== laterAddress.lsoa)).toBe(true);
  });
});
