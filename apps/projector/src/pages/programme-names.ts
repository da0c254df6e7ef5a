import type { ProgrammeDefinition } from '@kinledger/programme';
import { ExplanationNames } from './explanation-view.js';

/** Names of the programme whose ledger the pages show. */
export class ProgrammeNames {
  readonly name: string;
  readonly explanations: ExplanationNames;
  readonly scopes: ReadonlyMap<string, string>;

  constructor(definition: ProgrammeDefinition) {
    this.name = definition.name;
    this.explanations = new ExplanationNames(definition);
    this.scopes = new Map([
      ['programme', 'Whole programme'],
      ...definition.strands.map(({ id, name }) => [`strand:${id}`, name] as const),
      ...definition.services.map(({ id, name }) => [`service:${id}`, name] as const),
    ]);
  }
}
