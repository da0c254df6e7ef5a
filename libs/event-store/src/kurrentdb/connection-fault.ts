import { readFile } from 'node:fs/promises';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ServerAddress, ServerHost } from './connection-string.js';

/** What keeps a client from KurrentDB. `unanswered`: the connection is as it should be, and yet calls are not answered. */
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
  /** One sentence with host and port that says what to do; never a user, a password or a path. */
  readonly sentence: string;
}

/** Faults that end by themselves once the server is there; the others wait for a person. */
export const mayPass = ({ kind }: ConnectionFault): boolean =>
  kind === 'nobody-there' || kind === 'name-unknown' || kind === 'silent' || kind === 'unanswered';

const PROBE_TIMEOUT_MS = 2_000;
const VARIABLE = 'KINLEDGER_KURRENTDB_URL';

/**
 * Finds out why KurrentDB cannot be reached, with connections of its own: of its failed reads the client says no more
 * than "unavailable".
 */
export async function findConnectionFault(address: ServerAddress): Promise<ConnectionFault> {
  const authorities = await readAuthorities(address);
  if (authorities === 'unreadable') {
    return fault(
      'ca-file',
      `the CA file that tlsCAFile in ${VARIABLE} names cannot be read or holds no certificate: mend it, or name another one`,
    );
  }
  const found = await Promise.all(
    address.hosts.map(async (host) => ({ host, finding: await probe(host, address, authorities) })),
  );
  const faults = found.flatMap(({ host, finding }) => (finding === 'fine' ? [] : [{ host, finding }]));
  const [first] = faults;
  if (first === undefined || faults.length < found.length) return serverUnanswering(address);
  // Of several nodes that are away, each is away: they are named together.
  const alike = faults.every(({ finding }) => finding === first.finding);
  return faultOf(alike ? address.hosts : [first.host], first.finding);
}

/** The server answers, and refuses. */
export const credentialsRefused = ({ hosts, hasCredentials }: ServerAddress): ConnectionFault =>
  fault(
    'credentials',
    hasCredentials
      ? `KurrentDB at ${placesOf(hosts)} refuses the user in ${VARIABLE}: correct name and password there, or let that user read and append to the ledger’s stream`
      : `KurrentDB at ${placesOf(hosts)} asks for a user, and ${VARIABLE} names none: write kurrentdb://user:password@…`,
  );

type Finding =
  'fine' | Exclude<ConnectionFaultKind, 'credentials' | 'ca-file' | 'unanswered'> | CertificateFinding;
/** What is wrong with a certificate, as TLS calls it. */
type CertificateFinding = `certificate:${string}`;

/** Nothing is wrong with the connection, or nobody has found out yet what. */
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
        `nobody knows the name in ${place}, where KurrentDB should be: correct it in ${VARIABLE}, or add it to the name service`,
      );
    case 'silent':
      return fault(
        finding,
        `what listens at ${place} does not answer: KurrentDB hangs there, or something between swallows what is sent`,
      );
    case 'no-kurrentdb':
      return fault(finding, `what listens at ${place} is no KurrentDB: correct the address in ${VARIABLE}`);
    case 'speaks-tls':
      return fault(
        finding,
        `KurrentDB at ${place} speaks TLS, and ${VARIABLE} says tls=false: leave that option out`,
      );
    case 'speaks-no-tls':
      return fault(
        finding,
        `KurrentDB at ${place} does not speak TLS, and ${VARIABLE} asks for it: give the server a certificate, or add tls=false`,
      );
    default:
      return fault('certificate', certificateSentence(place, finding));
  }
}

function certificateSentence(place: string, finding: string): string {
  switch (finding.replace('certificate:', '')) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of KurrentDB at ${place} is for another name: write the name that it holds into ${VARIABLE}`;
    case 'CERT_HAS_EXPIRED':
      return `the certificate of KurrentDB at ${place} has expired: renew it`;
    default:
      return `the certificate of KurrentDB at ${place} is not from the CA given: let tlsCAFile in ${VARIABLE} name that server’s CA`;
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
    // Neither of the two languages.
    if (handshake === 'speaks-no-tls') return greeting === 'silent' ? 'silent' : 'no-kurrentdb';
    return handshake === 'silent' ? 'silent' : 'speaks-tls';
  }
  return handshake.startsWith('certificate:') && !verifiesCertificate ? 'fine' : handshake;
}

/** Runs a dialogue with the server until it says what it found, breaks off (`otherwise`), or takes too long. */
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

/** The preface of HTTP/2 (RFC 9113, 3.4) and empty settings; a server answers with its own settings, frame type 4. */
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
