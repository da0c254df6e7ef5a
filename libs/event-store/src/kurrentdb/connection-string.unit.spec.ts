import { describe, expect, it } from 'vitest';
import { checkedConnectionString } from './connection-string.js';

const refusal = (text: string): string => {
  try {
    checkedConnectionString(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
};

describe('the connection string of KurrentDB', () => {
  it.each([
    'kurrentdb://localhost:2113?tls=false',
    'kurrentdb://linker:s%40sam%2F@db.example.org:2113',
    'kurrentdb://linker:sesame@one:2113,two:2113,three:2113?tlsCaFile=%2Fetc%2Fca.pem&node-preference=leader',
    'kurrentdb+discover://linker:sesame@cluster.example.org/?userCertFile=a&userKeyFile=b',
  ])('accepts %s', (text) => {
    expect(checkedConnectionString(` ${text} `).text).toBe(text);
  });

  it.each([
    [
      'kurrentdb://linker:sesame@one:2114,[::1],three:2113?tlsCaFile=%2Fetc%2Fca.pem',
      {
        hosts: [
          { host: 'one', port: 2114 },
          { host: '::1', port: 2113 },
          { host: 'three', port: 2113 },
        ],
        tls: true,
        verifiesCertificate: true,
        caFile: '/etc/ca.pem',
        hasCredentials: true,
      },
    ],
    [
      'kurrentdb+discover://cluster.example.org?tls=false&tls-verify-cert=false',
      {
        hosts: [{ host: 'cluster.example.org', port: 2113 }],
        tls: false,
        verifiesCertificate: false,
        caFile: undefined,
        hasCredentials: false,
      },
    ],
  ])('has an address that is safe to show: %s', (text, address) => {
    expect(checkedConnectionString(text).address).toEqual(address);
  });

  it('accepts the former scheme, of which the client would warn', () => {
    expect(checkedConnectionString('esdb://localhost:2113?tls=false').text).toBe(
      'kurrentdb://localhost:2113?tls=false',
    );
  });

  it('decodes credentials as in any URL', () => {
    expect(checkedConnectionString('kurrentdb://the%20linker:s%40s%3Aa%2Fm%25@db:2113').credentials).toEqual({
      username: 'the linker',
      password: 's@s:a/m%',
    });
    expect(checkedConnectionString('kurrentdb://db:2113').credentials).toBeUndefined();
  });

  it.each([
    ['kurrentdb://linker:sesame%@host:2113', 'write %25'],
    ['postgres://linker:sesame@localhost/kinledger', 'not a connection string'],
    ['kurrentdb://linker:sesame@', 'not a connection string'],
    ['kurrentdb://linker:sesame@host:2113?tsl=true', 'does not know'],
    ['kurrentdb://linker:sesame@host:2113?tls=', 'without a value'],
    ['kurrentdb://linker:sesame@host:2113?tls=false', 'without TLS they are not sent'],
    ['kurrentdb://linker:sesame@host:2113?throwOnAppendFailure=false', 'a conflict looks like a success'],
  ])('refuses %s without repeating it', (text, why) => {
    const message = refusal(text);
    expect(message).toContain(why);
    expect(message).not.toMatch(/sesame|linker/);
  });
});
