import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOpLeap1 } from '@kinledger/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform } from './running-platform.js';

const titles =
  'CaseNumber,ParticipantType,NHSNumber,Email,CarerEmail,ChildKey,DOB,Mobile,Gender,BirthMonth,LSOA,DateRegistered';

/** Files of a source whose program digests every cell, even an empty one. The people are invented. */
describe('a file that was pseudonymised at source', () => {
  const platform = new RunningPlatform();
  let digested: (text: string) => string;
  beforeAll(async () => {
    await platform.start('at source');
    const salt = readFileSync(join(platform.installation.home, 'secrets', 'op-leap-salt'), 'utf8').trim();
    digested = (text) => digestOpLeap1({ Value: text }, salt);
  });
  afterAll(() => platform.stop());

  /** Sends a file and waits until it is linked. @returns the outcome of its rows. */
  const send = async (dataset: string, period: string, head: string, lines: readonly string[]) => {
    const provider = 'refuge';
    const upload = await platform.upload({ dataset, period, provider }, [head, ...lines, ''].join('\n'));
    const { id } = await platform.submitUpload(provider, upload.id, { mode: 'add' });
    await platform.until(id, 'linked');
    const linked = (await platform.ledger())
      .map((text) => JSON.parse(text) as { type: string; data: { submission: string; outcomes: object } })
      .find(({ type, data }) => type === 'SubmissionLinked' && data.submission === id);
    return linked?.data.outcomes;
  };

  it('does not link two adults without NHS number and birth date', async () => {
    const adult = (n: number, gender: string, month: string, area: string) =>
      [
        ...[digested(`DV${n}`), 'Adult', digested(''), digested(`someone${n}@example.org`), '', ''],
        ...[digested(''), digested(`0770090000${n}`), gender, month, area, '2023-08-01'],
      ].join(',');
    const rows = await send('dv-enhanced-caseworkers.user', '2023-24-Q2', titles, [
      adult(1, 'Female', '1987-09', 'E01003014'),
      adult(2, 'Male', '1991-02', 'E01003120'),
    ]);
    expect(rows).toMatchObject({ registered: 2, matched: 0 });
  });

  it('does not link people by values that mean "not known"', async () => {
    const nothing = ['', 'NULL', 'n/a', '0000000000', '01.01.1900', 'none@none.com', '07777777777'];
    const rows = await send(
      'dv-enhanced-caseworkers.user',
      '2023-24-Q3',
      titles,
      nothing.flatMap((text, index) =>
        [0, 1].map((twin) => {
          const cell = digested(text);
          const own = `${index}${twin}`;
          return [
            ...[digested(`DV9${own}`), 'Adult', cell, cell, '', '', cell, cell],
            ...[twin === 0 ? 'Female' : 'Male', `19${70 + index}-0${twin + 1}`, 'E01003014', '2023-11-01'],
          ].join(',');
        }),
      ),
    );
    expect(rows).toMatchObject({ registered: 0, matched: 0, unlinkable: 14 });
  });
});
