import { describe, expect, it } from 'vitest';
import { linkedText, parkedText, refusedText, reminderText } from './mail-text.js';

const names = {
  programme: 'Our Programme',
  dataset: 'Baby Steps: people',
  period: 'Q2 2023/24',
  link: 'https://intake.example/files/submitted/5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
};
const counts = { read: 1214, accepted: 1211, warned: 9, rejected: 2, duplicate: 1 };

describe('a mail about a file', () => {
  it('says what was accepted and rejected, what to do, and where to look', () => {
    const { subject, text } = linkedText(names, counts);
    expect(subject).toBe('Received and counted: Baby Steps: people, Q2 2023/24');
    expect(text).toContain(
      'Accepted: 1,211, of which 9 with a warning\nRejected: 2\nRepeated in the file: 1',
    );
    expect(text).toContain('the 2 rows that were rejected count nowhere');
    expect(text).toContain(`\n\n${names.link}\n\n`);
    expect(linkedText(names, { ...counts, rejected: 1 }).text).toContain(
      'the 1 row that was rejected counts',
    );
    expect(linkedText(names, { ...counts, rejected: 0 }).text).toContain('What to do: nothing.');
  });

  it('says why a file was refused, and until when its report is kept', () => {
    const { subject, text } = refusedText(names, counts, {
      reason: 'More rows were rejected than the dataset allows',
      until: '16 October 2023',
    });
    expect(subject).toBe('Refused: Baby Steps: people, Q2 2023/24');
    expect(text).toContain('refused as a whole. More rows were rejected than the dataset allows. Nothing');
    expect(text).toContain('kept until 16 October 2023');
  });

  it('asks for nothing while a submission is parked', () => {
    expect(parkedText(names, counts).text).toContain('What to do: nothing now.');
  });
});

describe('a reminder', () => {
  const one = { dataset: names.dataset, period: names.period, due: '28 October 2023' };

  it('lists what is due soon and what is late, and no more than a page of them', () => {
    const { subject, text } = reminderText(
      { programme: 'Our Programme', link: 'https://intake.example/returns' },
      { soon: [one], late: Array.from({ length: 33 }, () => one) },
    );
    expect(subject).toBe('Returns are late: Our Programme');
    expect(text).toContain('Due soon:\n- Baby Steps: people, Q2 2023/24: by 28 October 2023\n\nLate:\n');
    expect(text.match(/was due by/g)).toHaveLength(30);
    expect(text).toContain('and 3 more');
  });

  it('says that returns are due while none is late', () => {
    const { subject, text } = reminderText(
      { programme: 'Our Programme', link: '' },
      { soon: [one], late: [] },
    );
    expect([subject, text.includes('Late:')]).toEqual(['Returns are due: Our Programme', false]);
  });
});
