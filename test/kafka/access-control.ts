import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import type { KafkaAccessRule } from '@kinledger/service-kit';

const resourceTypes = { topic: ResourceTypes.TOPIC, group: ResourceTypes.GROUP };
const operations = {
  Read: AclOperations.READ,
  Write: AclOperations.WRITE,
  Describe: AclOperations.DESCRIBE,
  DescribeConfigs: AclOperations.DESCRIBE_CONFIGS,
  Delete: AclOperations.DELETE,
};

/** Grants a user the declared rights, as an operator's tool would. */
export async function grant(
  bootstrap: string,
  user: string,
  rules: readonly KafkaAccessRule[],
): Promise<void> {
  if (rules.length === 0) return;
  const admin = new Admin({ clientId: 'operator', bootstrapBrokers: [bootstrap] });
  await admin.createAcls({
    creations: rules.flatMap((rule) =>
      rule.operations.map((operation) => ({
        resourceType: resourceTypes[rule.resource],
        resourceName: rule.name,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${user}`,
        host: '*',
        operation: operations[operation],
        permissionType: AclPermissionTypes.ALLOW,
      })),
    ),
  });
  await admin.close();
}
