import { setTimeout } from 'node:timers/promises';
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

/** Grants a user the declared rights, as an operator's tool would, and waits until the broker applies them. */
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
  const granted = rules.reduce((sum, { operations: allowed }) => sum + allowed.length, 0);
  // The broker learns from the controller, some time after this has accepted them.
  while ((await rightsOf(admin, user)) < granted) await setTimeout(50);
  await admin.close();
}

/** How many rights of a user the broker applies. */
async function rightsOf(admin: Admin, user: string): Promise<number> {
  const resources = await admin.describeAcls({
    filter: {
      ...{ resourceType: ResourceTypes.ANY, resourceName: null },
      ...{ resourcePatternType: ResourcePatternTypes.ANY, principal: `User:${user}`, host: null },
      ...{ operation: AclOperations.ANY, permissionType: AclPermissionTypes.ANY },
    },
  });
  return resources.reduce((sum, { acls }) => sum + acls.length, 0);
}
