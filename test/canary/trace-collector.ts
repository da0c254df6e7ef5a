import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Place } from './scanner.js';

/** Collects OpenTelemetry traces exported over HTTP, unparsed. */
export class TraceCollector {
  readonly exports: Place[] = [];
  #server: Server | undefined;

  /** @returns the endpoint for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const head = Buffer.from(`${request.url ?? ''} ${JSON.stringify(request.headers)}\n`);
        this.exports.push({ name: 'traces: headers', bytes: head });
        this.exports.push({ name: 'traces: spans', bytes: Buffer.concat(chunks) });
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    this.#server = server;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  /** All exports as one text, in which to search for names of spans. */
  get text(): string {
    return this.exports.map(({ bytes }) => bytes.toString('latin1')).join('\n');
  }
}
