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
    ['Ahmed, Md', 'Md', 'Ahmed'],
    ['Md Ali', 'Md', 'Ali'],
    ['Mr & Mrs Smith', '', 'Smith'],
    ['Mr and Mrs John Smith', 'John', 'Smith'],
    ['Smith, Mr & Mrs J', 'J', 'Smith'],
    ['Smith, John Dr', 'John', 'Smith'],
    ['Okafor', '', 'Okafor'],
    ['Dr Okafor', '', 'Okafor'],
    [' , ', '', ''],
    ['Mr', '', ''],
  ])('is parted into given names and family name: %s', (name, given, family) => {
    expect(partsOfFullName(name)).toEqual({ given, family });
  });
});
