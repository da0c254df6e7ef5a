import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

// Node's type differs from the browser's in name only.
cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const DAY_MS = 24 * 3600 * 1000;
const period = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };

export interface Certified {
  /** PEM. */
  readonly certificate: string;
  /** PKCS#8, PEM. */
  readonly key: string;
}

/** A CA for one test run: its certificate, and certificates that it signs. */
export class TestAuthority {
  readonly certificate: string;
  readonly #root: X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(root: X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.#root = root;
    this.#keys = keys;
    this.certificate = root.toString('pem');
  }

  static async create(): Promise<TestAuthority> {
    const keys = await newKeys();
    const root = await X509CertificateGenerator.createSelfSigned({
      ...period,
      name: 'CN=test authority',
      keys,
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(true, 1, true)],
    });
    return new TestAuthority(root, keys);
  }

  /** Issues a certificate for loopback with a common name. */
  async certify(commonName: string): Promise<Certified> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      ...period,
      subject: `CN=${commonName}`,
      issuer: this.#root.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
      ],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { certificate: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
  }
}

const newKeys = async (): Promise<webcrypto.CryptoKeyPair> =>
  await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
