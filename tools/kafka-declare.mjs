/**
 * `npm run kafka:declare`: writes the topics and rights that the contracts require, for people and for the Helm chart,
 * which reads files of its own folder only.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { kafkaDeclarations } from '@kinledger/service-kit';

const { topics, principals } = kafkaDeclarations();
for (const folder of ['deploy/k8s/kafka', 'deploy/k8s/kinledger/files/kafka']) {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries({ topics, access: principals })) {
    writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(content, undefined, 2)}\n`);
  }
}
