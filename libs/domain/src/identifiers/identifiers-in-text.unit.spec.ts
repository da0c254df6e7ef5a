import { describe, expect, it } from 'vitest';
import { identifiersIn } from './identifiers-in-text.js';

describe('identifiers in free text', () => {
  it.each([
    ['Call the mother of 943 476 5919, she waits', ['nhs-number']],
    ['number 9434765919.', ['nhs-number']],
    ['write to amara.okafor@example.org', ['email']],
    ['(Amara.Okafor@Example.org)', ['email']],
    ['ask the family at SW9 1AA', ['postcode']],
    ['ask the family at sw91aa!', ['postcode']],
    ['ring 07700 900 123 tomorrow', ['mobile']],
    ['ring +44 7700 900123', ['mobile']],
    ['the boy born 12/03/2020', ['date']],
    ['the boy born on 12 March 2020,', ['date']],
    ['the boy born 12/03/20', ['date']],
    ['the boy born 2020-03-12', ['date']],
    ['NHS:9434765919', ['nhs-number']],
    ['NHS9434765919', ['nhs-number']],
    ['nhs no=943 476 5919', ['nhs-number']],
    ['9434765919/12345', ['nhs-number']],
    ['943 476 5919/12345', ['nhs-number']],
    ['12:9434765919', ['nhs-number']],
    ['row 12 943 476 5919 33', ['nhs-number']],
    ['tel:07700900123', ['mobile']],
    ['tel_07700900123', ['mobile']],
    ['tel:07700 900 123', ['mobile']],
    ['mother(07700900123)today', ['mobile']],
    ['(07700900123)', ['mobile']],
    ['a@b.co,c@d.co', ['email']],
    ['mailto:amara@example.org', ['email']],
    ['post=SW9 1AA', ['postcode']],
    ['home:SW91AA/flat', ['postcode']],
    ['DOB:12/03/2020', ['date']],
    ['DOB:12 March 2020', ['date']],
    ['dob=2020-03-12', ['date']],
    ['12/03/2020,13/04/2020', ['date']],
    ['9434765919, SW9 1AA, 2020-03-12', ['nhs-number', 'postcode', 'date']],
  ])('are told by the readers of files: %s', (text, kinds) => {
    expect(identifiersIn(text)).toEqual(kinds);
  });

  it.each([
    'Send the files of Q2 2023/24 again, with 40 rows at most',
    'Ask 3 practitioners to fill in postcodes; 12 of 40 (30.0 %) are unknown',
    'Train staff on consent forms version 3, in room 12',
    'Check the 9434765918 rows',
    'Compare 2021/22 with 2022/23, and 2023/24 with 2024/25',
    'Compare 2020/21 2021/22 2022/23 2023/24 2024/25',
    'Check NHS:9434765918, and the form (version 3/4)',
    'Meet at 10:30, 12 families; send 1,200 rows of 40/50 by 9:15',
    'Meeting lead to agree new targets by the end of March',
    '',
  ])('are not found where there are none: %s', (text) => {
    expect(identifiersIn(text)).toEqual([]);
  });
});
