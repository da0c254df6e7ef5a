import { academicYear, parsePeriod, quarter } from '@kinledger/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  covered,
  coverageOfAll,
  coverageOfService,
  coverages,
  filesOf,
  type ReceivedFiles,
} from './coverage.js';

const files = (period: string, rest: Partial<ReceivedFiles> = {}): ReceivedFiles => ({
  ...{ service: 'steps', dataType: 'engagement', extractKind: 'delta', period },
  ...rest,
});
const steps = { service: 'steps', individualBeneficiaries: true };
const q2 = quarter(2023, 2);
const coverageOf = (received: readonly ReceivedFiles[], period = parsePeriod('2023-24-Q2')) =>
  coverageOfService(steps, filesOf(received, period));

describe('coverage', () => {
  it.each([
    ['nothing at all', [], 'no-files'],
    ['an attendance file of the quarter', [files('2023-24-Q2')], 'files-received'],
    ['a file of people alone', [files('2023-24-Q2', { dataType: 'user' })], 'no-attendance-file'],
    ['an attendance file of the quarter after', [files('2023-24-Q3')], 'no-files'],
    ['an attendance file of the quarter before', [files('2023-24-Q1')], 'no-files'],
    ['an academic year that begins in the quarter', [files('2023-24-AY')], 'files-received'],
    [
      'all attendance so far, sent later',
      [files('2023-24-Q4', { extractKind: 'cumulative' })],
      'files-received',
    ],
    ['all attendance so far, sent earlier', [files('2023-24-Q1', { extractKind: 'cumulative' })], 'no-files'],
    [
      'all people so far, sent later',
      [files('2023-24-Q4', { extractKind: 'cumulative', dataType: 'user' })],
      'no-files',
    ],
    ['a file of a period that is none', [files('later')], 'no-files'],
    ['another service’s file', [files('2023-24-Q2', { service: 'chatter' })], 'no-files'],
  ] as const)('of a quarter with %s is %j', (_, received, expected) => {
    expect(coverageOf([...received])).toBe(expected);
  });

  it('of an academic year is `files-received` with a file of any of its quarters', () => {
    expect(coverageOf([files('2024-25-Q1')], academicYear(2023))).toBe('files-received');
    expect(coverageOf([files('2024-25-Q3')], academicYear(2023))).toBe('no-files');
  });

  it('of lifetime is `files-received` with any file', () => {
    expect(coverageOfService(steps, filesOf([files('2020-21-Q1')], undefined))).toBe('files-received');
  });

  it('of a service without people is `activity-only`, whatever it sent', () => {
    const service = { service: 'steps', individualBeneficiaries: false };
    expect(coverageOfService(service, [files('2023-24-Q2')])).toBe('activity-only');
  });

  it('of several services is the best of theirs', () => {
    expect(coverageOfAll(['no-files', 'files-received', 'activity-only'])).toBe('files-received');
    expect(coverageOfAll(['activity-only', 'no-files'])).toBe('no-files');
    expect(coverageOfAll(['activity-only'])).toBe('activity-only');
    expect(coverageOfAll([])).toBe('no-files');
  });

  it('does not depend on the order of the files', () => {
    const anyFile = fc.record({
      service: fc.constantFrom('steps', 'chatter'),
      dataType: fc.constantFrom('user', 'engagement'),
      extractKind: fc.constantFrom('delta', 'cumulative'),
      period: fc.constantFrom('2023-24-Q1', '2023-24-Q2', '2023-24-Q3', '2023-24-AY'),
    });
    fc.assert(
      fc.property(fc.array(anyFile), (received) => {
        expect(coverageOf(received, q2)).toBe(coverageOf(received.toReversed(), q2));
      }),
    );
  });
});

describe('a figure with its coverage', () => {
  const figure = { name: 'Steps', children: 0, adults: 0 };

  it('is 0 only if an attendance file was received', () => {
    expect(covered(figure, 'files-received')).toEqual({
      ...figure,
      ...{ coverage: 'files-received', suppressed: [] },
    });
    for (const coverage of coverages.filter((one) => one !== 'files-received')) {
      expect(covered(figure, coverage)).toEqual({
        ...{ name: 'Steps', children: null, adults: null, coverage, suppressed: [] },
      });
    }
  });

  it('keeps counts from another period’s file, and says that its own file is missing', () => {
    const late = { ...figure, adults: 2 };
    expect(covered(late, 'no-files')).toEqual({ ...late, coverage: 'no-files', suppressed: [] });
  });

  it('names the counts that are suppressed, so that they are told from unknown ones', () => {
    const small = { ...figure, children: null };
    expect(covered(small, 'files-received')).toMatchObject({ adults: 0, suppressed: ['children'] });
    // A small count from another period’s file is known, and what is shown beside it is 0.
    expect(covered(small, 'no-files')).toMatchObject({ children: null, adults: 0, suppressed: ['children'] });
  });
});
