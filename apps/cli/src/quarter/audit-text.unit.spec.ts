import { describe, expect, it } from 'vitest';
import { auditText } from './audit.command.js';

const quarter = { period: '2023-24-Q2', disclosure: 'nhs-2018@1', audited: 1633 };

describe('what an audit of a quarter found', () => {
  it('is one sentence where nothing is given away', () => {
    expect(auditText({ ...quarter, counts: [], suppressToo: [], beyondRemedy: [], inOneRow: [] })).toBe(
      [
        '2023-24-Q2, disclosure control nhs-2018@1: 1,633 suppressed counts.',
        'Each can have three values or more, whatever else is published here.',
      ].join('\n'),
    );
  });

  it('names the counts and what to do, and no value', () => {
    const text = auditText({
      ...quarter,
      counts: [
        { count: 'reach@1 service:real children', values: 2 },
        { count: 'reach@1 strand:social anonymous', values: 1 },
        { count: 'reach@1 service:steps adults', values: null },
      ],
      suppressToo: ['reach@1 service:chatter children'],
      beyondRemedy: ['reach@1 strand:social anonymous'],
      inOneRow: ['reach-by-deprivation@1 service:real children'],
    });
    expect(text).toContain('All figures together give away 2 of them, and of 1 more it was not found out:');
    expect(text).toMatch(/service:real children +2$/m);
    expect(text).toMatch(/service:steps adults +not found out$/m);
    expect(text).toMatch(
      /publish coarser tables, or leave the column out\.\n {2}reach@1 strand:social anonymous$/m,
    );
    expect(text).toMatch(/if these were suppressed too:\n {2}reach@1 service:chatter children$/m);
    expect(text).toMatch(/all are in one row .*:\n {2}reach-by-deprivation@1 service:real children$/m);
  });
});
