import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { asProblem } from './known-problems.js';

const answered = (code: string) =>
  Object.assign(new pg.DatabaseError('a value: amara.okafor7@example.org', 1, 'error'), { code });

describe('failures of the database', () => {
  it.each([
    ['the server is shutting down', answered('57P01')],
    ['the server is starting', answered('57P03')],
    ['too many connections', answered('53300')],
    ['nobody listens', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['the connection broke', new Error('Connection terminated unexpectedly')],
    ['connecting timed out', new Error('timeout exceeded when trying to connect')],
  ])('are problem 503 to retry if %s', (_, error) => {
    const problem = asProblem(error);
    expect(problem).toMatchObject({ status: 503, code: 'not-available' });
    expect(problem.headers['retry-after']).toMatch(/^\d+$/);
  });

  it.each([
    ['aborted', 400],
    ['read ECONNRESET', 503],
  ])('are distinguished from a caller that closed the connection: %s', (message, status) => {
    const error = Object.assign(new Error(message), { code: 'ECONNRESET' });
    expect(asProblem(error).status).toBe(status);
  });

  it('are problem 507 if the disk is full', () => {
    expect(asProblem(answered('53100'))).toMatchObject({ status: 507, code: 'no-room' });
  });

  it.each([answered('23505'), answered('22003'), new TypeError('x is undefined'), new Error('anything')])(
    'are problem 500 for a bug: %#',
    (error) => {
      const problem = asProblem(error);
      expect(problem).toMatchObject({ status: 500, code: 'internal-error' });
      expect(JSON.stringify(problem.document('id'))).not.toContain('amara');
    },
  );
});
