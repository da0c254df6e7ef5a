import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A TCP proxy to a server, which a test can cut (connections are refused), hold, or restore. */
export interface BreakableLine {
  readonly port: number;
  /**
   * Passes nothing on, either way, until `release`, as if the server had stalled. Begins now, or once the client has
   * sent `afterBytes` more.
   */
  hold(afterBytes?: number): void;
  /** Drops the server's answers until `cut`. Begins now, or once the client has sent `afterBytes` more. */
  loseAnswers(afterBytes?: number): void;
  /** Until `release`, answers each new connection with bytes of no protocol, and closes it. */
  garble(): void;
  release(): void;
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Whether the requested fault has begun. */
  isBroken(): boolean;
}

type LineState = 'open' | 'held' | 'losing answers' | 'garbled';

export async function openLine(target: Address): Promise<BreakableLine> {
  const sockets = new Set<Socket>();
  let state: LineState = 'open';
  let sent = 0;
  let next: { readonly state: LineState; readonly at: number } | undefined;
  const change = (to: LineState, afterBytes = 0) => {
    if (afterBytes === 0) state = to;
    else next = { state: to, at: sent + afterBytes };
  };
  const waiting: (() => void)[] = [];
  const server = createServer((near) => {
    if (state === 'garbled') {
      near.on('error', () => undefined);
      near.end('nothing that you know\r\n', () => near.destroy());
      return;
    }
    const far = connect(target.port, target.host);
    for (const [socket, other, isAnswer] of [
      [near, far, false],
      [far, near, true],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (bytes) => {
        if (!isAnswer) sent += bytes.length;
        if (next !== undefined && sent >= next.at) {
          state = next.state;
          next = undefined;
        }
        if (isAnswer && state === 'losing answers') return;
        if (state === 'held') waiting.push(() => other.write(bytes));
        else other.write(bytes);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    hold: (afterBytes) => change('held', afterBytes),
    loseAnswers: (afterBytes) => change('losing answers', afterBytes),
    garble: () => change('garbled'),
    release: () => {
      state = 'open';
      for (const pass of waiting.splice(0)) pass();
    },
    cut: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      state = 'open';
      waiting.length = 0;
    },
    restore: async () => {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    isBroken: () => state !== 'open',
  };
}
