import { readFile } from 'node:fs/promises';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ServerAddress, ServerHost } from './connection-string.js';

/** Why a client cannot use KurrentDB. `unanswered`: the connection is in order, but calls are not answered. */
export type ConnectionFaultKind =
  | 'nobody-there'
  | 'name-unknown'
  | 'silent'
  | 'no-kurrentdb'
  | 'certificate'
  | 'speaks-tls'
  | 'speaks-no-tls'
  | 'ca-file'
  | 'credentials'
  | 'unanswered';

export interface ConnectionFault {
  readonly kind: ConnectionFaultKind;
  /** One sentence with host and port that says what to do; contains no user, password or path. */
  readonly sentence: string;
}

/** Faults that may end without intervention; the others need a person. */
export const isTransientFault = ({ kind }: ConnectionFault): boolean =>
  kind === 'nobody-there' || kind === 'name-unknown' || kind === 'silent' || kind === 'unanswered';

const PROBE_TIMEOUT_MS = 2_000;
const VARIABLE = 'KINLEDGER_KURRENTDB_URL';

/**
 * Diagnoses with connections of its own why KurrentDB is unreachable, because the client reports only "unavailable" for
 * its failed reads.
 */
export async function findConnectionFault(address: ServerAddress): Promise<ConnectionFault> {
  const authorities = await readAuthorities(address);
  if (authorities === 'unreadable') {
    return fault(
      'ca-file',
      `the CA file that tlsCAFile in ${VARIABLE} names cannot be read or holds no certificate: correct it, or name another one`,
    );
  }
  const found = await Promise.all(
    address.hosts.map(async (host) => ({ host, finding: await probe(host, address, authorities) })),
  );
  const faults = found.flatMap(({ host, finding }) => (finding === 'fine' ? [] : [{ host, finding }]));
  const [first] = faults;
  if (first === undefined || faults.length < found.length) return serverUnanswering(address);
  // If all nodes have the same fault, the sentence names them together.
  const alike = faults.every(({ finding }) => finding === first.finding);
  return faultOf(alike ? address.hosts : [first.host], first.finding);
}

/** The server answers, but refuses the user. */
export const credentialsRefused = ({ hosts, hasCredentials }: ServerAddress): ConnectionFault =>
  fault(
    'credentials',
    hasCredentials
      ? `KurrentDB at ${placesOf(hosts)} refuses the user in ${VARIABLE}: correct name and password there, or let that user read and append to the ledger’s stream`
      : `KurrentDB at ${placesOf(hosts)} requires a user, but ${VARIABLE} names none: write kurrentdb://user:password@…`,
  );

type Finding =
  'fine' | Exclude<ConnectionFaultKind, 'credentials' | 'ca-file' | 'unanswered'> | CertificateFinding;
/** What is wrong with a certificate, by the code of Node's TLS. */
type CertificateFinding = `certificate:${string}`;

/** The connection has no fault, or none that was found yet. */
export const serverUnanswering = ({ hosts }: ServerAddress): ConnectionFault =>
  fault(
    'unanswered',
    hosts.length > 1
      ? `KurrentDB at ${placesOf(hosts)} accepts connections but answers no calls: its cluster may have no leader at the moment`
      : `KurrentDB at ${placesOf(hosts)} accepts connections but answers no calls: it may be starting, or have no leader at the moment`,
  );

function faultOf(hosts: readonly ServerHost[], finding: Exclude<Finding, 'fine'>): ConnectionFault {
  const place = placesOf(hosts);
  switch (finding) {
    case 'nobody-there':
      return fault(
        finding,
        `nobody answers at ${place}: start KurrentDB there, or correct the address in ${VARIABLE}`,
      );
    case 'name-unknown':
      return fault(
        finding,
        `the host name in ${place} cannot be resolved: correct it in ${VARIABLE}, or add it to DNS`,
      );
    case 'silent':
      return fault(
        finding,
        `the server at ${place} does not answer: KurrentDB hangs there, or a firewall or proxy drops what is sent`,
      );
    case 'no-kurrentdb':
      return fault(finding, `the server at ${place} is not KurrentDB: correct the address in ${VARIABLE}`);
    case 'speaks-tls':
      return fault(
        finding,
        `KurrentDB at ${place} uses TLS, but ${VARIABLE} says tls=false: remove that option`,
      );
    case 'speaks-no-tls':
      return fault(
        finding,
        `KurrentDB at ${place} does not use TLS, but ${VARIABLE} requires it: give the server a certificate, or add tls=false`,
      );
    default:
      return fault('certificate', certificateSentence(place, finding));
  }
}

function certificateSentence(place: string, finding: string): string {
  switch (finding.replace('certificate:', '')) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of KurrentDB at ${place} is for another host name: use the host name in the certificate in ${VARIABLE}`;
    case 'CERT_HAS_EXPIRED':
      return `the certificate of KurrentDB at ${place} has expired: renew it`;
    default:
      return `the certificate of KurrentDB at ${place} is not from the given CA: set tlsCAFile in ${VARIABLE} to the certificate of that server’s CA`;
  }
}

const fault = (kind: ConnectionFaultKind, sentence: string): ConnectionFault => ({ kind, sentence });

const placesOf = (hosts: readonly ServerHost[]): string =>
  hosts.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)).join(', ');

/** The CA file’s content; undefined for the CAs that this machine trusts. */
interface Authorities {
  readonly pem: string | undefined;
}

async function readAuthorities({ tls, caFile }: ServerAddress): Promise<Authorities | 'unreadable'> {
  if (!tls || caFile === undefined) return { pem: undefined };
  try {
    const text = await readFile(caFile, 'utf8');
    return text.includes('-----BEGIN CERTIFICATE-----') ? { pem: text } : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

async function probe(
  host: ServerHost,
  { tls, verifiesCertificate }: ServerAddress,
  authorities: Authorities,
): Promise<Finding> {
  const reached = await probeConnection(host);
  if (reached !== 'fine') return reached;
  const greeting = tls ? undefined : await probePlain(host);
  if (greeting === 'fine') return 'fine';
  const handshake = await probeTls(host, authorities);
  if (!tls) {
    // The server speaks neither protocol.
    if (handshake === 'speaks-no-tls') return greeting === 'silent' ? 'silent' : 'no-kurrentdb';
    return handshake === 'silent' ? 'silent' : 'speaks-tls';
  }
  return handshake.startsWith('certificate:') && !verifiesCertificate ? 'fine' : handshake;
}

/** Talks to the server until `begin` reports a finding, the socket fails (`onError`), or the time is up. */
function dialogue(
  socket: Socket,
  begin: (found: (finding: Finding) => void) => void,
  onError: (error: NodeJS.ErrnoException) => Finding,
): Promise<Finding> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => found('silent'), PROBE_TIMEOUT_MS);
    const found = (finding: Finding) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(finding);
    };
    socket.on('error', (error) => found(onError(error)));
    socket.on('close', () => found(onError(new Error('closed'))));
    begin(found);
  });
}

const probeConnection = ({ host, port }: ServerHost): Promise<Finding> => {
  const socket = connectPlain({ host, port });
  return dialogue(
    socket,
    (found) => socket.on('connect', () => found('fine')),
    ({ code }) => (code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'name-unknown' : 'nobody-there'),
  );
};

/**
 * HTTP/2's connection preface (RFC 9113, 3.4) and empty settings; a server answers with its own settings, frame type 4.
 */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

const probePlain = ({ host, port }: ServerHost): Promise<Finding> => {
  const socket = connectPlain({ host, port });
  return dialogue(
    socket,
    (found) => {
      socket.write(PREFACE);
      socket.on('data', (bytes) => found(bytes[3] === 4 ? 'fine' : 'speaks-tls'));
    },
    () => 'speaks-tls',
  );
};

const probeTls = ({ host, port }: ServerHost, authorities: Authorities): Promise<Finding> => {
  const socket: TLSSocket = connectTls({
    ...{ host, port, ALPNProtocols: ['h2'], rejectUnauthorized: false },
    ...(isName(host) ? { servername: host } : {}),
    ...(authorities.pem === undefined ? {} : { ca: authorities.pem }),
  });
  return dialogue(
    socket,
    (found) => {
      socket.on('secureConnect', () => {
        const reason: unknown = socket.authorizationError;
        if (socket.authorized) found('fine');
        else found(`certificate:${reason instanceof Error ? codeOf(reason) : String(reason)}`);
      });
    },
    () => 'speaks-no-tls',
  );
};

const isName = (host: string): boolean => !/^[\d.]+$/.test(host) && !host.includes(':');

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.message;
