import type { z } from 'zod';
import { checkPopulations } from './check-people.js';
import { checkService } from './check-services.js';
import { checkStrategy } from './check-strategy.js';
import * as definition from './definition/definition.js';
import { consentForm } from './definition/governance.js';
import type { ConsentForm } from './definition/governance.js';
import { jsonPath } from './problem.js';
import type { Report } from './problem.js';

/** A valid element of an array, with its index. */
interface Placed<T> {
  readonly index: number;
  readonly value: T;
}

/** The valid parts of a definition. */
export interface ReadableParts {
  readonly services: readonly Placed<definition.Service>[];
  readonly datasets: readonly Placed<z.infer<typeof definition.dataset>>[];
  readonly agreements: readonly Placed<z.infer<typeof definition.agreement>>[];
  readonly consentForms: readonly ConsentForm[];
  /** Undefined if its shape has a fault. */
  readonly whole: definition.ProgrammeDefinition | undefined;
}

type Reference = 'strand' | 'service' | 'dataset' | 'agreement';

/**
 * Checks the shape of a whole definition and its cross references. Reports an invalid element once and skips its
 * references; its id still counts as defined.
 * @param nameOf says where an element stands, for a problem that names another one.
 */
export function checkDefinition(
  json: unknown,
  report: Report,
  nameOf: (path: string) => string = (path) => path,
): ReadableParts {
  const shape = definition.programmeDefinition.safeParse(json);
  for (const issue of shape.error?.issues ?? []) report(jsonPath(issue.path), issue.message);

  const strands = placed(json, 'strands', definition.strand);
  const services = placed(json, 'services', definition.service);
  const datasets = placed(json, 'datasets', definition.dataset);
  const agreements = placed(json, 'agreements', definition.agreement);
  const known: Readonly<Record<Reference, ReadonlySet<unknown>>> = {
    strand: idsOf(json, 'strands'),
    service: idsOf(json, 'services'),
    dataset: idsOf(json, 'datasets'),
    agreement: idsOf(json, 'agreements'),
  };
  const requireKnown = (kind: Reference, id: string, path: string) => {
    if (!known[kind].has(id)) report(path, `no ${kind} "${id}"`);
  };

  reportRepeats(strands, ({ id }) => id, 'strands', 'id', report, nameOf);
  reportRepeats(services, ({ id }) => id, 'services', 'id', report, nameOf);
  reportRepeats(datasets, ({ id }) => id, 'datasets', 'id', report, nameOf);
  reportRepeats(agreements, ({ id }) => id, 'agreements', 'id', report, nameOf);

  for (const { index, value } of services) {
    const path = `services[${index}].strand`;
    if (value.strand !== undefined) requireKnown('strand', value.strand, path);
    if (value.strand === undefined && !value.administrative) {
      report(path, `service "${value.id}" belongs to a strand, unless it is administrative`);
    }
    if (value.strand !== undefined && value.administrative) {
      report(path, `"${value.id}" is an administrative source: it belongs to no strand`);
    }
  }

  const { green = 1, amber = 0 } = shape.data?.reporting?.targetRating ?? {};
  if (amber >= green)
    report('reporting.targetRating.amber', `${amber} is not below green, which is ${green}`);

  for (const { index, value } of services)
    checkService(value, (path, message) => report(`services[${index}].${path}`, message));

  for (const { index, value } of agreements) {
    if (value.validFrom >= value.validTo) {
      report(`agreements[${index}].validTo`, `${value.validTo} is not after ${value.validFrom}`);
    }
  }

  for (const { index, value } of datasets) {
    const path = `datasets[${index}]`;
    requireKnown('service', value.service, `${path}.service`);
    requireKnown('agreement', value.agreement, `${path}.agreement`);
    if (value.id !== `${value.service}.${value.dataType}`) {
      report(`${path}.id`, `expected "${value.service}.${value.dataType}", its service and data type`);
    }
    const service = services.find((candidate) => candidate.value.id === value.service)?.value;
    const agreed = agreements.find((candidate) => candidate.value.id === value.agreement)?.value;
    if (service && agreed && agreed.provider !== service.provider) {
      report(
        `${path}.agreement`,
        `agreement "${agreed.id}" is with ${agreed.provider}, but ${service.id} is provided by ${service.provider}`,
      );
    }
    if (service?.individualBeneficiaries === false && value.dataType !== 'input') {
      report(
        `${path}.dataType`,
        `service "${service.id}" has no individual beneficiaries: it reports input only`,
      );
    }
  }

  list(json, 'authority').forEach((id, index) => {
    if (typeof id !== 'string') return;
    requireKnown('dataset', id, `authority[${index}]`);
    if (list(json, 'authority').indexOf(id) !== index)
      report(`authority[${index}]`, `"${id}" is listed twice`);
  });

  const scopes = placed(json, 'familyScopes', definition.programmeDefinition.shape.familyScopes.element);
  reportRepeats(scopes, ({ scope }) => scope, 'familyScopes', 'scope', report, nameOf);
  for (const { index, value } of scopes) {
    if (value.scope === 'programme') {
      report(`familyScopes[${index}].scope`, 'the scope "programme" is there for every programme');
    }
    value.services.forEach((id, service) =>
      requireKnown('service', id, `familyScopes[${index}].services[${service}]`),
    );
  }

  if (shape.data !== undefined) checkStrategy(shape.data, report);

  const lsoas = new Map<string, number>();
  shape.data?.area.lsoas.forEach(({ code }, index) => {
    const first = lsoas.get(code);
    if (first !== undefined)
      report(`area.lsoas[${index}].code`, `${code} stands at area.lsoas[${first}] too`);
    else lsoas.set(code, index);
  });
  const consentForms = placed(json, 'consentForms', consentForm);
  reportRepeats(consentForms, ({ version }) => version, 'consentForms', 'version', report, nameOf);
  if (shape.data?.populations) {
    const { populations, area } = shape.data;
    const within: Report = (path, message) => report(`populations${path}`, message);
    checkPopulations(populations, shape.data.datasets, shape.data.services, area, within);
  }
  const forms = consentForms.map(({ value }) => value);
  return { services, datasets, agreements, consentForms: forms, whole: shape.data };
}

const list = (json: unknown, section: string): readonly unknown[] => {
  const value =
    typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[section] : undefined;
  return Array.isArray(value) ? (value as unknown[]) : [];
};

function placed<Element extends z.ZodType>(
  json: unknown,
  section: string,
  element: Element,
): readonly Placed<z.output<Element>>[] {
  return list(json, section).flatMap((candidate, index) => {
    const read = element.safeParse(candidate);
    return read.success ? [{ index, value: read.data }] : [];
  });
}

const idsOf = (json: unknown, section: string): ReadonlySet<unknown> =>
  new Set(
    list(json, section).map((element) =>
      typeof element === 'object' && element !== null && 'id' in element ? element.id : undefined,
    ),
  );

function reportRepeats<T>(
  elements: readonly Placed<T>[],
  idOf: (value: T) => string,
  section: string,
  property: string,
  report: Report,
  nameOf: (path: string) => string,
): void {
  const first = new Map<string, number>();
  for (const { index, value } of elements) {
    const name = idOf(value);
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else
      report(
        `${section}[${index}].${property}`,
        `"${name}" stands at ${nameOf(`${section}[${earlier}]`)} too`,
      );
  }
}
