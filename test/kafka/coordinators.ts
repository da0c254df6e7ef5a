import { Connection, findCoordinatorV6 } from '@platformatic/kafka';

/** The node that coordinates a group, as a broker says. */
export async function coordinatorOf(bootstrap: string, group: string): Promise<number> {
  const [host = '', port] = bootstrap.split(':');
  const connection = new Connection('test');
  await connection.connect(host, Number(port));
  try {
    const { coordinators } = await findCoordinatorV6.api.async(connection, 0, [group]);
    return coordinators[0]?.nodeId ?? -1;
  } finally {
    await connection.close();
  }
}
