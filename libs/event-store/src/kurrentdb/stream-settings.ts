import type { StreamFinding } from '../event-store.js';
import type { ServerAddress } from './connection-string.js';

/** A stream’s metadata as KurrentDB keeps it: `$maxCount`, `$maxAge`, `$tb`, `$acl` and whatever else somebody wrote. */
export type StreamSettings = Readonly<Record<string, unknown>>;

const takesAway: Readonly<Record<string, string>> = {
  $maxCount: 'hides all but its last events, and a scavenge deletes them for ever',
  $maxAge: 'hides events that are older, and a scavenge deletes them for ever',
  $tb: 'hides its first events, and a scavenge deletes them for ever',
};

/** What of a stream’s settings could take events away or lets others write. */
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
      : [fault(`${name} of ${stream} ${what}: take the setting away before anybody scavenges`)],
  );
  // Without TLS nobody says who they are, and the server asks nobody.
  return address.tls ? [...retention, ...writersOf(stream, settings)] : retention;
}

/** A ledger has one writer, whose name is not ours to know; administrators may do all anyway. */
function writersOf(stream: string, settings: StreamSettings | undefined): StreamFinding[] {
  const writers = allowedToWrite(settings);
  if (writers === undefined) {
    return [
      remark(
        `${stream} has no list of who may write ($acl.$w): unless the server’s default says otherwise, each of its users may`,
      ),
    ];
  }
  const named = writers.filter((writer) => writer !== '$admins');
  return named.length <= 1 && !named.includes('$all')
    ? []
    : [
        fault(
          `the ACL of ${stream} lets others than the linker write ($acl.$w): leave the linker’s user and $admins alone`,
        ),
      ];
}

/** One name, or several; undefined where nobody wrote any. */
function allowedToWrite(settings: StreamSettings | undefined): readonly unknown[] | undefined {
  const acl = settings?.['$acl'];
  if (typeof acl !== 'object' || acl === null || !('$w' in acl)) return undefined;
  return Array.isArray(acl.$w) ? (acl.$w as unknown[]) : [acl.$w];
}

const fault = (sentence: string): StreamFinding => ({ weight: 'fault', sentence });
const remark = (sentence: string): StreamFinding => ({ weight: 'remark', sentence });
