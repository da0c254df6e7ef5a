import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messagesByRow, writeAnnotated } from './annotated-file.js';

describe('a file with a column of errors', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'kinledger-annotated-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const annotate = async (content: string | Buffer, report: string, titles = ['Case', 'Name']) => {
    const [file, target] = [join(folder, 'file.csv'), join(folder, 'annotated.csv')];
    writeFileSync(file, content);
    await writeAnnotated(file, target, titles, messagesByRow(report));
    return readFileSync(target, 'utf8');
  };
  const header = 'row,case_number,column,field,rule,severity,message,suggestion,value\r\n';

  it('says of each row everything that is wrong with it, beside its values', async () => {
    const report = `\ufeff${header}3,B,Name,name,missing-name,warning,Name is missing.,Fill it in.,\r\n5,D,Case,case,x,error,"It is, twice.",,\r\n5,D,Name,name,y,warning,Y.,Z.,\r\n`;
    expect(await annotate('Case,Name\r\nA,Ann\r\nB,\r\n\r\nD,"Dan, ""D"""\r\n', report)).toBe(
      '\ufeffCase,Name,errors\r\nA,Ann,\r\nB,,warning: Name is missing. Fill it in.\r\n,,\r\nD,"Dan, ""D""","error: It is, twice. | warning: Y. Z."\r\n',
    );
  });

  it('begins with the titles, keeps the delimiter, and gives rows of another width their message all the same', async () => {
    const report = `${header}4,B,,,x,error,X.,,\r\n5,C,,,y,error,Y.,,\r\n`;
    expect(await annotate('A report;\n\nCase;Name\nB\nC;Cy;3', report)).toBe(
      '\ufeffCase;Name;errors\r\nB;;error: X.\r\nC;Cy;3;error: Y.\r\n',
    );
  });

  it('shows no formula, and letters as they are in the file’s encoding', async () => {
    const content = Buffer.from('Case,Name\r\n=1+1,Zo\xeb\r\n', 'latin1');
    expect(await annotate(content, header)).toBe("\ufeffCase,Name,errors\r\n'=1+1,Zoë,\r\n");
  });

  it('is readable by its owner only, and leaves nothing behind where the file cannot be read', async () => {
    await annotate('Case,Name\r\nA,Ann\r\n', header);
    expect(statSync(join(folder, 'annotated.csv')).mode & 0o777).toBe(0o600);
    const before = readdirSync(folder);
    await expect(annotate('Case,Name\r\nA,"Ann\r\n', header)).rejects.toMatchObject({ code: 'file-refused' });
    expect(readdirSync(folder)).toEqual(before);
    await expect(writeAnnotated(join(folder, 'file.csv'), join(folder, 'absent', 'a.csv'), [], new Map())).rejects.toThrow('cannot be written (ENOENT)'); // prettier-ignore
  });
});
