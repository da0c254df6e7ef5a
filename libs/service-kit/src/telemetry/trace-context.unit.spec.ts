import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { contextOf, currentTraceparent, withMessageSpan } from './trace-context.js';

const header = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('trace context of messages', () => {
  it('reads and writes W3C traceparent', () => {
    expect(currentTraceparent(contextOf(header))).toBe(header);
  });

  it.each([undefined, '', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `01-${header.slice(3)}`])(
    'starts no trace from %s',
    (malformed) => {
      expect(contextOf(malformed)).toBe(ROOT_CONTEXT);
      expect(trace.getSpanContext(contextOf(malformed))).toBeUndefined();
    },
  );

  it('passes on the result and the error of the work', async () => {
    await expect(withMessageSpan('work', [header, undefined], () => Promise.resolve(7))).resolves.toBe(7);
    await expect(
      withMessageSpan('work', [header, undefined], () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
  });
});
