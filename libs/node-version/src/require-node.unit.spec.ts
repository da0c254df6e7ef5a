import { describe, expect, it } from 'vitest';
import { whyNotOn } from './require-node.js';

describe('a program', () => {
  it.each(['24.0.0', '24.21.0', '26.1.0', process.versions.node])('runs on Node %s', (version) => {
    expect(whyNotOn(version)).toBeUndefined();
  });

  it.each(['18.19.0', '20.20.2', '22.15.0', '23.11.1'])(
    'says on Node %s which version it needs, and how to get it',
    (version) => {
      expect(whyNotOn(version)).toMatch(/^Kinledger needs Node 24 or later, and this is Node .+"npm run"/);
      expect(whyNotOn(version)).toContain(version);
    },
  );
});
