import { describe, expect, it } from 'vitest';
import { refusesConsent } from './consent.js';

describe('an answer in a consent column', () => {
  it.each([
    'No objection',
    'no objections to sharing',
    'not withdrawn',
    'Not refused',
    'has never been revoked',
    "hasn't opted out",
    'did not object',
  ])('does not refuse consent if it negates a refusal: %s', (text) => {
    expect(refusesConsent(text)).toBe(false);
  });

  it.each([
    'No',
    'NO.',
    ' n ',
    'N',
    'false',
    'FALSE',
    '0',
    'None',
    'not given',
    'Not Consented',
    'non-consent',
    'No consent',
    'no longer',
    'No - mother refused',
    'No, refused',
    'did not agree, declined',
    'Refused',
    'refuses',
    'Refusal',
    'Declined',
    'declines to share',
    'Withdrawn',
    'WITHDREW 03/04/2022',
    'consent withdrawn',
    'Consent_Withdrawn',
    'yes, but withdrawn in June',
    'withdraws',
    'Withdrawal',
    'Revoked',
    'revocation',
    'rescinded',
    'Opted out',
    'opt-out',
    'OptOut',
    'objected',
    'Objects to sharing',
    'denied',
    'Doesn’t consent',
    "doesn't want to",
    'did not agree',
    'has not consented',
    'disagrees',
    'cancelled',
    'expired',
  ])('refuses consent: %s', (text) => {
    expect(refusesConsent(text)).toBe(true);
  });

  it.each(['Yes', 'y', 'true', '1', 'Given', 'verbal', 'ticked', 'x', '✓', 'consented', 'agreed', 'North'])(
    'gives consent: %s',
    (text) => {
      expect(refusesConsent(text)).toBe(false);
    },
  );

  it.each([
    'not asked',
    'Not known',
    'not recorded',
    'no answer',
    'Not yet',
    'No response',
    'N/A',
    'pending',
    '?',
    '',
  ])('neither gives nor refuses consent: %s', (text) => {
    expect(refusesConsent(text)).toBe(false);
  });
});
