import { describe, expect, it } from 'vitest';
import { LEAST_SCORE, similarityOf } from './similarity.js';

describe('the similarity of two texts', () => {
  it.each([
    ['Case numbr', 'Case number', 0.9, 'shares the words "case" and "numbr" with "Case number"'],
    ['Emial', 'Email', 0.6, 'differs from "Email" in 2 letters'],
    ['Client’s e mail', 'Client email', 0.92, 'differs from "Client email" in one letter'],
    ['DOB', 'Date of birth', 0.85, 'has the initials of "Date of birth"'],
    ['Mob number', 'Mobile number', 0.96, 'shares the words "mob" and "number" with "Mobile number"'],
    ['Type', 'Participant type', 0.65, 'shares the word "type" with "Participant type"'],
    ['dateOfBirth', 'Date of birth', 1, 'is "Date of birth" but for spaces and punctuation'],
    ['Prénom', 'Prenom', 1, 'is "Prenom" but for spaces and punctuation'],
  ])('of %j and %j is %f, with a reason', (theirs, ours, score, reason) => {
    const similarity = similarityOf(theirs, ours);
    expect(similarity.score).toBeCloseTo(score);
    expect(similarity.reason).toContain(reason);
  });

  it.each([
    ['Worker', 'Postcode'],
    ['Notes', 'Gender'],
    ['amara.okafor7@example.org', 'Email address'],
    ['', 'Email'],
    ['!!!', 'Email'],
  ])('of %j and %j is too small to mention', (theirs, ours) => {
    expect(similarityOf(theirs, ours).score).toBeLessThan(LEAST_SCORE);
  });

  it('compares only the beginning of a long text', () => {
    const long = 'x'.repeat(100_000);
    const started = performance.now();
    similarityOf(long, long);
    expect(performance.now() - started).toBeLessThan(100);
  });
});
