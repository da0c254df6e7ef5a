import { openBus } from './kafka-bus.ts';

/** Message of a consumer process, which a test kills or freezes, to its parent. */
export type MemberSays =
  | { readonly says: 'ready' }
  | { readonly says: 'begins' | 'ends'; readonly texts: readonly string[] }
  | { readonly says: 'is doubted' };

const [bootstrap = '', sessionMs, topic = '', group = '', holdMs] = process.argv.slice(2);
const tell = (message: MemberSays) => process.send?.(message);

// The test that starts this process passes these.
const bus = openBus({ bootstrap, sessionMs: Number(sessionMs) });
const { ready } = bus.subscribe({ group, topics: [topic], maxMessages: 5 }, async ({ messages, signal }) => {
  const texts = messages.map(({ value }) => new TextDecoder().decode(value));
  signal.addEventListener('abort', () => tell({ says: 'is doubted' }));
  tell({ says: 'begins', texts });
  await new Promise((resolve) => setTimeout(resolve, Number(holdMs)));
  tell({ says: 'ends', texts });
});
await ready;
tell({ says: 'ready' });
process.on('SIGTERM', () => void bus.close().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(0));
