import { describe, expect, it } from 'vitest';
import { serializeError } from './error-serializer.js';

const postgresError = (fields: object) =>
  Object.assign(new Error('invalid input syntax: "9434765919"'), fields);

describe('serializeError', () => {
  it('keeps what helps and omits the values that PostgreSQL repeats', () => {
    const duplicate = Object.assign(
      new Error('duplicate key value violates unique constraint "upload_pkey"'),
      {
        severity: 'ERROR',
        code: '23505',
        detail: 'Key (email)=(amara.okafor7@example.org) already exists.',
        table: 'upload',
        constraint: 'upload_pkey',
      },
    );
    const logged = serializeError(duplicate);
    expect(logged).toMatchObject({ code: '23505', table: 'upload', constraint: 'upload_pkey' });
    expect(JSON.stringify(logged)).not.toContain('amara');
  });

  it('withholds the message of a data exception, in the stack and in causes too', () => {
    const cause = postgresError({ severity: 'ERROR', code: '22P02' });
    const logged = serializeError(new Error('could not store rows', { cause }));
    expect(logged.cause).toMatchObject({ code: '22P02', message: 'a value did not fit' });
    expect(JSON.stringify(logged)).not.toContain('9434765919');
  });

  it('drops unknown properties', () => {
    const error = Object.assign(new Error('failed'), { body: { nhsNumber: '9434765919' } });
    expect(JSON.stringify(serializeError(error))).not.toContain('9434765919');
  });

  it('reveals nothing of a thrown value that is not an error', () => {
    expect(serializeError('9434765919')).toEqual({
      type: 'string',
      message: 'something that is not an Error was thrown',
    });
  });
});
