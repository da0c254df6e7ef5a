import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const PATIENCE_MS = 20_000;

/**
 * Sends raw bytes to a service, which no client library would, and reads until the service closes the connection.
 * @returns the last answer, or undefined if the connection closed without one.
 */
export async function exchange(url: string, bytes: string | Uint8Array): Promise<RawAnswer | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.write(bytes);
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return answerIn(Buffer.concat(pieces).toString('latin1'));
}

/** Sends bytes and closes the connection without waiting for an answer. Resolves once it is closed. */
export async function hangUpAfter(url: string, bytes: string | Uint8Array): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  // Give the service time to begin reading.
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.resetAndDestroy();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

function answerIn(text: string): RawAnswer | undefined {
  const last = text.lastIndexOf('HTTP/1.1 ');
  if (last < 0) return undefined;
  const [head = '', ...rest] = text.slice(last).split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { status: Number(first.split(' ')[1]), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}
