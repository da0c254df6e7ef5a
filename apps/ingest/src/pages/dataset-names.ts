import type { DatasetOfService } from '@kinledger/page-kit/names';
import type { ProgrammeDefinition } from '@kinledger/programme';

/** The datasets of a programme by id, with what a page calls them by. */
export function datasetsByName({
  services,
  datasets,
}: Pick<ProgrammeDefinition, 'services' | 'datasets'>): ReadonlyMap<string, DatasetOfService> {
  const names = new Map(services.map((service) => [service.id, service.name]));
  return new Map(
    datasets.map(({ id: dataset, service, dataType }) => [
      dataset,
      { dataset, serviceName: names.get(service) ?? service, dataType },
    ]),
  );
}
