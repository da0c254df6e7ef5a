import type { DatasetId, PeriodCode, ProviderId, Role } from '@kinledger/contracts';
import { academicYear, contains, parsePeriod, previousPeriod } from '@kinledger/domain';
import type { Period } from '@kinledger/domain';
import { returnsExpectedOf, rolesOf } from '@kinledger/programme';
import type { Dataset, Programme, Service } from '@kinledger/programme';
import { dayOf, isoOf } from './days.js';
import type { Day } from './days.js';
import { drawStyle, programStyle, scriptStyle } from './provider-style.js';
import type { ProviderStyle } from './provider-style.js';
import { Random } from './random.js';
import { RowPrinter } from './row-printer.js';
import { profileOf } from './service-profile.js';
import type { ServiceProfile } from './service-profile.js';

/** A service that begins late sends the first year at once. */
const QUARTERS_OF_A_YEAR = 4;

/** One file that a provider sends. */
export interface SyntheticFile {
  /** Place in the order of submission. */
  readonly ordinal: number;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly provider: ProviderId;
  /** Relative to the output folder, with forward slashes. */
  readonly path: string;
  readonly header: string;
  readonly lineEnd: string;
}

/** A quarter of the programme, in days. */
export interface QuarterDays {
  readonly period: Period;
  readonly starts: Day;
  readonly ends: Day;
}

/**
 * A dataset, its row printer, and its file by quarter; an academic year's file belongs to the quarter in which it is due.
 */
export interface DatasetPlan {
  readonly dataset: Dataset;
  readonly printer: RowPrinter;
  readonly files: readonly (SyntheticFile | undefined)[];
  /** Roles that its rows can have. */
  readonly roles: readonly Role[];
}

export interface ServicePlan {
  readonly index: number;
  readonly service: Service;
  readonly profile: ServiceProfile;
  readonly style: ProviderStyle;
  /** Prefix of its case numbers. */
  readonly prefix: string;
  readonly user: DatasetPlan | undefined;
  readonly engagement: DatasetPlan | undefined;
  readonly outcome: DatasetPlan | undefined;
  readonly feedback: DatasetPlan | undefined;
  readonly input: DatasetPlan | undefined;
  readonly qualifyingKinds: readonly string[];
  readonly otherKinds: readonly string[];
}

export interface Plan {
  readonly quarters: readonly QuarterDays[];
  readonly services: readonly ServicePlan[];
  readonly files: readonly SyntheticFile[];
}

/**
 * Plans the files, their order of submission, and each provider's style.
 * @param only services and datasets to write files for; all if absent.
 */
export function planProgramme(
  programme: Programme,
  quarterCount: number,
  endPeriod: PeriodCode,
  salt: string,
  root: Uint32Array,
  only?: readonly string[],
): Plan {
  const datasets = only === undefined ? programme.datasets : chosen(programme, only);
  const quarters = quartersUpTo(endPeriod, quarterCount);
  const styles = new Map<string, ProviderStyle>();
  const random = new Random(root);
  programme.definition.services.forEach(({ id, provider }, index) => {
    // A provider with several services has one case system.
    const known = [...styles].find(([service]) => programme.service(service)?.provider === provider)?.[1];
    styles.set(id, known ?? drawStyle(random.at('style', index)));
  });
  const atSource = [
    ...new Set(datasets.filter((one) => one.pseudonymisedAtSource).map(({ service }) => service)),
  ];
  const styleOf = (dataset: Dataset) => {
    if (!dataset.pseudonymisedAtSource) return styles.get(dataset.service) ?? scriptStyle;
    return atSource.indexOf(dataset.service) % 2 === 0 ? programStyle : scriptStyle;
  };
  const printers = new Map(
    datasets.map((dataset) => [dataset.id, new RowPrinter(dataset, styleOf(dataset), salt)] as const),
  );

  const files: SyntheticFile[] = [];
  const filesOf = new Map<DatasetId, (SyntheticFile | undefined)[]>(
    datasets.map(({ id }) => [id, quarters.map(() => undefined)]),
  );
  const send = (dataset: Dataset, period: Period, quarter: number) => {
    const printer = printers.get(dataset.id);
    const places = filesOf.get(dataset.id);
    if (!printer || !places) return;
    const file: SyntheticFile = {
      ordinal: files.length,
      dataset: dataset.id,
      period: period.code,
      provider: dataset.serviceDefinition.provider,
      path: `${period.code}/${dataset.id}.csv`,
      header: printer.header,
      lineEnd: printer.lineEnd,
    };
    files.push(file);
    places[quarter] = file;
  };
  // A run of a year or less has no time for a late beginning.
  const lateFrom = quarters.length > QUARTERS_OF_A_YEAR ? QUARTERS_OF_A_YEAR : 0;
  quarters.forEach(({ period }, quarter) => {
    for (const dataset of inOrderOfSubmission(datasets)) {
      const { every, absent, dueDays } = returnsExpectedOf(dataset);
      if (profileOf(dataset.service).beginsLate && quarter < lateFrom) continue;
      const filed = every === 'academic-year' ? academicYearDueIn(period, dueDays) : period;
      if (filed && !absent.has(filed.code)) send(dataset, filed, quarter);
    }
  });

  const services = programme.definition.services.map((service, index): ServicePlan => {
    const planOf = (dataType: Dataset['dataType']): DatasetPlan | undefined => {
      const dataset = programme.datasetsOf(service.id).find((candidate) => candidate.dataType === dataType);
      const printer = dataset && printers.get(dataset.id);
      if (!dataset || !printer) return undefined;
      return { dataset, printer, files: filesOf.get(dataset.id) ?? [], roles: rolesOf(dataset.schema) };
    };
    const engagement = planOf('engagement');
    const qualifying = engagement?.dataset.schema['x-kinledger'].sessionKinds ?? [];
    const kinds = engagement?.printer.codes.get('sessionKind') ?? qualifying;
    const user = planOf('user');
    return {
      index,
      service,
      profile: profileOf(service.id),
      style: user ? styleOf(user.dataset) : (styles.get(service.id) ?? scriptStyle),
      prefix: service.id
        .split('-')
        .map((word) => word.charAt(0).toUpperCase())
        .join(''),
      user,
      engagement,
      outcome: planOf('outcome'),
      feedback: planOf('feedback'),
      input: planOf('input'),
      qualifyingKinds: qualifying,
      otherKinds: kinds.filter((kind) => !qualifying.includes(kind)),
    };
  });
  return { quarters, services, files };
}

/** @throws RangeError for a name that is neither a service nor a dataset. */
function chosen({ datasets }: Programme, only: readonly string[]): readonly Dataset[] {
  const unknown = only.filter((name) => !datasets.some(({ id, service }) => id === name || service === name));
  if (unknown.length > 0) throw new RangeError(`no service or dataset ${unknown.join(', ')}`);
  return datasets.filter(({ id, service }) => only.includes(id) || only.includes(service));
}

/** Administrative sources first, then participants, then engagement. */
function inOrderOfSubmission(datasets: readonly Dataset[]): readonly Dataset[] {
  const types: readonly Dataset['dataType'][] = ['user', 'engagement', 'feedback', 'input', 'outcome'];
  const rank = ({ dataType, serviceDefinition }: Dataset) =>
    types.indexOf(dataType) * 2 + (serviceDefinition.administrative ? 0 : 1);
  return [...datasets].sort((left, right) => rank(left) - rank(right));
}

function quartersUpTo(endPeriod: PeriodCode, count: number): readonly QuarterDays[] {
  const last = parsePeriod(endPeriod);
  if (last?.kind !== 'quarter') throw new RangeError(`${endPeriod} is no quarter`);
  const quarters: QuarterDays[] = [];
  for (let period = last; quarters.length < count; period = previousPeriod(period)) {
    quarters.unshift({ period, starts: dayOf(period.start), ends: dayOf(period.end) });
  }
  return quarters;
}

/** Results of an academic year come when they are due, some time after the year. */
function academicYearDueIn(quarter: Period, dueDays: number): Period | undefined {
  const first = Number(quarter.start.slice(0, 4));
  return [first - 1, first - 2]
    .map((starts) => academicYear(starts))
    .find(({ end }) => contains(quarter, isoOf(dayOf(end) + dueDays)));
}
