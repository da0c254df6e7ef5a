import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { accessFile, type AccessFile } from '@kinledger/contracts';
import { postgresRole, type RoleName } from '@kinledger/database';
import {
  createSecrets,
  fingerprintOf,
  readSecrets,
  secretFiles,
  tokenMasterFile,
} from '@kinledger/pseudonymisation';
import { hashOf, newToken } from '../accounts/access-accounts.js';
import { NewFolder } from '../ledger/export/new-folder.js';

/** What a namespace needs: the two zones, and the bus between them. */
const namespaces = {
  restricted: {
    roles: ['migrator', 'ingest', 'pseudonymiser'],
    kafkaUsers: ['ingest', 'pseudonymiser', 'autoscaler'],
    hasServices: true,
  },
  platform: {
    roles: ['migrator', 'linker', 'projector', 'reporting', 'eraser', 'inspector'],
    kafkaUsers: ['linker', 'projector'],
    hasServices: true,
  },
  // What runs the bus has to know every password of those who connect to it.
  bus: {
    roles: ['migrator', 'ingest', 'pseudonymiser', 'linker', 'projector'],
    kafkaUsers: ['ingest', 'pseudonymiser', 'linker', 'projector', 'autoscaler'],
    hasServices: false,
  },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly roles: readonly RoleName[];
      readonly kafkaUsers: readonly string[];
      readonly hasServices: boolean;
    }
  >
>;

export interface Ceremony {
  /** What to write down and have witnessed: fingerprints, never a key. */
  readonly record: string;
  /** Of the first account. */
  readonly token: string;
}

/**
 * Makes every key and password of an installation: `<folder>/<namespace>/<secret>/<key>`, one file a value, so that each
 * folder becomes a Kubernetes Secret or an entry of a secret store. The folder appears when it is whole.
 * @throws Failure if the folder has anything in it.
 */
export async function holdCeremony(folder: string, operator: string): Promise<Ceremony> {
  const out = new NewFolder(folder);
  const token = newToken();
  const access = accessFile.parse({
    accounts: [
      {
        name: operator,
        tokenSha256: hashOf(token),
        roles: ['operator', 'data-team', 'reader'],
      },
    ],
  } satisfies AccessFile);
  const fingerprints = await writeKeys(out);
  const { privateKey } = generateKeyPairSync('ed25519');
  await out.write(
    'platform/kinledger-signing-key/signing-key.pem',
    privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  );
  const passwords = new Map<string, string>();
  for (const [namespace, { roles, kafkaUsers, hasServices }] of Object.entries(namespaces)) {
    if (hasServices)
      await out.write(
        `${namespace}/kinledger-access/access.json`,
        `${JSON.stringify(access, undefined, 2)}\n`,
      );
    for (const role of roles) {
      // Each database has a migrator of its own; a service has one password for both of its databases.
      const owner = role === 'migrator' ? `${namespace} ${role}` : role;
      const secret = `${namespace}/kinledger-database-${role}`;
      await out.write(`${secret}/username`, postgresRole(role));
      await out.write(`${secret}/password`, passwordOf(passwords, owner));
    }
    for (const user of kafkaUsers) {
      const secret = `${namespace}/kinledger-kafka-${user}`;
      await out.write(`${secret}/username`, user);
      await out.write(`${secret}/password`, passwordOf(passwords, `kafka ${user}`));
    }
  }
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Buffer.from(x ?? '', 'base64url').toString('base64');
  const record = [
    `Key ceremony, ${new Date().toISOString()}`,
    ...fingerprints.map(([name, fingerprint]) => `  ${name.padEnd(18)} ${fingerprint}`),
    // In the form of event 0, with which an auditor compares it.
    `  ${'signing-key'.padEnd(18)} Ed25519 ${publicKey}`,
    '',
  ].join('\n');
  await out.write('record.txt', record);
  out.finish();
  return { record, token };
}

/** One password for each owner. Letters and digits only, because it becomes part of a URL. */
function passwordOf(passwords: Map<string, string>, owner: string): string {
  const password = passwords.get(owner) ?? randomBytes(24).toString('hex');
  passwords.set(owner, password);
  return password;
}

/** The keys of the restricted zone: all for the pseudonymiser, two of them for ingest. @returns their fingerprints. */
async function writeKeys(out: NewFolder): Promise<readonly (readonly [string, string])[]> {
  const folder = 'restricted/kinledger-pseudonymiser-keys';
  await createSecrets(out.pathOf(folder));
  for (const name of [secretFiles.landingKek, secretFiles.contentHashKey])
    await out.write(
      `restricted/kinledger-ingest-keys/${name}`,
      await readFile(out.pathOf(`${folder}/${name}`)),
    );
  const { tokenMasters, ...keys } = await readSecrets(out.pathOf(folder));
  const named = [
    ...tokenMasters.map((key, index) => [tokenMasterFile(index + 1), key] as const),
    ...(Object.keys(secretFiles) as (keyof typeof secretFiles)[]).map(
      (each) => [secretFiles[each], keys[each]] as const,
    ),
  ];
  return named.map(([name, key]) => [name, fingerprintOf(key)]);
}
