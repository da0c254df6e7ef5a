import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ledgerContracts } from './ledger-event.js';

const membersOf = (schema: z.ZodType): string[] =>
  Object.keys((z.toJSONSchema(schema) as { readonly properties?: object }).properties ?? {});

describe('an event that a person asked for', () => {
  it('names the organisation beside the account, and says why', () => {
    const asked = Object.values(ledgerContracts).filter(({ schema }) => membersOf(schema).includes('by'));
    expect(asked.map(({ name }) => name).sort()).toEqual([
      'CarerTokensErased',
      'KeyRotationBegun',
      'LinkAllowed',
      'LinkForbidden',
      'LinkReviewed',
      'QuarterClosed',
      'RecordErased',
      'ReleasePublished',
      'ReleaseWithdrawn',
      'ReviewGiven',
      'SubmissionUnparked',
      'SubmissionWithdrawn',
    ]);
    for (const { schema } of asked) {
      const members = membersOf(schema);
      expect(members).toContain('organisation');
      expect(members.some((member) => member === 'reason' || member === 'basis')).toBe(true);
    }
  });
});
