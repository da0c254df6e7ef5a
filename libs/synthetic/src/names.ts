import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Random } from './random.js';
import { weighted, type Weighted } from './random.js';

/** Names with their weights: `Smith 13, Jones 7`. */
const names = z.string().transform((text) => {
  const entries = text.split(',').map((part): readonly [name: string, weight: number] => {
    const [, name = '', weight = ''] = /^\s*(.+?) (\d+)\s*$/.exec(part) ?? [];
    if (name === '') throw new RangeError(`${part} is no name with a weight`);
    return [name, Number(weight)];
  });
  return weighted(...entries);
});
const words = z.string().transform((text) => text.split(' '));

const file = z.object({
  howMade: z.string(),
  communities: z.record(
    z.string(),
    z.strictObject({
      girls: names,
      boys: names,
      women: names.optional(),
      men: names.optional(),
      surnames: names,
      /** Rarer surnames: a start and an end make one. */
      otherSurnames: z.strictObject({ share: z.number(), starts: words, ends: words }).optional(),
    }),
  ),
});

/** First names and surnames as one community gives them: some are common, most are rare. */
export interface Names {
  readonly girls: Weighted<string>;
  readonly boys: Weighted<string>;
  readonly women: Weighted<string>;
  readonly men: Weighted<string>;
  surname(random: Random): string;
}

const { communities } = file.parse(
  JSON.parse(readFileSync(new URL('../assets/names-by-community.json', import.meta.url), 'utf8')),
);

/** The names of a community of `assets/names-by-community.json`, which says how they were made. */
export function namesOf(community: string): Names {
  const found = communities[community];
  if (found === undefined) throw new RangeError(`no names of a community ${community}`);
  const { girls, boys, surnames, otherSurnames } = found;
  return {
    ...{ girls, boys, women: found.women ?? girls, men: found.men ?? boys },
    surname(random) {
      const common = random.weighted(surnames);
      const isRare = random.chance(otherSurnames?.share ?? 0);
      const parts = [random.unit(), random.unit()] as const;
      if (!isRare || otherSurnames === undefined) return common;
      return partAt(otherSurnames.starts, parts[0]) + partAt(otherSurnames.ends, parts[1]);
    },
  };
}

const partAt = (parts: readonly string[], at: number): string => parts[Math.floor(at * parts.length)] ?? '';

/** Short forms of first names, which some services write and others do not. */
export const shortForms: ReadonlyMap<string, string> = new Map([
  ['Alexander', 'Alex'],
  ['Alexandra', 'Sasha'],
  ['Bethlehem', 'Betty'],
  ['Charlotte', 'Lottie'],
  ['Daniel', 'Danny'],
  ['Elijah', 'Eli'],
  ['Elizabeth', 'Betty'],
  ['Emmanuel', 'Manny'],
  ['Florence', 'Flo'],
  ['Folasade', 'Sade'],
  ['Francesca', 'Chess'],
  ['Gabriel', 'Gabe'],
  ['Ibrahim', 'Bram'],
  ['Isabella', 'Bella'],
  ['Isaiah', 'Zay'],
  ['Joshua', 'Josh'],
  ['Khadija', 'Dija'],
  ['Leonardo', 'Nardo'],
  ['Matilda', 'Tilly'],
  ['Mohamed', 'Mo'],
  ['Mohammed', 'Mo'],
  ['Muhammad', 'Mo'],
  ['Oliver', 'Ollie'],
  ['Samuel', 'Sammy'],
  ['Santiago', 'Tiago'],
  ['Temitope', 'Temi'],
  ['Theo', 'Teddy'],
  ['Valentina', 'Tina'],
  ['William', 'Billy'],
  ['Zakariya', 'Zak'],
]);

/** Spellings of one name, of which one service writes one and another writes another. */
const spellings: readonly (readonly string[])[] = [
  ['Aisha', 'Ayesha', 'Aysha'],
  ['Fatima', 'Fatma', 'Faatimah'],
  ['Hassan', 'Hasan'],
  ['Isabella', 'Izabella'],
  ['Layla', 'Leila', 'Laila'],
  ['Maryam', 'Mariam', 'Meriem'],
  ['Muhammad', 'Mohammed', 'Mohamed', 'Mohamad'],
  ['Niamh', 'Neve'],
  ['Noor', 'Nur', 'Nour'],
  ['Omar', 'Umar'],
  ['Oisín', 'Osheen'],
  ['Saoirse', 'Seersha'],
  ['Sofia', 'Sophia', 'Sofía'],
  ['Yusuf', 'Yousef', 'Usuf'],
  ['Zainab', 'Zaynab', 'Zeinab'],
  ['Zakariya', 'Zakaria'],
  ['Zoë', 'Zoey', 'Zoé'],
];
const others = new Map(
  spellings.flatMap((group) => group.map((name) => [name, group.filter((other) => other !== name)] as const)),
);

/** Another spelling of a first name; the name itself where it has one spelling only. @param at 0 to 1. */
export const otherSpelling = (name: string, at: number): string => {
  const found = others.get(name);
  return found === undefined ? name : partAt(found, at);
};

/** The first name in files of a newborn without a name. */
export const UNNAMED = 'Baby';
