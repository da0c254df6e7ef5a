import type { StreamFinding } from '../event-store.js';
import type { ServerAddress } from './connection-string.js';

/** A stream’s metadata in KurrentDB: `$maxCount`, `$maxAge`, `$tb`, `$acl` and any other keys. */
export type StreamSettings = Readonly<Record<string, unknown>>;

const takesAway: Readonly<Record<string, string>> = {
  $maxCount: 'hides all but its last events, and a scavenge deletes them for ever',
  $maxAge: 'hides events that are older, and a scavenge deletes them for ever',
  $tb: 'hides its first events, and a scavenge deletes them for ever',
};

/** Finds settings of a stream that may remove events or let others write. */
export function findingsOf(
  stream: string,
  settings: StreamSettings | 'hidden' | undefined,
  address: Pick<ServerAddress, 'tls'>,
): readonly StreamFinding[] {
  if (settings === 'hidden') {
    return [
      remark(
        `the settings of ${stream} cannot be read: let the user in KINLEDGER_KURRENTDB_URL read its metadata ($mr)`,
      ),
    ];
  }
  const retention = Object.entries(takesAway).flatMap(([name, what]) =>
    settings?.[name] === undefined
      ? []
      : [fault(`${name} of ${stream} ${what}: remove the setting before anybody scavenges`)],
  );
  // Without TLS there are no credentials, so the server cannot tell users apart.
  return address.tls ? [...retention, ...writersOf(stream, settings)] : retention;
}

/** A ledger has one writer, whose user name is unknown here; administrators may write anyway. */
function writersOf(stream: string, settings: StreamSettings | undefined): StreamFinding[] {
  const writers = allowedToWrite(settings);
  if (writers === undefined) {
    return [
      remark(
        `${stream} does not restrict who may write ($acl.$w): unless the server’s default does, every user may`,
      ),
    ];
  }
  const named = writers.filter((writer) => writer !== '$admins');
  return named.length <= 1 && !named.includes('$all')
    ? []
    : [
        fault(
          `the ACL of ${stream} lets others than the linker write ($acl.$w): name only the linker’s user and $admins there`,
        ),
      ];
}

/** The users that may write, from one name or a list; undefined if there is no ACL. */
function allowedToWrite(settings: StreamSettings | undefined): readonly unknown[] | undefined {
  const acl = settings?.['$acl'];
  if (typeof acl !== 'object' || acl === null || !('$w' in acl)) return undefined;
  return Array.isArray(acl.$w) ? (acl.$w as unknown[]) : [acl.$w];
}

const fault = (sentence: string): StreamFinding => ({ weight: 'fault', sentence });
const remark = (sentence: string): StreamFinding => ({ weight: 'remark', sentence });
