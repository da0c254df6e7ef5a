import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';

/** SCRAM-SHA-512 in Kafka's protocol. */
const SHA_512 = 2;
const ITERATIONS = 4096;

/** Sets a user's password as an operator does (RFC 5802). The brokers know it a moment later. */
export async function setScramPassword(bootstrap: string, name: string, password: string): Promise<void> {
  const [host = '', port] = bootstrap.split(':');
  const connection = new Connection('operator');
  await connection.connect(host, Number(port));
  const salt = randomBytes(16);
  const saltedPassword = pbkdf2Sync(password, salt, ITERATIONS, 64, 'sha512');
  try {
    await alterUserScramCredentialsV0.api.async(
      connection,
      [],
      [{ name, mechanism: SHA_512, iterations: ITERATIONS, salt, saltedPassword }],
    );
  } finally {
    await connection.close();
  }
}
