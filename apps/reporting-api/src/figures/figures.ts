import { londonDay, periodOfDate, type Period } from '@kinledger/domain';
import { reach, reachByQuarter, receivedFiles, type ReachScope } from '@kinledger/read-models';
import { Problem } from '@kinledger/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { ReadModels, type Snapshot } from '../read-models/read-models.js';
import { covered, coverageOfAll, coverageOfService, filesOf } from './coverage.js';
import { hasBegun, offeredPeriods, type OfferedPeriods } from './offered-periods.js';
import type { DatasetOfService } from '../names/dataset-names.js';
import type { QuartersAnswer, ReachAnswer } from './reach-answer.js';

/** A service as the programme defines it. */
export interface ServiceName {
  readonly service: string;
  readonly name: string;
  /** Null for an administrative source. */
  readonly strand: string | null;
  readonly strandName: string | null;
  readonly individualBeneficiaries: boolean;
  /** Codes of the session kinds that count, in any of its datasets. */
  readonly sessionKinds: readonly string[];
}

/** Figures of the golden dataset, each by its definition in `@kinledger/read-models`. */
@Injectable()
export class Figures {
  constructor(
    private readonly readModels: ReadModels,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Reach of a period, or of the lifetime where it is undefined.
   * @throws Problem 404 for a period that has not begun.
   */
  async reach(period: Period | undefined, asAt?: number): Promise<ReachAnswer> {
    if (period !== undefined && !hasBegun(period, this.today)) throw notBegun(period, this.today);
    const question = `reach ${period?.code ?? 'lifetime'}`;
    const compute = async ({ client, schema }: Snapshot): Promise<Omit<ReachAnswer, 'behindSince'>> => {
      const { programme, strands, otherServices, byDeprivation, ...rest } = await reach(client, {
        schema,
        ...(period === undefined ? {} : { period }),
      });
      const files = filesOf(await receivedFiles(client, schema), period);
      const services = strands.flatMap((strand) => strand.services);
      const together = (parts: typeof services) =>
        coverageOfAll(parts.map((service) => coverageOfService(service, files)));
      return {
        programme: await programmeName(client, schema),
        period: period?.code ?? 'lifetime',
        label: period?.label ?? 'Lifetime',
        reach: covered(programme, together([...services, ...otherServices])),
        ...rest,
        strands: strands.map((strand) => ({
          ...covered(strand, together([...strand.services])),
          services: strand.services.map((service) => covered(service, coverageOfService(service, files))),
        })),
        otherServices: otherServices.map((service) => covered(service, coverageOfService(service, files))),
        byDeprivation: [...byDeprivation],
      };
    };
    const answer = await this.readModels.answer(question, compute, asAt);
    // What stands at a past position does not grow old.
    return asAt === undefined ? this.withAge(answer) : { ...answer, behindSince: null };
  }

  /**
   * Reach of each quarter up to the latest that a file was received for, or that holds attendance, earliest first.
   * Quarters in between that nothing came for are there. @throws Problem 404 for a scope that is not in the programme.
   */
  async quarters(scope: ReachScope): Promise<QuartersAnswer> {
    const name = scope.kind === 'programme' ? 'programme' : `${scope.kind}:${scope.id}`;
    const today = this.today;
    const answer = await this.readModels.answer(`quarters ${name} ${quarterOf(today)}`, async (snapshot) => {
      const { client, schema, position } = snapshot;
      await requireScope(client, schema, scope);
      const files = await receivedFiles(client, schema);
      const whole = await reachByQuarter(client, schema, { kind: 'programme' });
      const offered = offeredPeriods(
        files,
        whole.map(({ start }) => start),
        today,
      );
      const rows = scope.kind === 'programme' ? whole : await reachByQuarter(client, schema, scope);
      const services = (await servicesOf(snapshot)).filter((service) => isWithin(service, scope));
      const shown = offered.quarters.filter(
        ({ code, start }) =>
          whole.some((row) => row.start === start) ||
          code === offered.opens.code ||
          start < offered.opens.start,
      );
      return {
        programme: await programmeName(client, schema),
        scope: name,
        position,
        quarters: (files.length + whole.length === 0 ? [] : shown).map((period) => {
          const { start, ...figure } = rows.find((row) => row.start === period.start) ?? nobody(period.start);
          const own = filesOf(files, period);
          const coverage = coverageOfAll(services.map((service) => coverageOfService(service, own)));
          return { period: period.code, label: period.label, ...covered(figure, coverage) };
        }),
      };
    });
    return this.withAge(answer);
  }

  /** What may be asked for today, and what a reader sees first. */
  async offered(): Promise<OfferedPeriods> {
    const today = this.today;
    return this.readModels.answer(`offered ${quarterOf(today)}`, async ({ client, schema }) =>
      offeredPeriods(
        await receivedFiles(client, schema),
        (await reachByQuarter(client, schema, { kind: 'programme' })).map(({ start }) => start),
        today,
      ),
    );
  }

  /** Services, in the order of the programme definition, administrative sources last. */
  async services(): Promise<readonly ServiceName[]> {
    return this.readModels.answer('services', servicesOf);
  }

  /** Datasets by id. */
  async datasets(): Promise<ReadonlyMap<string, DatasetOfService>> {
    return this.readModels.answer('datasets', async ({ client, schema }) => {
      const { rows } = await client.query<DatasetOfService>(
        `SELECT d.dataset, s.name AS "serviceName", d.data_type AS "dataType"
         FROM ${schema}.dataset d JOIN ${schema}.service s USING (service)`,
      );
      return new Map(rows.map((row) => [row.dataset, row]));
    });
  }

  /** Name of the programme, the ledger position of the read models, and since when they are behind the ledger. */
  async programme(): Promise<{
    readonly programme: string;
    readonly position: number;
    readonly behindSince: string | null;
  }> {
    return this.withAge(
      await this.readModels.answer('programme', async ({ client, schema, position }) => ({
        programme: await programmeName(client, schema),
        position,
      })),
    );
  }

  /** Asked each time: an answer that is remembered grows older. */
  private async withAge<T extends object>(answer: T): Promise<T & { readonly behindSince: string | null }> {
    return { ...answer, behindSince: await this.readModels.behindSince() };
  }

  /** yyyy-mm-dd in Europe/London. */
  private get today(): string {
    return londonDay(this.clock());
  }
}

const quarterOf = (day: string): string => periodOfDate(day)?.code ?? day;

const nobody = (start: string) => ({
  ...{ start, children: 0, adults: 0, families: 0, individuals: 0 },
  ...{ unlinkable: 0, referred: 0, indistinct: 0, upperBound: 0 },
});

/** An administrative source reports of people whom no service reached: it is part of no coverage but its own. */
const isWithin = (service: ServiceName, scope: ReachScope): boolean => {
  if (scope.kind === 'service') return service.service === scope.id;
  return scope.kind === 'strand' ? service.strand === scope.id : service.strand !== null;
};

function notBegun(period: Period, today: string): Problem {
  const latest = periodOfDate(today, period.kind);
  return new Problem(404, 'period-not-begun', {
    detail: `${period.label} has not begun: ask for ${latest?.label ?? 'the present period'} or an earlier one.`,
  });
}

async function servicesOf({ client, schema }: Snapshot): Promise<readonly ServiceName[]> {
  const { rows } = await client.query<ServiceName>(
    `SELECT s.service, s.name, s.strand, t.name AS "strandName",
            s.individual_beneficiaries AS "individualBeneficiaries",
            ARRAY(SELECT DISTINCT kind FROM ${schema}.dataset d, unnest(d.session_kinds) AS kind
                  WHERE d.service = s.service AND d.data_type = 'engagement' ORDER BY kind) AS "sessionKinds"
     FROM ${schema}.service s LEFT JOIN ${schema}.strand t USING (strand)
     ORDER BY t.ordinal NULLS LAST, s.ordinal`,
  );
  return rows;
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
