/** The connection string cannot be used. Its message never repeats any of it: it may hold a password. */
export interface ConnectionStringWrong extends Error {
  readonly code: 'kurrentdb-url-wrong';
}

const shape =
  /^(?:kurrentdb|kurrent|kdb|esdb)(\+discover)?:\/\/(?:(?<credentials>[^:@/?]+:[^@/?]+)@)?[^@?/]+\/?(?:\?(?<options>.*))?$/;

/** What the client knows; case, hyphens and underscores do not matter to it. */
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

export interface CheckedConnectionString {
  /** As the client takes it. */
  readonly text: string;
  /** Decoded. The client's native part, which reads, would send them as they are written. */
  readonly credentials: Credentials | undefined;
}

/**
 * A connection string as the client takes it (https://docs.kurrent.io, "Connection string"), checked before the client
 * sees it: the client would print one with an unknown option to the console, password included, and would send nothing
 * of credentials over a connection without TLS, without saying so.
 * @throws ConnectionStringWrong
 */
export function checkedConnectionString(text: string): CheckedConnectionString {
  const match = shape.exec(text.trim());
  if (match === null) {
    throw wrong(
      'is no connection string of the form kurrentdb://[user:password@]host:2113[,host…][?option=value&…]',
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
      throw wrong('must leave throwOnAppendFailure out: without it a conflict looks like a success');
    if (!known.has(name)) throw wrong('has an option that KurrentDB’s client does not know');
    if (value === '') throw wrong('has an option without a value');
  }
  const credentials = match.groups?.['credentials'];
  if (options.get('tls') === 'false' && credentials !== undefined) {
    throw wrong('has credentials and tls=false: without TLS they are not sent; leave one of them out');
  }
  return {
    text: text.trim().replace(/^esdb/, 'kurrentdb'),
    credentials: credentials === undefined ? undefined : decoded(credentials),
  };
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
