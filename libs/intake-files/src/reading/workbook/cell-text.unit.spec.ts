import { describe, expect, it } from 'vitest';
import { builtInFormat, numberFormatOf, numberText, shownText } from './cell-text.js';

const shown = (raw: string, code: string, is1904 = false) => shownText(raw, numberFormatOf(code), is1904);

describe('the text of a number in a cell', () => {
  it.each([
    ['a whole number', '45', '45'],
    ['an NHS number that is shown as 9.99E+09', '9990000018', '9990000018'],
    ['a number that is written with an exponent', '7.700900123E9', '7700900123'],
    ['a fraction that binary cannot hold', '0.30000000000000004', '0.3'],
    ['a small fraction', '1E-7', '0.0000001'],
    ['fifteen digits', '123456789012345', '123456789012345'],
    ['nothing', '', ''],
  ])('has all the digits of %s', (_case, raw, text) => {
    expect(numberText(raw)).toBe(text);
  });

  it('is in scientific notation if the cell has lost digits, so that it is not taken for a number of a person', () => {
    expect(numberText('1234567890123456789')).toBe('1.23457E+18');
  });

  it.each([
    ['dd/mm/yyyy', '43890', '2020-02-29'],
    ['[$-809]dd mmmm yyyy;@', '43890', '2020-02-29'],
    ['m/d/yyyy h:mm', '43890', '2020-02-29'],
    ['dd/mm/yyyy hh:mm', '43890.4375', '2020-02-29 10:30'],
    ['dd/mm/yy', '43890.99999999', '2020-02-29'],
    ['dd/mm/yyyy hh:mm', '43890.99999999', '2020-03-01'],
    ['mmm yyyy', '43890', '2020-02'],
    ['yyyy', '43890', '2020'],
    ['dd/mm', '43890', '29/02'],
    ['hh:mm', '0.5729166667', '13:45'],
    ['[h]:mm:ss', '1.0000115741', '24:00:01'],
    ['h:mm AM/PM', '0.75', '18:00'],
    ['dddd, d mmmm yyyy', '1', '1900-01-01'],
    ['dd/mm/yyyy', '59', '1900-02-28'],
    ['dd/mm/yyyy', '60', '1900-02-29'],
    ['dd/mm/yyyy', '61', '1900-03-01'],
    ['dd/mm/yyyy', '0', '1900-01-00'],
    ['dd/mm/yyyy', '-1', '-1'],
    ['dd/mm/yyyy', '2958466', '2958466'],
    ['0%', '0.07', '7%'],
    ['0.0%', '0.4567', '45.67%'],
    ['00000 000000', '7700900123', '07700900123'],
    ['000\\ 000\\ 0000', '434765919', '0434765919'],
    ['#,##0.00', '1234.5', '1234.5'],
    ['"no" 0', '7', '7'],
    ['[Red]0;[Blue]-0', '7', '7'],
    ['0.00E+00', '9990000018', '9990000018'],
    ['General', '43890', '43890'],
    ['"day" 0', '43890', '43890'],
    ['£#,##0', '12', '12'],
  ])('in the format %s of %s is %s', (code, raw, text) => {
    expect(shown(raw, code)).toBe(text);
  });

  it('counts days from 1904 in a workbook of an old Macintosh, but not times', () => {
    expect(shown('42428', 'dd/mm/yyyy', true)).toBe('2020-02-29');
    expect(shown('0.75', 'hh:mm', true)).toBe('18:00');
  });

  it('follows the formats that a workbook names by number', () => {
    const text = (id: number) => shownText('43890.5', builtInFormat(id), false);
    expect([0, 1, 9, 14, 17, 20, 22, 49].map(text)).toEqual([
      '43890.5',
      '43890.5',
      '4389050%',
      '2020-02-29',
      '2020-02',
      '1053372:00',
      '2020-02-29 12:00',
      '43890.5',
    ]);
  });
});
