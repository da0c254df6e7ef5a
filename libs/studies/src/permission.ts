import type { DatasetId } from '@kinledger/contracts';
import type { Dataset, Programme } from '@kinledger/programme';
import type { DataOutputSpecification } from './specification.js';

/** Why a study may not have what it asks for: the place in the specification, and what to do. */
export interface Refusal {
  readonly path: string;
  readonly message: string;
}

/** What a study may see of one dataset. */
export interface PermittedDataset {
  readonly dataset: DatasetId;
  /** Attributes of people that may be shown where this dataset’s row is what says them; `lsoa` stands for the area. */
  readonly attributes: readonly string[];
  /**
   * Where people agreed to it row by row: the datasets of people of the same service, the attribute in which their rows
   * keep the version of the consent form, and the versions that include evaluation.
   */
  readonly consent?: {
    readonly of: readonly DatasetId[];
    readonly attribute: string;
    readonly versions: readonly string[];
  };
}

/** @returns what the study may see of each dataset that it names, and every reason against it. */
export function permissionOf(
  programme: Programme,
  specification: DataOutputSpecification,
  today: string,
): { readonly permitted: readonly PermittedDataset[]; readonly refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  if (specification.expires <= today)
    refusals.push({
      path: 'expires',
      message: 'that day has come: state the day by which every copy is destroyed',
    });
  const { from, until } = specification.cohort;
  if (from !== undefined && until !== undefined && from >= until)
    refusals.push({ path: 'cohort.until', message: 'the period ends before it begins' });
  specification.cohort.services?.forEach((service, index) => {
    if (programme.service(service) === undefined)
      refusals.push({
        path: `cohort.services.${index}`,
        message: `the programme has no service "${service}"`,
      });
  });
  const permitted = specification.datasets.flatMap((id, index): PermittedDataset[] => {
    const path = `datasets.${index}`;
    const dataset = programme.dataset(id);
    if (dataset === undefined) {
      refusals.push({ path, message: `the programme has no dataset "${id}"` });
      return [];
    }
    const { messages, allowed } = permittedOf(programme, dataset, specification, today);
    refusals.push(...messages.map((message) => ({ path, message })));
    return allowed === undefined ? [] : [allowed];
  });
  const shown = new Set(permitted.flatMap(({ attributes }) => attributes));
  specification.attributes.forEach((attribute, index) => {
    const path = `attributes.${index}`;
    if (attribute === AREA) refusals.push({ path, message: 'the area is asked for by "area"' });
    else if (permitted.length > 0 && !shown.has(attribute))
      refusals.push({
        path,
        message: `no agreement of the datasets permits the study "${attribute}": leave it out`,
      });
  });
  if (specification.area !== 'none' && permitted.length > 0 && !shown.has(AREA))
    refusals.push({
      path: 'area',
      message: `no agreement of the datasets permits the study the ${specification.area}: ask for less`,
    });
  return { permitted, refusals };
}

const AREA = 'lsoa';

function permittedOf(
  programme: Programme,
  dataset: Dataset,
  { study, expires, attributes, area }: DataOutputSpecification,
  today: string,
): { readonly messages: readonly string[]; readonly allowed?: PermittedDataset } {
  // The check of the definition has found the agreement of every dataset.
  const agreement = programme.agreement(dataset.agreement);
  const given = agreement?.studies?.find((each) => each.study === study);
  if (agreement === undefined || given === undefined)
    return {
      messages: [
        `agreement "${dataset.agreement}" does not allow the study "${study}" rows of "${dataset.id}": leave the dataset out, or have the provider agree`,
      ],
    };
  const messages: string[] = [];
  if (agreement.validTo < today) messages.push(`agreement "${agreement.id}" ended on ${agreement.validTo}`);
  if (expires > given.until)
    messages.push(
      `agreement "${agreement.id}" allows no copy after ${given.until}: let the study expire by then`,
    );
  const consent = consentOf(programme, dataset);
  if (consent === 'not kept')
    messages.push(
      `people of "${dataset.service}" agree by versions of a consent form, but no row keeps its version: give that column the target attribute`,
    );
  const wanted = attributes.filter((attribute) => given.attributes?.includes(attribute) === true);
  const mayKnowArea =
    area !== 'none' && given.area !== undefined && (area === 'decile' || given.area === 'lsoa');
  return {
    messages,
    allowed: {
      dataset: dataset.id,
      attributes: mayKnowArea ? [...wanted, AREA] : wanted,
      ...(consent === undefined || consent === 'not kept' ? {} : { consent }),
    },
  };
}

/** How people of the dataset’s service agree to evaluation, if by versions of a consent form. */
function consentOf(programme: Programme, { service }: Dataset): PermittedDataset['consent'] | 'not kept' {
  const columns = programme
    .datasetsOf(service)
    .flatMap(({ id, schema }) =>
      schema.fields.flatMap(({ 'x-kinledger': { codeSystem, target } }) =>
        codeSystem === 'consent-form-version' ? [{ id, target }] : [],
      ),
    );
  const [first] = columns;
  if (first === undefined) return undefined;
  const kept = columns.flatMap(({ id, target }) =>
    target?.to === 'attribute' ? [{ id, attribute: target.name }] : [],
  );
  const attributes = new Set(kept.map(({ attribute }) => attribute));
  const [attribute] = attributes;
  if (kept.length < columns.length || attribute === undefined || attributes.size > 1) return 'not kept';
  const versions = (programme.definition.consentForms ?? []).flatMap(({ version, scopes }) =>
    scopes.includes('evaluation') ? [version] : [],
  );
  return { of: kept.map(({ id }) => id), attribute, versions };
}
