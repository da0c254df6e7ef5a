import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A proxy between a bus and its server that can silently stop passing bytes, as when the network is lost or a process
 * is paused. For tests.
 */
export class FreezableRelay {
  receivedBytes = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #frozen = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Opens a proxy to the server of a connection URL; `url` is that URL with the proxy's address. */
  static async open(target: string): Promise<{ relay: FreezableRelay; url: string }> {
    const { hostname, port } = new URL(target);
    const server = createServer();
    const relay = new FreezableRelay(server);
    server.on('connection', (near) => relay.#join(near, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String(typeof address === 'object' ? address?.port : '');
    return { relay, url: url.href };
  }

  get hasConnections(): boolean {
    return this.#sockets.size > 0;
  }

  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Closes every connection at once, as a killed process does. */
  sever(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.sever();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket): void {
    far.on('data', (bytes) => (this.receivedBytes += bytes.byteLength));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#frozen) from.pause();
    }
  }
}
