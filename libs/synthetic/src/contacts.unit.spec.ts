import { describe, expect, it } from 'vitest';
import { canonicalEmail, canonicalMobile, canonicalNhsNumber } from '@kinledger/domain';
import { Contacts } from './contacts.js';
import { rootOf } from './random.js';

const contacts = new Contacts(rootOf(1), 8);
const people = Array.from({ length: 5_000 }, (_, person) => person);

describe('contacts', () => {
  it('include NHS numbers that are valid, in the test range 999, and different for each person', () => {
    const numbers = people.map((person) => contacts.nhsNumberOf(person));
    for (const number of numbers) {
      expect(canonicalNhsNumber(number)).toBe(number);
      expect(number.startsWith('999')).toBe(true);
    }
    expect(new Set(numbers).size).toBe(people.length);
    expect(canonicalNhsNumber(contacts.nhsNumberOf(899_999))).toBeDefined();
  });

  it('include mobiles that are in canonical form, fictional, and different for each person', () => {
    const mobiles = people.flatMap((person) => [
      contacts.mobileOf(person, false),
      contacts.mobileOf(person, true),
    ]);
    for (const mobile of mobiles) {
      expect(canonicalMobile(mobile)).toBe(mobile);
      expect(mobile).toMatch(/^(07700900\d{3}|0769\d{7})$/);
    }
    expect(new Set(mobiles).size).toBe(mobiles.length);
    expect(mobiles).not.toContain(contacts.centreMobileOf(3));
  });

  it('include emails that are in canonical form, at example domains, and different for each person', () => {
    const emails = people.flatMap((person) => [
      contacts.emailOf(person, 'Zoë', "O'Brien", false),
      contacts.emailOf(person, 'Zoë', "O'Brien", true),
    ]);
    for (const email of emails) {
      expect(canonicalEmail(email)).toBe(email);
      expect(email).toMatch(/@example\.(org|net|com)$/);
    }
    expect(new Set(emails).size).toBe(emails.length);
    expect(contacts.emailOf(7, 'Zoë', "O'Brien", false)).toBe('zoe.obrien7@example.net');
  });

  it('change for some people, are recycled for some, and stay for most', () => {
    const histories = people.map((person) => contacts.historyOf(person));
    const share = (matching: (history: (typeof histories)[number]) => boolean) =>
      histories.filter(matching).length / histories.length;
    expect(share(({ emailChanges }) => emailChanges < 8)).toBeGreaterThan(0.03);
    expect(share(({ mobileChanges }) => mobileChanges < 8)).toBeLessThan(0.2);
    expect(share(({ recycledFrom }) => recycledFrom !== undefined)).toBeGreaterThan(0.002);
    expect(histories[100]).toEqual(new Contacts(rootOf(1), 8).historyOf(100));
  });
});
