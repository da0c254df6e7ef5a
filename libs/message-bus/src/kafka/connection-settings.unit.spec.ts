import { describe, expect, it } from 'vitest';
import { brokerAddress } from './connection-settings.js';

describe('a broker address', () => {
  it.each([
    ['kafka:9092', { host: 'kafka', port: 9092 }],
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('parses %s', (text, address) => {
    expect(brokerAddress(text)).toEqual(address);
  });

  it.each(['kafka', ':9092', 'kafka:', 'kafka:65536', '::1:9092', 'kafka:9092/x', 'kafka: 9092', ''])(
    'refuses "%s"',
    (text) => {
      expect(() => brokerAddress(text)).toThrow(TypeError);
    },
  );
});
