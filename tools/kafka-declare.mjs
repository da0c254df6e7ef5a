/** `npm run kafka:declare`: writes the topics and rights that the contracts require, for a chart to read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { kafkaDeclarations } from '@kinledger/service-kit';

const { topics, principals } = kafkaDeclarations();
mkdirSync('deploy/k8s/kafka', { recursive: true });
for (const [name, content] of Object.entries({ topics, access: principals })) {
  writeFileSync(`deploy/k8s/kafka/${name}.json`, `${JSON.stringify(content, undefined, 2)}\n`);
}
