import { titleOf, wordsOf } from './readable-code.js';

/** What a dataset of a data type holds. */
const contents: Readonly<Record<string, string>> = {
  user: 'people',
  engagement: 'attendance',
  outcome: 'outcomes',
  feedback: 'feedback',
  input: 'activity and resources',
};

export interface DatasetOfService {
  readonly dataset: string;
  readonly serviceName: string;
  readonly dataType: string;
}

/**
 * A dataset by its service’s name and what it holds: “Baby Steps: people”. One that the programme does not know, or not
 * any more, reads as the words of its id.
 */
export function datasetName(dataset: string, known: ReadonlyMap<string, DatasetOfService>): string {
  const found = known.get(dataset);
  if (found === undefined) return titleOf(dataset);
  return `${found.serviceName}: ${contents[found.dataType] ?? wordsOf(found.dataType)}`;
}

export const namedDataTypes: ReadonlySet<string> = new Set(Object.keys(contents));
