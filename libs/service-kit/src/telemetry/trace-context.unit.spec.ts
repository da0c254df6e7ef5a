import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contextOf, currentTraceparent, inTrace, storedTraceparent } from './trace-context.js';

const header = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('trace context of messages', () => {
  beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager()));
  afterAll(() => context.disable());

  it('reads and writes W3C traceparent', () => {
    expect(currentTraceparent(contextOf(header))).toBe(header);
    expect(storedTraceparent(header)).toBe(header);
  });

  it.each([undefined, '', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `01-${header.slice(3)}`])(
    'starts no trace from %s, and stores nothing of it',
    (malformed) => {
      expect(contextOf(malformed)).toBe(ROOT_CONTEXT);
      expect(trace.getSpanContext(contextOf(malformed))).toBeUndefined();
      expect(storedTraceparent(malformed)).toBeUndefined();
    },
  );

  it('runs work in a trace, and without one in the present context', () => {
    expect(inTrace(header, () => currentTraceparent())).toBe(header);
    inTrace(header, () => expect(inTrace(undefined, () => currentTraceparent())).toBe(header));
  });
});
