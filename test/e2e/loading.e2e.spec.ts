import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a module with the built packages in a process. @returns its output. */
const said = async (module: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', module], {
    cwd: root,
  });
  return stdout.trim();
};

/** Reports the packages whose modules are loaded. */
const watch = (client: string) => `
  import { registerHooks } from 'node:module';
  let loaded = false;
  registerHooks({
    load(url, context, next) {
      if (url.includes('/node_modules/${client}/')) loaded = true;
      return next(url, context);
    },
  });
  const report = () => console.log(loaded);
`;

it('loads KurrentDB’s client at the first call, and never on PostgreSQL', async () => {
  const module = `${watch('@kurrent/kurrentdb-client')}
    const { KurrentDbEventStore } = await import('@kinledger/event-store');
    const store = new KurrentDbEventStore({
      connectionString: 'kurrentdb://127.0.0.1:1?tls=false',
      platformUrl: 'postgres://nobody@127.0.0.1:1/nothing',
      applicationName: 'test',
    });
    report();
    await store.head('programme-leap').catch(() => undefined);
    report();
    await store.close();`;
  expect(await said(module)).toBe('false\ntrue');
});

it('loads Kafka’s client only if Kafka is the bus', async () => {
  const module = `${watch('@platformatic/kafka')}
    const { openKafkaMessageBus } = await import('@kinledger/message-bus');
    await import('@kinledger/service-kit');
    report();
    const bus = await openKafkaMessageBus({ brokers: ['127.0.0.1:1'], clientId: 'test' });
    report();
    await bus.close();`;
  expect(await said(module)).toBe('false\ntrue');
});
