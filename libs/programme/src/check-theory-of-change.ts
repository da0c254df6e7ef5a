import type { Dataset } from './definition/definition.js';
import { codedValues } from './definition/row-roles.js';
import type { Measure, Pairing, TheoryOfChange } from './definition/theory-of-change.js';
import type { Report } from './problem.js';

/** A dataset with its schema, which is undefined if it has faults of its own. */
export type KnownDataset = Pick<Dataset, 'id' | 'dataType'> & {
  readonly schema: Dataset['schema'] | undefined;
};

/** Checks codes of domains and outcomes, and that each measure can be read from its dataset. */
export function checkTheoryOfChange(
  { domains, measures, pairing, collectiveImpact = [] }: TheoryOfChange,
  datasets: readonly KnownDataset[],
  report: Report,
): void {
  const codes = new Set<string>();
  domains.forEach((domain, index) => {
    const path = `domains[${index}]`;
    once(codes, domain.code, `${path}.code`, report);
    domain.outcomes.forEach(({ code }, nth) => {
      once(codes, code, `${path}.outcomes[${nth}].code`, report);
      if (!code.startsWith(`${domain.code}.`))
        report(`${path}.outcomes[${nth}].code`, `"${code}" does not begin with "${domain.code}."`);
    });
  });
  const ids = new Set<string>();
  measures.forEach((measure, index) => {
    const path = `measures[${index}]`;
    once(ids, measure.id, `${path}.id`, report);
    if (!codes.has(measure.outcome)) report(`${path}.outcome`, `no outcome "${measure.outcome}"`);
    const dataset = datasets.find(({ id }) => id === measure.dataset);
    if (dataset === undefined) report(`${path}.dataset`, `no dataset "${measure.dataset}"`);
    else checkSource(measure, dataset, (at, message) => report(`${path}.${at}`, message));
    if (measure.pairing !== undefined && !('instrument' in measure.of))
      report(`${path}.pairing`, 'answers to a question are not paired');
    checkPairing(measure, pairing, dataset, (at, message) => report(`${path}.pairing${at}`, message));
  });
  const outcomeIds = new Set<string>();
  collectiveImpact.forEach((outcome, index) => {
    const path = `collectiveImpact[${index}]`;
    once(outcomeIds, outcome.id, `${path}.id`, report);
    const own = outcome.measures.map((id) => measures.find((measure) => measure.id === id));
    own.forEach((measure, nth) => {
      const at = `${path}.measures[${nth}]`;
      const id = outcome.measures[nth] ?? '';
      if (measure === undefined) report(at, `no measure "${id}"`);
      else if (measure.achieved === undefined || !('instrument' in measure.of))
        report(at, `"${id}" is no score of which the definition says when it is achieved`);
      else if (measure.dataset !== own[0]?.dataset)
        report(at, `"${id}" is of another dataset than the first`);
      if (outcome.measures.indexOf(id) !== nth) report(at, `"${id}" is listed twice`);
    });
  });
}

/** Checks what holds for a measure, with what all measures have in common. */
function checkPairing(
  { of, pairing: own }: Measure,
  common: Pairing | undefined,
  dataset: KnownDataset | undefined,
  report: Report,
): void {
  const { minimumDays = 28, windowDays = 365, informant, ...occasions } = { ...common, ...own };
  if (minimumDays > windowDays)
    report(
      '',
      `a last score at least ${minimumDays} days after the first is beyond the window of ${windowDays}`,
    );
  const schema = dataset?.schema;
  if (own === undefined || schema === undefined || !('instrument' in of)) return;
  const known = occasionsOf(schema);
  for (const which of ['first', 'last'] as const)
    for (const [index, name] of (own[which] === undefined ? [] : (occasions[which] ?? [])).entries())
      if (!known.includes(name)) report(`.${which}[${index}]`, `"${name}" is no occasion of the dataset`);
  const names = schema.fields.flatMap(({ 'x-kinledger': { target } }) =>
    target?.to === 'attribute' ? [target.name] : [],
  );
  if (own.informant !== undefined && informant !== undefined && !names.includes(informant))
    report('.informant', `the dataset has no attribute "${informant}"`);
}

const occasionsOf = (schema: Dataset['schema']): readonly string[] => [
  ...codesOfFact(schema, 'occasion'),
  ...schema.fields.flatMap(({ 'x-kinledger': { target } }) =>
    target?.to === 'measure' && target.occasion !== undefined ? [target.occasion] : [],
  ),
];

function once(seen: Set<string>, name: string, path: string, report: Report): void {
  if (seen.has(name)) report(path, `"${name}" is defined twice`);
  seen.add(name);
}

function checkSource({ of }: Measure, dataset: KnownDataset, report: Report): void {
  const dataType = 'question' in of ? 'feedback' : 'outcome';
  if (dataset.dataType !== dataType)
    return report('of', `"${dataset.id}" is not ${dataType}, and has no ${Object.keys(of).join(' and ')}`);
  const wanted: Readonly<Partial<Record<'instrument' | 'measure' | 'question', string>>> = of;
  for (const fact of ['instrument', 'measure', 'question'] as const) {
    const value = wanted[fact];
    if (value === undefined || dataset.schema === undefined) continue;
    const known = fact === 'question' ? codesOfFact(dataset.schema, fact) : codesOf(dataset.schema, fact);
    if (!known.includes(value)) report(`of.${fact}`, `"${value}" is no ${fact} of "${dataset.id}"`);
  }
}

/** The codes of the rows' fact, and those of columns that become measures. */
const codesOf = (schema: Dataset['schema'], fact: 'instrument' | 'measure'): readonly string[] => [
  ...codesOfFact(schema, fact),
  ...schema.fields.flatMap(({ 'x-kinledger': { target } }) => {
    const named = target?.to === 'measure' ? target[fact] : undefined;
    return named === undefined ? [] : [named];
  }),
];

function codesOfFact(
  schema: Dataset['schema'],
  fact: 'instrument' | 'measure' | 'occasion' | 'question',
): readonly string[] {
  const fixed = schema['x-kinledger'].facts?.[fact];
  if (fixed !== undefined) return [fixed];
  const column = schema.fields.find(
    ({ 'x-kinledger': { target } }) => target?.to === 'fact' && target.name === fact,
  );
  return (column && codedValues(column)) ?? [];
}
