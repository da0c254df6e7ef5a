import { readProgramme, type Programme } from '@kinledger/programme';
import { Inject, type DynamicModule } from '@nestjs/common';

const PROGRAMME = Symbol('programme');

/**
 * Injects the programme that was read at start: `constructor(@InjectProgramme() private readonly programme:
 * Programme)`.
 */
export const InjectProgramme = () => Inject(PROGRAMME);

export class ProgrammeModule {
  /** @throws ProgrammeRefused if the folder contains no programme, or an invalid one. */
  static forRoot(directory: string): DynamicModule {
    return {
      module: ProgrammeModule,
      global: true,
      providers: [{ provide: PROGRAMME, useFactory: (): Promise<Programme> => readProgramme(directory) }],
      exports: [PROGRAMME],
    };
  }
}
