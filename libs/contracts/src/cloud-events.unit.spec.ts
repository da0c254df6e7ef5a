import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCloudEvent, encodeCloudEvent, type CloudEvent } from './cloud-events.js';
import { isUnreadableContract, read } from './contract.js';
import { FileAccepted } from './messages/file-accepted.js';
import { SubmissionStateChanged } from './messages/submission-state-changed.js';
import { Command } from './commands/command.js';

const event: Omit<CloudEvent<typeof FileAccepted>, 'type'> = {
  id: '0190a6f4-6c1e-7c43-9f3a-2b6f0cc904d1',
  source: '/ingest',
  time: '2023-10-09T09:30:00Z',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data: read(FileAccepted, 3, FileAccepted.example),
};
const message = encodeCloudEvent(FileAccepted, event);
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const refusal = (make: () => unknown): unknown => {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal');
};

describe('CloudEvents in binary mode', () => {
  it('put the data in the body and the rest into headers', () => {
    expect(message.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: 'FileAccepted',
      ce_source: '/ingest',
      ce_time: '2023-10-09T09:30:00Z',
      ce_dataschema: 'urn:kinledger:contract:FileAccepted:3',
      content_type: 'application/json',
      traceparent: event.traceparent,
    });
    expect(JSON.parse(new TextDecoder().decode(message.value))).toEqual(event.data);
  });

  it('are decoded as they were sent, with or without a trace', () => {
    expect(decodeCloudEvent(FileAccepted, message)).toEqual({ ...event, type: 'FileAccepted' });
    const untraced = { id: event.id, source: event.source, time: event.time, data: event.data };
    const decoded = decodeCloudEvent(FileAccepted, encodeCloudEvent(FileAccepted, untraced));
    expect(decoded).toEqual({ ...untraced, type: 'FileAccepted' });
    expect('traceparent' in decoded).toBe(false);
  });

  it('of an older version are read as the newest', () => {
    const older = {
      headers: { ...message.headers, ce_dataschema: 'urn:kinledger:contract:FileAccepted:1' },
      value: json({ ...event.data, supersedes: null }),
    };
    expect(decodeCloudEvent(FileAccepted, older).data.supersedes).toEqual([]);
  });

  for (const header of ['ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_dataschema']) {
    it(`without ${header} are refused`, () => {
      const headers = Object.fromEntries(Object.entries(message.headers).filter(([name]) => name !== header));
      expect(
        isUnreadableContract(refusal(() => decodeCloudEvent(FileAccepted, { ...message, headers }))),
      ).toBe(true);
    });
  }

  it('of another type are refused, by header, by schema, and by contract', () => {
    for (const headers of [
      { ...message.headers, ce_type: 'Command' },
      { ...message.headers, ce_dataschema: 'urn:kinledger:contract:Command:1' },
    ]) {
      const error = refusal(() => decodeCloudEvent(FileAccepted, { ...message, headers }));
      expect(String(error)).toContain('another type');
    }
    expect(() => decodeCloudEvent(Command, message)).toThrow(/another type/);
  });

  it('of an unknown version, or one that is not a number, are refused', () => {
    for (const version of ['0', '4', '9999', '99999', '-1', '1.0', '', 'x', '1 ']) {
      const headers = { ...message.headers, ce_dataschema: `urn:kinledger:contract:FileAccepted:${version}` };
      const error = refusal(() => decodeCloudEvent(FileAccepted, { ...message, headers }));
      expect(isUnreadableContract(error), version).toBe(true);
    }
  });

  it('with a body that is not JSON in UTF-8 are refused without quoting it', () => {
    const bodies = ['', '{', '{"a":}', 'amara.okafor7@example.org', '{"a":1}{"b":2}'].map((text) =>
      new TextEncoder().encode(text),
    );
    for (const value of [...bodies, Uint8Array.of(0xff, 0xfe, 0x00), Uint8Array.of(0x22, 0xc3, 0x28, 0x22)]) {
      const error = refusal(() => decodeCloudEvent(FileAccepted, { ...message, value }));
      expect(isUnreadableContract(error)).toBe(true);
      expect(String(error)).not.toContain('amara');
    }
  });

  it('cannot reach a prototype through the body', () => {
    const value = new TextEncoder().encode(
      `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${JSON.stringify(event.data).slice(1)}`,
    );
    const { data } = decodeCloudEvent(FileAccepted, { ...message, value });
    expect(data).toEqual(event.data);
    expect('polluted' in {} || 'polluted' in data).toBe(false);
  });

  it('with any hostile change are refused, or decoded to valid data', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(event.data)), fc.jsonValue(), (field, value) => {
        const changed = { ...message, value: json({ ...event.data, [field]: value }) };
        try {
          const { data } = decodeCloudEvent(FileAccepted, changed);
          expect(read(FileAccepted, 3, data)).toEqual(data);
        } catch (error) {
          expect(isUnreadableContract(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('with any body are refused, or decoded to valid data', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (value) => {
          expect(
            isUnreadableContract(refusal(() => decodeCloudEvent(FileAccepted, { ...message, value }))),
          ).toBe(true);
        },
      ),
    );
  });

  it('carry any data that their contract allows', () => {
    const data = read(SubmissionStateChanged, 1, SubmissionStateChanged.example);
    fc.assert(
      fc.property(fc.nat(), fc.uuid(), fc.string(), (chunks, id, source) => {
        const sent = { id, source, time: '2023-10-09T09:30:00Z', data: { ...data, chunks } };
        expect(
          decodeCloudEvent(SubmissionStateChanged, encodeCloudEvent(SubmissionStateChanged, sent)),
        ).toEqual({
          ...sent,
          type: 'SubmissionStateChanged',
        });
      }),
    );
  });
});
