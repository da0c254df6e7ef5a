import { describe, expect, it } from 'vitest';
import { readHeader } from './csv-header.js';

const header = (text: string) => {
  const bytes = Buffer.from(text);
  const { columns, rowsFrom, firstLine } = readHeader(bytes);
  return { columns, firstLine, rows: bytes.subarray(rowsFrom).toString() };
};

describe('the header of a CSV file', () => {
  it.each([
    ['after blank lines', '\n \r\n\nid,name\n1,Ada\n', 5],
    ['after a byte-order mark', '\ufeffid,name\n1,Ada\n', 2],
    ['with line ends of one carriage return', '\rid,name\r1,Ada\n', 3],
    ['with quoted titles and another delimiter', '"id";"name"\n1,Ada\n', 2],
    ['that is all there is', 'id,name', 1],
  ])('is found %s', (_, text, firstLine) => {
    const rows = text.includes('Ada') ? '1,Ada\n' : '';
    expect(header(text)).toEqual({ columns: ['id', 'name'], firstLine, rows });
  });

  it('may have line ends within quoted titles', () => {
    expect(header('id, "the ""full"",\nname"\n1,Ada\n')).toEqual({
      ...{ columns: ['id', 'the "full",\nname'], firstLine: 3, rows: '1,Ada\n' },
    });
  });

  it('ends with its line although a quotation mark stands within a title', () => {
    expect(header('id,height 5",name ""\n1,"Ada"\n')).toEqual({
      ...{ columns: ['id', 'height 5"', 'name ""'], firstLine: 2, rows: '1,"Ada"\n' },
    });
  });

  it.each([
    [
      'in Windows-1252',
      Buffer.from('id,name\n1,Ada\n2,Zo\xeb\n', 'latin1'),
      'line 3: the file is not in UTF-8',
    ],
    ['in UTF-16', Buffer.from('\ufeffid,name\n', 'utf16le'), 'line 1: the file is in UTF-16'],
    ['without a header', Buffer.from('\n \n'), 'the file has no header'],
    ['with two columns of one title', Buffer.from('\nid,id\n'), 'line 2: columns 1 and 2 have one title'],
    ['with a title that is not closed', Buffer.from('id,"name\n1,Ada\n'), 'a quotation mark is not closed'],
  ])('is refused of a file %s', (_, bytes, message) => {
    expect(() => readHeader(bytes)).toThrow(message);
  });
});
