import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics, type ServiceName } from '@kinledger/contracts';
import { absentBroker, startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import { topicSettings, type MessageBus } from '@kinledger/message-bus';
import { createKafkaMessageBus } from '@kinledger/message-bus/kafka';
import { configuredBus, kafkaDeclarations, readConfig, busConfig } from '@kinledger/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testSettings } from '../support/kafka-broker.ts';
import { grant } from './access-control.ts';
import { TestAuthority, type Certified } from './certificates.ts';
import { setScramPassword } from './scram.ts';

const absent = await absentBroker();
const services = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'] as const;
const message = { key: 'a', headers: {}, value: new TextEncoder().encode('x') };

describe.skipIf(absent !== undefined)(
  `a Kafka that authenticates clients${absent === undefined ? '' : ` (absent: ${absent})`}`,
  () => {
    let broker: KafkaBroker;
    let folder: string;
    let client: Certified;
    const passwords = new Map<ServiceName, string>(
      services.map((service) => [service, randomBytes(12).toString('hex')]),
    );
    const buses: MessageBus[] = [];
    const file = (name: string, content: string) => {
      const path = join(folder, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    };
    /** Connects like a service, with settings from an environment. */
    const connect = async (environment: Record<string, string>) => {
      const config = readConfig(busConfig, {
        KINLEDGER_BUS: 'kafka',
        KINLEDGER_KAFKA_CA_FILE: join(folder, 'ca.pem'),
        ...environment,
      });
      const bus = await configuredBus(config, { clientName: 'test', onError: () => undefined });
      buses.push(bus);
      return bus;
    };
    const as = (service: ServiceName, password = passwords.get(service) ?? '') =>
      connect({
        KINLEDGER_KAFKA_BROKERS: broker.secured('SASL_SSL'),
        KINLEDGER_KAFKA_PROTOCOL: 'SASL_SSL',
        KINLEDGER_KAFKA_USERNAME: service,
        KINLEDGER_KAFKA_PASSWORD_FILE: file(`${service}.password`, `${password}\n`),
      });
    const byCertificate = (rest: Record<string, string> = {}) =>
      connect({ KINLEDGER_KAFKA_BROKERS: broker.secured('SSL'), KINLEDGER_KAFKA_PROTOCOL: 'SSL', ...rest });

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'kinledger-kafka-secured-'));
      const authority = await TestAuthority.create();
      const server = await authority.certify('broker');
      client = await authority.certify('linker');
      const ca = file('ca.pem', authority.certificate);
      const login = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
      broker = await startKafkaBroker({
        directory: join(folder, 'broker'),
        secured: ['SASL_SSL', 'SSL'],
        users: services.map((name) => ({ name, password: passwords.get(name) ?? '' })),
        settings: {
          ...testSettings,
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.location': file('broker.pem', `${server.key}\n${server.certificate}`),
          'ssl.truststore.type': 'PEM',
          'ssl.truststore.location': ca,
          'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
          'listener.name.saslssl.scram-sha-512.sasl.jaas.config': login,
          'listener.name.ssl.ssl.client.auth': 'required',
          'listener.name.ssl.ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/',
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          // The plain listener stands for the operator's access; in production only the operator reaches it.
          'super.users': 'User:ANONYMOUS',
        },
      });
      const { topics: declared, principals } = kafkaDeclarations();
      const operator = createKafkaMessageBus({ brokers: [broker.bootstrap], clientId: 'operator' });
      buses.push(operator);
      await operator.ensureTopics(
        declared.map(({ name, partitions, retentionDays }) => ({
          name,
          partitions,
          retentionMs: retentionDays * 86_400_000,
        })),
      );
      for (const service of services) await grant(broker.bootstrap, service, principals[service]);
    });
    afterAll(async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await broker.destroy();
    });

    it.each(services.filter((service) => service !== 'reporting-api'))(
      'lets %s do everything that it needs, by user and password over TLS',
      async (service) => {
        const bus = await as(service);
        const its = Object.values(topics).filter(({ producers, consumers }) =>
          [...(producers as readonly string[]), ...(consumers as readonly string[])].includes(service),
        );
        expect(its.length).toBeGreaterThan(0);
        await bus.ensureTopics(its.map(topicSettings));
        for (const { name, producers } of its) {
          if ((producers as readonly string[]).includes(service)) await bus.publish(name, [message]);
        }
        const consumed = its.filter(({ consumers }) => (consumers as readonly string[]).includes(service));
        for (const { name } of consumed) {
          const errors: unknown[] = [];
          const subscription = bus.subscribe(
            { group: service, topics: [name], onError: (error) => errors.push(error) },
            () => Promise.resolve(),
          );
          await subscription.ready;
          await subscription.stop();
          expect(errors).toEqual([]);
          await bus.publish(`${name}.dead-letter`, [message]);
        }
        await expect(bus.lag(service)).resolves.toBeDefined();
        // At a time far in the future every message is old: those that its groups have read go, from the topics that it
        // may trim.
        await expect(bus.applyRetention(new Date(Date.now() + 1e11))).resolves.toBeGreaterThanOrEqual(0);
      },
    );

    it('lets only the linker read rows, and only the pseudonymiser write them', async () => {
      const rows = topics.rowPseudonymised.name;
      for (const service of services) {
        const bus = await as(service);
        if (service !== 'pseudonymiser') {
          await expect(bus.publish(rows, [message])).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
        }
        if (service === 'linker') continue;
        const errors: unknown[] = [];
        const subscription = bus.subscribe(
          { group: service, topics: [rows], onError: (error) => errors.push(error) },
          () => Promise.resolve(),
        );
        await expect
          .poll(() => errors.map(String).join(), { timeout: 20_000 })
          .toMatch(/TOPIC_AUTHORIZATION_FAILED|GROUP_AUTHORIZATION_FAILED/);
        await subscription.stop();
      }
    });

    it('refuses a wrong password, with an error that does not repeat it', async () => {
      const bus = await as('linker', 'wrong-password');
      const failure = await bus.lag('linker').catch(String);
      expect(failure).toContain('SASL_AUTHENTICATION_FAILED');
      expect(failure).not.toContain('wrong-password');
    });

    it('takes a changed password from its file while it runs, and loses nothing of what is published meanwhile', async () => {
      const { name } = topics.rowPseudonymised;
      const [before, after] = [await as('pseudonymiser'), await as('linker')];
      const errors: unknown[] = [];
      const read: string[] = [];
      const publish = (text: string) =>
        before.publish(name, [{ ...message, value: new TextEncoder().encode(text) }]);
      await publish('before');
      for (const service of ['pseudonymiser', 'linker'] as const)
        await setScramPassword(broker.bootstrap, service, `${service} anew`);
      // Its connections are open, and stay.
      await publish('meanwhile');
      const { ready } = after.subscribe(
        { group: 'linker', topics: [name], onError: (error) => errors.push(error) },
        async ({ messages }) =>
          void read.push(...messages.map(({ value }) => new TextDecoder().decode(value))),
      );
      await expect
        .poll(() => errors.map(String).join(), { timeout: 20_000 })
        .toContain('SASL_AUTHENTICATION');
      file('linker.password', 'linker anew');
      file('pseudonymiser.password', 'pseudonymiser anew');
      await ready;
      await publish('after');
      await expect
        .poll(() => read, { timeout: 20_000 })
        .toEqual(expect.arrayContaining(['meanwhile', 'after']));
      for (const service of ['pseudonymiser', 'linker'] as const) passwords.set(service, `${service} anew`);
    });

    it('takes a renewed certificate from its file while it runs', async () => {
      const stranger = await (await TestAuthority.create()).certify('linker');
      const paths = {
        KINLEDGER_KAFKA_CERT_FILE: file('renewed.pem', stranger.certificate),
        KINLEDGER_KAFKA_KEY_FILE: file('renewed.key', stranger.key),
      };
      const bus = await byCertificate(paths);
      await expect(bus.lag('linker')).rejects.toThrow('NO_ANSWER');
      file('renewed.pem', client.certificate);
      file('renewed.key', client.key);
      await expect(bus.lag('linker')).resolves.toBeDefined();
    });

    it('accepts a client certificate (mTLS), with the rights of its name', async () => {
      const bus = await byCertificate({
        KINLEDGER_KAFKA_CERT_FILE: file('linker.pem', client.certificate),
        KINLEDGER_KAFKA_KEY_FILE: file('linker.key', client.key),
      });
      await bus.publish(topics.familyLinked.name, [message]);
      await expect(bus.publish(topics.fileAccepted.name, [message])).rejects.toThrow(
        'TOPIC_AUTHORIZATION_FAILED',
      );
    });

    it('refuses a client without a certificate, with one of an unknown CA, or without TLS', async () => {
      await expect((await byCertificate()).lag('linker')).rejects.toThrow('NO_ANSWER');
      const stranger = await (await TestAuthority.create()).certify('linker');
      const strange = await byCertificate({
        KINLEDGER_KAFKA_CERT_FILE: file('stranger.pem', stranger.certificate),
        KINLEDGER_KAFKA_KEY_FILE: file('stranger.key', stranger.key),
      });
      await expect(strange.lag('linker')).rejects.toThrow('NO_ANSWER');
      const clear = await connect({ KINLEDGER_KAFKA_BROKERS: broker.secured('SASL_SSL') });
      await expect(clear.lag('linker')).rejects.toThrow('NO_ANSWER');
    });

    it('is not trusted if its own certificate is from an unknown CA', async () => {
      const other = file('other-ca.pem', (await TestAuthority.create()).certificate);
      const bus = await connect({
        KINLEDGER_KAFKA_BROKERS: broker.secured('SASL_SSL'),
        KINLEDGER_KAFKA_PROTOCOL: 'SASL_SSL',
        KINLEDGER_KAFKA_USERNAME: 'linker',
        KINLEDGER_KAFKA_PASSWORD_FILE: file('linker.password', passwords.get('linker') ?? ''),
        KINLEDGER_KAFKA_CA_FILE: other,
      });
      await expect(bus.lag('linker')).rejects.toThrow('NO_ANSWER');
    });
  },
);
