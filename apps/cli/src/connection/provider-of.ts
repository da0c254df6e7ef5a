import { readProgramme } from '@kinledger/programme';
import { Failure } from '../failure.js';

/** The provider of a dataset, by the programme of this machine’s services. @throws Failure for an unknown dataset */
export async function providerOf(dataset: string, programmeDirectory: string): Promise<string> {
  const programme = await readProgramme(programmeDirectory);
  const found = programme.dataset(dataset);
  if (found === undefined) {
    const known = programme.datasets.map(({ id }) => id).join(', ');
    throw new Failure(`the programme has no dataset "${dataset}"; it has ${known}`);
  }
  return found.serviceDefinition.provider;
}
