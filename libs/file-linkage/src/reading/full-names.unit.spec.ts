import { describe, expect, it } from 'vitest';
import { partsOfFullName } from './full-names.js';

describe('a full name', () => {
  it.each([
    ['John Smith', 'John', 'Smith'],
    ['john fitzgerald  smith', 'john fitzgerald', 'smith'],
    ['Smith, John', 'John', 'Smith'],
    ['SMITH, JOHN A.', 'JOHN A.', 'SMITH'],
    ['van der Berg, Anna', 'Anna', 'van der Berg'],
    ['Anna van der Berg', 'Anna', 'van der Berg'],
    ['Van Morrison', 'Van', 'Morrison'],
    ['Mrs. Anna Smith', 'Anna', 'Smith'],
    ['John Smith Jr.', 'John', 'Smith'],
    ['John Smith, Jr.', 'John', 'Smith'],
    ['Smith, John, III', 'John', 'Smith'],
    ['Okafor', '', 'Okafor'],
    ['Dr Okafor', '', 'Okafor'],
    [' , ', '', ''],
    ['Mr', '', ''],
  ])('is parted into given names and family name: %s', (name, given, family) => {
    expect(partsOfFullName(name)).toEqual({ given, family });
  });
});
