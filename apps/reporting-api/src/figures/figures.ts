import { periodOfDate, type Period } from '@kinledger/domain';
import { reach, reachByQuarter, type ReachScope } from '@kinledger/read-models';
import { Problem } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { ReadModels, type Snapshot } from '../read-models/read-models.js';
import type { QuartersAnswer, ReachAnswer } from './reach-answer.js';

/** Figures of the golden dataset, each by its definition in `@kinledger/read-models`. */
@Injectable()
export class Figures {
  constructor(private readonly readModels: ReadModels) {}

  /** Reach of a period, or of the lifetime where it is undefined. */
  async reach(period: Period | undefined, asAt?: number): Promise<ReachAnswer> {
    const question = `reach ${period?.code ?? 'lifetime'}`;
    const compute = async ({ client, schema }: Snapshot): Promise<ReachAnswer> => {
      const { programme: figure, ...rest } = await reach(client, {
        schema,
        ...(period === undefined ? {} : { period }),
      });
      const strands = rest.strands.map((strand) => ({ ...strand, services: [...strand.services] }));
      return {
        programme: await programmeName(client, schema),
        period: period?.code ?? 'lifetime',
        label: period?.label ?? 'Lifetime',
        reach: figure,
        ...rest,
        strands,
        otherServices: [...rest.otherServices],
        byDeprivation: [...rest.byDeprivation],
      };
    };
    return this.readModels.answer(question, compute, asAt);
  }

  /** Reach of each quarter with engagements, earliest first. @throws Problem 404 for a scope that is not in the programme. */
  async quarters(scope: ReachScope): Promise<QuartersAnswer> {
    const name = scope.kind === 'programme' ? 'programme' : `${scope.kind}:${scope.id}`;
    return this.readModels.answer(`quarters ${name}`, async ({ client, schema, position }) => {
      await requireScope(client, schema, scope);
      const rows = await reachByQuarter(client, schema, scope);
      return {
        programme: await programmeName(client, schema),
        scope: name,
        position,
        quarters: rows.map(({ start, ...figure }) => {
          const period = periodOfDate(start, 'quarter');
          return { period: period?.code ?? start, label: period?.label ?? start, ...figure };
        }),
      };
    });
  }

  /** Strands and services, in the order of the programme definition. */
  async scopes(): Promise<
    readonly {
      readonly strand: string;
      readonly name: string;
      readonly services: readonly { service: string; name: string }[];
    }[]
  > {
    return this.readModels.answer('scopes', async ({ client, schema }) => {
      const { rows } = await client.query<{
        strand: string;
        strand_name: string;
        service: string;
        name: string;
      }>(
        `SELECT t.strand, t.name AS strand_name, s.service, s.name
         FROM ${schema}.strand t JOIN ${schema}.service s USING (strand) ORDER BY t.ordinal, s.ordinal`,
      );
      return Map.groupBy(rows, ({ strand }) => strand)
        .entries()
        .map(([strand, services]) => ({ strand, name: services[0]?.strand_name ?? strand, services }))
        .toArray();
    });
  }
}

async function programmeName(client: Snapshot['client'], schema: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT definition->>'name' AS name FROM ${schema}.programme`,
  );
  return rows[0]?.name ?? '';
}

async function requireScope(client: Snapshot['client'], schema: string, scope: ReachScope): Promise<void> {
  if (scope.kind === 'programme') return;
  const { rowCount } = await client.query(`SELECT FROM ${schema}.${scope.kind} WHERE ${scope.kind} = $1`, [
    scope.id,
  ]);
  if (rowCount === 0) {
    throw new Problem(404, 'scope-unknown', { detail: `The programme has no ${scope.kind} of this name.` });
  }
}
