import { titleOf, wordsOf } from './readable-code.js';

/** The content of a dataset, by data type. */
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
 * Names a dataset by its service and content: “Baby Steps: people”. A dataset that the programme does not have, or no
 * longer has, gets the words of its id.
 */
export function datasetName(dataset: string, known: ReadonlyMap<string, DatasetOfService>): string {
  const found = known.get(dataset);
  if (found === undefined) return titleOf(dataset);
  return `${found.serviceName}: ${contents[found.dataType] ?? wordsOf(found.dataType)}`;
}

export const namedDataTypes: ReadonlySet<string> = new Set(Object.keys(contents));
