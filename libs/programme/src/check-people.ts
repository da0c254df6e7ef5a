import type { Dataset, ProgrammeDefinition, Service } from './definition/definition.js';
import type { Population } from './definition/populations.js';
import type { PriorityPopulation, PriorityRule } from './definition/priority-population.js';
import { codedValues } from './definition/row-roles.js';
import type { Report } from './problem.js';

/** Checks that a rule asks for attributes and values that the schemas give. */
export function checkPriorityPopulation(
  { rule }: PriorityPopulation,
  schemas: readonly Dataset['schema'][],
  report: Report,
): void {
  const valuesOf = attributesOf(schemas);
  const check = (part: PriorityRule, path: string): void => {
    if ('all' in part) return part.all.forEach((inner, index) => check(inner, `${path}.all[${index}]`));
    if ('any' in part) return part.any.forEach((inner, index) => check(inner, `${path}.any[${index}]`));
    if ('not' in part) return check(part.not, `${path}.not`);
    if (!('attribute' in part)) return;
    const values = valuesOf.get(part.attribute);
    if (values === undefined)
      return report(`${path}.attribute`, `no column becomes attribute ${part.attribute}`);
    part.in.forEach((value, index) => {
      if (values.size > 0 && !values.has(value))
        report(`${path}.in[${index}]`, `"${value}" is no value of attribute ${part.attribute}`);
    });
  };
  check(rule, 'rule');
}

/** The codes of each attribute in any schema; none for one that is not coded. */
function attributesOf(schemas: readonly Dataset['schema'][]): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>();
  for (const { fields } of schemas) {
    for (const field of fields) {
      const { target } = field['x-kinledger'];
      if (target?.to !== 'attribute') continue;
      const known = values.get(target.name) ?? new Set();
      values.set(target.name, known);
      for (const code of codedValues(field) ?? []) known.add(code);
    }
  }
  return values;
}

/** Checks the sources of denominators. */
export function checkPopulations(
  populations: readonly Population[],
  datasets: readonly Pick<Dataset, 'id' | 'service'>[],
  services: readonly Service[],
  area: ProgrammeDefinition['area'],
  report: Report,
): void {
  const lsoas = new Set(area.lsoas.map(({ code }) => code));
  const ids = new Set<string>();
  populations.forEach(({ id, source }, index) => {
    if (ids.has(id)) report(`[${index}].id`, `"${id}" is defined twice`);
    ids.add(id);
    if ('dataset' in source) {
      const dataset = datasets.find((candidate) => candidate.id === source.dataset);
      const path = `[${index}].source.dataset`;
      if (dataset === undefined) report(path, `no dataset "${source.dataset}"`);
      else if (!services.some((service) => service.id === dataset.service && service.administrative))
        report(path, `"${source.dataset}" covers users only: name an administrative source`);
      return;
    }
    const seen = new Set<string>();
    source.rows.forEach(({ lsoa }, row) => {
      const path = `[${index}].source.rows[${row}].lsoa`;
      if (!lsoas.has(lsoa)) report(path, `${lsoa} is not in area.lsoas`);
      if (seen.has(lsoa)) report(path, `${lsoa} is listed twice`);
      seen.add(lsoa);
    });
  });
}
