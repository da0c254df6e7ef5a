/** The connection string is invalid. The message repeats none of it, because it may contain a password. */
export interface ConnectionStringWrong extends Error {
  readonly code: 'kurrentdb-url-wrong';
}

const shape =
  /^(?:kurrentdb|kurrent|kdb|esdb)(\+discover)?:\/\/(?:(?<credentials>[^:@/?]+:[^@/?]+)@)?(?<hosts>[^@?/]+)\/?(?:\?(?<options>.*))?$/;

/** The client's options; it ignores case, hyphens and underscores. */
const known = new Set([
  'tls',
  'tlsverifycert',
  'tlscafile',
  'usercertfile',
  'userkeyfile',
  'connectionname',
  'nodepreference',
  'discoveryinterval',
  'maxdiscoverattempts',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
  'defaultdeadline',
]);

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface ServerHost {
  readonly host: string;
  readonly port: number;
}

/** The server's address and how to connect: the part of the connection string that is safe to show. */
export interface ServerAddress {
  /** In the given order; one for a single node, or for a name that resolves to the nodes of a cluster. */
  readonly hosts: readonly ServerHost[];
  readonly tls: boolean;
  /** Whether the client verifies the server's certificate. */
  readonly verifiesCertificate: boolean;
  readonly caFile: string | undefined;
  readonly hasCredentials: boolean;
}

export interface CheckedConnectionString {
  /** In the form that the client accepts. */
  readonly text: string;
  readonly address: ServerAddress;
  /** Decoded. The client's native part, which reads, would send them undecoded. */
  readonly credentials: Credentials | undefined;
}

/**
 * Parses a connection string (https://docs.kurrent.io, "Connection string") before the client does: the client prints
 * one with an unknown option to the console, including its password, and without TLS silently omits credentials.
 * @throws ConnectionStringWrong
 */
export function checkedConnectionString(text: string): CheckedConnectionString {
  const match = shape.exec(text.trim());
  if (match === null) {
    throw wrong(
      'is not a connection string of the form kurrentdb://[user:password@]host:2113[,host…][?option=value&…]',
    );
  }
  const options = new Map(
    (match.groups?.['options'] ?? '')
      .split('&')
      .filter((option) => option !== '')
      .map((option) => {
        const [name = '', value = ''] = option.split('=');
        return [name.toLowerCase().replaceAll(/[_-]/g, ''), value] as const;
      }),
  );
  for (const [name, value] of options) {
    if (name === 'throwonappendfailure')
      throw wrong('must omit throwOnAppendFailure: if it is false, a conflict looks like a success');
    if (!known.has(name)) throw wrong('has an option that KurrentDB’s client does not know');
    if (value === '') throw wrong('has an option without a value');
  }
  const credentials = match.groups?.['credentials'];
  if (options.get('tls') === 'false' && credentials !== undefined) {
    throw wrong('has credentials and tls=false: without TLS they are not sent; leave one of them out');
  }
  return {
    text: text.trim().replace(/^esdb/, 'kurrentdb'),
    address: {
      hosts: (match.groups?.['hosts'] ?? '').split(',').map(hostOf),
      tls: options.get('tls') !== 'false',
      verifiesCertificate: options.get('tlsverifycert') !== 'false',
      caFile: decodedOrAsItIs(options.get('tlscafile')),
      hasCredentials: credentials !== undefined,
    },
    credentials: credentials === undefined ? undefined : decoded(credentials),
  };
}

const DEFAULT_PORT = 2113;

function hostOf(text: string): ServerHost {
  const [, host = text, port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  return { host: host.replaceAll(/[[\]]/g, ''), port: port === undefined ? DEFAULT_PORT : Number(port) };
}

function decodedOrAsItIs(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}

function decoded(credentials: string): Credentials {
  const [username = '', password = ''] = credentials.split(':');
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw wrong('has credentials with a percent sign that encodes nothing: write %25 for it');
  }
}

const wrong = (why: string): ConnectionStringWrong =>
  Object.assign(new Error(`the address of KurrentDB ${why}`), { code: 'kurrentdb-url-wrong' as const });
