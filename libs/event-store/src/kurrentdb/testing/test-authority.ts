import { generate } from 'selfsigned';

/** A certificate authority for the duration of a spec, and the certificates that it issues. PEM. */
export interface TestAuthority {
  readonly certificate: string;
  /** Issues a server's certificate and key, for `localhost` by default. */
  issue(name?: string): Promise<{ readonly certificate: Buffer; readonly key: Buffer }>;
}

export async function createTestAuthority(): Promise<TestAuthority> {
  const authority = await generate([{ name: 'commonName', value: 'Test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });
  return {
    certificate: authority.cert,
    issue: async (name = 'localhost') => {
      const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { key: authority.private, cert: authority.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'extKeyUsage', serverAuth: true },
          { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
        ],
      });
      return { certificate: Buffer.from(cert), key: Buffer.from(key) };
    },
  };
}
