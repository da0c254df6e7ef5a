import { NetworkError, ResponseError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { asKafkaFailure, failedBecause, isKafkaFailure, isTransient, kafkaFailure } from './kafka-failure.js';

const FETCH = 1;
const secret = { responses: [{ records: [{ value: 'a row' }] }] };
const response = (code: number) => new ResponseError(FETCH, 17, { '/a': [code, 'a row'] }, secret);

describe('a failure of Kafka', () => {
  it('names the reasons and contains nothing of the response', () => {
    const failure = asKafkaFailure('Fetch', response(6));
    expect(failure).toMatchObject({ request: 'Fetch', reasons: ['NOT_LEADER_OR_FOLLOWER'] });
    expect(failure.message).toBe('Kafka: Fetch failed: NOT_LEADER_OR_FOLLOWER');
    expect(failure.cause).toBeUndefined();
    expect(JSON.stringify({ ...failure, text: String(failure), stack: failure.stack })).not.toContain(
      'a row',
    );
  });

  it('finds the reason of a failed connection in its cause', () => {
    const refused = new NetworkError('Connection to a:1 failed.', { cause: response(58) });
    expect(asKafkaFailure('Metadata', refused).reasons).toEqual(['SASL_AUTHENTICATION_FAILED']);
  });

  it('is an unknown outcome with the system’s code if there was no answer', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const failure = asKafkaFailure('Produce', new NetworkError('Connection to a:1 failed.', { cause }));
    expect(failure.message).toBe('Kafka: Produce failed: NO_ANSWER (Connection to a:1 failed. ECONNREFUSED)');
    expect(isTransient(failure)).toBe(true);
  });

  it('is transient if each of its reasons is', () => {
    expect(isTransient(kafkaFailure('x', ['NOT_LEADER_OR_FOLLOWER', 'NO_ANSWER']))).toBe(true);
    expect(isTransient(kafkaFailure('x', ['NOT_LEADER_OR_FOLLOWER', 'TOPIC_AUTHORIZATION_FAILED']))).toBe(
      false,
    );
    expect(isTransient(new Error('anything else'))).toBe(false);
  });

  it('is returned unchanged if it is converted again', () => {
    const failure = kafkaFailure('x', ['NO_ANSWER']);
    expect(asKafkaFailure('y', failure)).toBe(failure);
    expect(isKafkaFailure(failure) && failedBecause(failure, 'NO_ANSWER', 'OTHER')).toBe(true);
  });
});
