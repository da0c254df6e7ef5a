import { expect, it } from 'vitest';
import { compareReleases, thisRelease } from './release.js';

it('compares releases by number', () => {
  expect(compareReleases('0.10.0', '0.9.9')).toBeGreaterThan(0);
  expect(compareReleases('1.0.0', '1.0.0')).toBe(0);
  expect(compareReleases('1.2.3', '2.0.0')).toBeLessThan(0);
  expect(() => compareReleases('1.2', '1.2.0')).toThrow('"1.2" is not a release');
});

it('supports itself', () => {
  expect(compareReleases(thisRelease.oldestRelease, thisRelease.release)).toBeLessThanOrEqual(0);
});
