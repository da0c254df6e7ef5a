import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../problem/problem.js';
import { withMessageSpan } from './message-spans.js';
import { MAX_LINKS, pastSpan, withSpan } from './spans.js';
import { currentTraceparent } from './trace-context.js';

const header = (digit: string, span = digit) => `00-${digit.repeat(32)}-${span.repeat(16)}-01`;
const idsOf = (traceparent: string | undefined) => traceparent?.split('-').slice(1, 3) ?? [];

describe('spans', () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
  });
  afterAll(() => {
    trace.disable();
    context.disable();
  });
  beforeEach(() => exporter.reset());

  const made = () => exporter.getFinishedSpans();
  const named = (name: string) => {
    const found = made().find((span) => span.name === name);
    if (found === undefined) throw new Error(`there is no span ${name}`);
    return found;
  };
  const batch = (headers: readonly (string | undefined)[]) =>
    ({ system: 'kafka', topic: 'some.topic', group: 'linker', headers }) as const;

  describe('of work', () => {
    it('join the trace of a message, and are linked to the span that was active', async () => {
      let outer: string | undefined;
      await withSpan('decide command', {}, async () => {
        outer = currentTraceparent();
        await withSpan(
          'decide file',
          { parent: header('a'), links: [header('b'), undefined] },
          async (tell) => tell({ 'kinledger.rows': 7 }),
        );
      });
      const span = named('decide file');
      expect(span.spanContext().traceId).toBe('a'.repeat(32));
      expect(span.parentSpanContext?.spanId).toBe('a'.repeat(16));
      expect(span.links.map((link) => [link.context.traceId, link.context.spanId])).toEqual([
        idsOf(outer),
        idsOf(header('b')),
      ]);
      expect(span.attributes).toEqual({ 'kinledger.rows': 7 });
    });

    it('are children of the active span if no parent is known', async () => {
      await withSpan('decide file', {}, () => withSpan('append to ledger', {}, async () => undefined));
      expect(named('append to ledger').parentSpanContext?.spanId).toBe(
        named('decide file').spanContext().spanId,
      );
    });

    it('are marked by an error, and not by what a caller has to change', async () => {
      const failing = (error: Error) => withSpan('submit file', {}, () => Promise.reject(error));
      await expect(failing(new Error('no'))).rejects.toThrow('no');
      await expect(failing(new Problem(409, 'upload-refused'))).rejects.toThrow('upload-refused');
      expect(made().map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
    });

    it('of the past have its times', () => {
      const [from, until] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:02Z')];
      const attributes = { 'kinledger.position': 9 };
      const own = pastSpan({ name: 'project decision', parent: header('a'), attributes, from, until });
      const span = named('project decision');
      expect(idsOf(own)).toEqual(['a'.repeat(32), span.spanContext().spanId]);
      expect(span.duration).toEqual([2, 0]);
      expect(span.startTime[0]).toBe(from.getTime() / 1000);
    });
  });

  describe('of a batch of messages', () => {
    it('belong to the trace of the messages if that is one, whichever spans sent them', async () => {
      await withMessageSpan(batch([undefined, header('a', '1'), header('a', '2')]), async () => undefined);
      const span = named('process some.topic');
      expect(span.kind).toBe(SpanKind.CONSUMER);
      expect(span.parentSpanContext?.spanId).toBe('2'.repeat(16));
      expect(span.links).toEqual([]);
      expect(span.attributes).toEqual({
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'some.topic',
        'messaging.consumer.group.name': 'linker',
        'messaging.batch.message_count': 3,
      });
    });

    it('begin a trace with a link to each of several traces, up to a limit', async () => {
      await withMessageSpan(batch([header('a'), header('b'), header('a')]), async () => undefined);
      const span = named('process some.topic');
      expect(span.parentSpanContext).toBeUndefined();
      expect(span.links.map((link) => link.context.traceId)).toEqual(['a'.repeat(32), 'b'.repeat(32)]);
      exporter.reset();
      const many = Array.from({ length: 2 * MAX_LINKS }, (_, index) =>
        header('c').replace('cc', (index + 16).toString(16)),
      );
      await withMessageSpan(batch(many), async () => undefined);
      expect(named('process some.topic').links).toHaveLength(MAX_LINKS);
    });

    it('pass on the result and the error of the work', async () => {
      await expect(withMessageSpan(batch([]), async () => 7)).resolves.toBe(7);
      await expect(withMessageSpan(batch([]), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    });
  });
});
