import type { Caller } from '@kinledger/service-kit';
import { hasRole, Problem } from '@kinledger/service-kit';
import type { ProviderId } from '@kinledger/contracts';
import { parsePeriod, type Period } from '@kinledger/domain';
import type { Agreement, Dataset, Programme } from '@kinledger/programme';

/** Whether a caller may see and change files of a provider. */
export const mayActFor = (caller: Caller, provider: ProviderId | string): boolean =>
  hasRole(caller, 'data-team') || (hasRole(caller, 'provider') && caller.organisation === provider);

/**
 * The provider whose files a caller sees; undefined for the data team, which sees those of all.
 * @throws Problem 403 for a caller who acts for no provider.
 */
export function providerSeenBy(caller: Caller): ProviderId | undefined {
  if (hasRole(caller, 'data-team')) return undefined;
  if (caller.organisation !== undefined && hasRole(caller, 'provider')) return caller.organisation;
  throw new Problem(403, 'not-allowed', { detail: 'This account acts for no provider.' });
}

/**
 * Returns the requested dataset. The list of datasets is public configuration, so an unknown dataset and another
 * provider's give different errors; everything else of another provider is answered like something unknown.
 * @throws Problem 404 or 403
 */
export function datasetFor(programme: Programme, caller: Caller, id: string): Dataset {
  const dataset = programme.dataset(id);
  if (dataset === undefined) {
    throw new Problem(404, 'dataset-unknown', {
      detail: 'This programme has no such dataset. Dataset names look like natural-thinkers.user.',
    });
  }
  if (!mayActFor(caller, dataset.serviceDefinition.provider)) {
    throw new Problem(403, 'not-your-dataset', {
      detail: 'This account may not send files for that dataset.',
    });
  }
  return dataset;
}

/** @throws Problem 400 for a text that names no period, or a period that has not begun. */
export function periodFor(text: string, today: string): Period {
  const period = parsePeriod(text);
  if (period === undefined) {
    throw new Problem(400, 'period-unknown', {
      detail: 'The period cannot be read. Write it as 2023-24-Q2, Q2 2023/24 or 2023-24-AY.',
    });
  }
  if (period.start > today) {
    throw new Problem(400, 'period-not-begun', { detail: `${period.label} has not begun yet.` });
  }
  return period;
}

/**
 * Returns the agreement under which a file of the dataset may be sent: it must cover the whole period.
 * @throws Problem 409
 */
export function liveAgreement(programme: Programme, dataset: Dataset, period: Period): Agreement {
  const agreement = programme.agreement(dataset.agreement);
  const live =
    agreement !== undefined &&
    agreement.provider === dataset.serviceDefinition.provider &&
    agreement.validFrom <= period.start &&
    dayAfter(agreement.validTo) >= period.end;
  if (!live) {
    throw new Problem(409, 'no-live-agreement', {
      detail: `The data sharing agreement ${dataset.agreement} does not cover ${period.label}. Contact the programme’s data team before you send anything.`,
    });
  }
  return agreement;
}

const dayAfter = (isoDate: string): string =>
  new Date(Date.parse(`${isoDate}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
