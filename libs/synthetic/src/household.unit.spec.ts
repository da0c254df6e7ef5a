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

  it('have one or two carers and up to four small children, about as many families as children', () => {
    for (const { carers, children } of households) {
      expect(carers.length === 1 || carers.length === 2).toBe(true);
      expect(children.length <= 4).toBe(true);
      for (const child of children) {
        expect(child.born).toBeLessThan(timeline.ends);
        expect(carers[0].born).toBeLessThan(child.born - 15 * 365);
      }
      expect(new Set(children.map(({ firstName }) => firstName)).size).toBe(children.length);
    }
    const children = households.reduce((sum, household) => sum + household.children.length, 0);
    expect(Math.abs(children / households.length - 1)).toBeLessThan(0.3);
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

  it('include step-families, whose children have another surname than the step-parent', () => {
    const stepFamilies = households.filter(
      ({ carers: [, second], children }) => second?.relationship === 'other-carer' && children.length > 0,
    );
    expect(stepFamilies.length).toBeGreaterThan(20);
    const named = stepFamilies.filter(({ carers, children }) =>
      children.some(({ surname }) => surname !== carers[1]!.surname),
    );
    // Two families may have one surname by chance.
    expect(named.length).toBeGreaterThan(stepFamilies.length * 0.9);
  });

  it('expect a child who is born after the quarters, where they have none', () => {
    const expecting = households.filter((household) => household.expecting !== undefined);
    expect(expecting.length).toBeGreaterThan(100);
    for (const { children, expecting: due } of expecting) {
      expect(children).toEqual([]);
      expect(due).toBeGreaterThanOrEqual(timeline.ends);
    }
  });

  it('give a grandparent’s mobile sometimes, the same in several families', () => {
    const phones = households.flatMap(({ grandparentPhone }) => grandparentPhone ?? []);
    expect(phones.length).toBeGreaterThan(50);
    expect(new Set(phones).size).toBeLessThan(phones.length);
  });

  it('live apart sometimes, in two homes of one decile', () => {
    const apart = households.filter((household) => household.apart !== undefined);
    expect(apart.length).toBeGreaterThan(20);
    for (const { carers } of apart) expect(carers).toHaveLength(2);
  });

  it('move in and away sometimes, but never both', () => {
    const cameIn = households.filter(({ arrives }) => arrives > 0);
    const left = households.filter(({ leaves }) => leaves < Infinity);
    expect(Math.min(cameIn.length, left.length)).toBeGreaterThan(10);
    for (const { arrives, leaves } of households) expect(arrives === 0 || leaves === Infinity).toBe(true);
  });

  it('have names as their community gives them: some surnames are common, most are rare', () => {
    const carers = households.flatMap((household) => [...household.carers]);
    const of = (ethnicity: string) => carers.filter((carer) => carer.ethnicity === ethnicity);
    const counted = [...Map.groupBy(carers, ({ surname }) => surname)].map(
      ([surname, holders]) => [surname, holders.length] as const,
    );
    const once = counted.filter(([, count]) => count === 1);
    const commonest = Math.max(...counted.map(([, count]) => count));
    expect(commonest / carers.length).toBeGreaterThan(0.01);
    expect(once.length).toBeGreaterThan(counted.length / 4);
    const shareOf = (surname: string, ethnicity: string) =>
      of(ethnicity).filter((carer) => carer.surname === surname).length / of(ethnicity).length;
    expect(shareOf('Begum', 'asian-bangladeshi')).toBeGreaterThan(shareOf('Begum', 'white-british'));
    expect(shareOf('Smith', 'white-british')).toBeGreaterThan(shareOf('Smith', 'asian-bangladeshi'));
  });

  it('change a surname sometimes, of a mother or of a child', () => {
    const renamed = households
      .flatMap((household) => [...household.carers, ...household.children])
      .filter(({ surnameChanges }) => surnameChanges < Infinity);
    expect(new Set(renamed.map(({ role }) => role))).toEqual(new Set(['adult', 'child']));
    for (const { surname, laterSurname } of renamed) expect(laterSurname).not.toBe(surname);
  });

  it('move sometimes, within their decile', () => {
    const moved = households.filter(({ moves }) => moves < Infinity);
    expect(moved.length / households.length).toBeGreaterThan(0.05);
    const decileOf = new Map(neighbourhoods.map(({ lsoa, decile }) => [lsoa, decile]));
    for (const { decile, laterAddress } of moved) expect(decileOf.get(laterAddress.lsoa)).toBe(decile);
    expect(moved.some(({ address, laterAddress }) => address.lsoa !== laterAddress.lsoa)).toBe(true);
  });
});
