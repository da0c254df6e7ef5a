import { readFileSync } from 'node:fs';
import { topics } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { kafkaDeclarations } from './kafka-declarations.js';

const stored = (folder: string, name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../deploy/k8s/${folder}/${name}.json`, import.meta.url), 'utf8'));

describe('the declarations for Kafka', () => {
  const { topics: declared, principals } = kafkaDeclarations();

  it.each(['kafka', 'kinledger/files/kafka'])(
    'are current in deploy/k8s/%s; if not, run "npm run kafka:declare"',
    (folder) => {
      expect(stored(folder, 'topics')).toEqual(JSON.parse(JSON.stringify(declared)));
      expect(stored(folder, 'access')).toEqual(JSON.parse(JSON.stringify(principals)));
    },
  );

  it('name every topic of the contracts, and a dead-letter topic for each that a service consumes', () => {
    const names = declared.map(({ name }) => name);
    for (const { name, consumers } of Object.values(topics)) {
      expect(names).toContain(name);
      expect(names.includes(`${name}.dead-letter`)).toBe(consumers.length > 0);
    }
  });

  it('let a service read only what it consumes, and write only what it produces or dead-letters', () => {
    const rows = topics.rowPseudonymised.name;
    const may = (service: keyof typeof principals, operation: string) =>
      principals[service]
        .filter(
          ({ resource, operations }) =>
            resource === 'topic' && (operations as readonly string[]).includes(operation),
        )
        .map(({ name }) => name);
    expect(may('linker', 'Read')).toContain(rows);
    for (const service of ['ingest', 'pseudonymiser', 'projector', 'reporting-api'] as const) {
      expect(may(service, 'Read')).not.toContain(rows);
    }
    expect(may('pseudonymiser', 'Write')).toContain(rows);
    expect(may('ingest', 'Write')).not.toContain(rows);
    expect(principals['reporting-api']).toEqual([]);
    expect(may('ingest', 'Read')).toEqual([
      topics.personAnswered.name,
      topics.submissionDecided.name,
      topics.commandAnswered.name,
    ]);
  });
});
