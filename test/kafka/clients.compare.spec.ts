import { brokerAddress, type MessageBus } from '@kinledger/message-bus';
import { FreezableRelay, messageBusFeatures, type BusUnderTest } from '@kinledger/message-bus/testing';
import { inject, vi } from 'vitest';
import { clients, openBus, type Client } from './clients.ts';
import { killFeatures } from './kill.features.ts';
import { throughputFeatures } from './throughput.features.ts';

const kafka = inject('kafka');
// What one client cannot do is part of the comparison; it need not take minutes a case.
vi.setConfig({ testTimeout: 45_000 });

async function open(client: Client): Promise<BusUnderTest> {
  const { bootstrap, sessionMs } = kafka.absent === undefined ? kafka : { bootstrap: '', sessionMs: 0 };
  const connections: { bus: MessageBus; relay: FreezableRelay }[] = [];
  const connect = async () => {
    const { relay, url } = await FreezableRelay.open(`kafka://${bootstrap}`);
    const bus = openBus(client, { bootstrap, sessionMs, through: brokerAddress(new URL(url).host) });
    connections.push({ bus, relay });
    return {
      bus,
      loseConnection: () => relay.freeze(),
      regainConnection: () => relay.thaw(),
      severConnections: () => relay.sever(),
      receivedBytes: () => relay.receivedBytes,
    };
  };
  return {
    connect,
    publishSlowly: async (topic, messages) => {
      const slow = await connect();
      slow.loseConnection();
      const published = slow.bus.publish(topic, messages);
      return {
        finish: async () => {
          slow.regainConnection();
          await published;
        },
      };
    },
    dispose: async () => {
      await Promise.all(connections.map(({ bus }) => bus.close().catch(() => undefined)));
      await Promise.all(connections.map(({ relay }) => relay.close()));
    },
  };
}

for (const client of clients) {
  messageBusFeatures(client, () => open(client), kafka.absent);
  killFeatures(client);
  throughputFeatures(client, kafka);
}
