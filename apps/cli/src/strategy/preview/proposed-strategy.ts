import type { LedgerAtHand } from '@kinledger/decisions';
import { firstBands, strategyOf } from '@kinledger/domain';
import { modelText } from '@kinledger/kin';
import { readProgramme, type ProgrammeDefinition } from '@kinledger/programme';
import { z } from 'zod';
import { Failure } from '../../failure.js';
import { readModelFile } from '../model-file.js';

export const strategyNames = ['leap-1', 'kin-1'] as const;

/** How somebody says which strategy is meant: a whole definition, or what differs from the one in force. */
export interface ProposedOptions {
  readonly definition?: string;
  readonly strategy?: (typeof strategyNames)[number];
  readonly model?: string;
  readonly reviewFrom?: number;
  readonly linkFrom?: number;
  readonly margin?: number;
}

type Settings = ProgrammeDefinition['strategy'];
type Kin1Settings = Extract<Settings, { readonly name: 'kin-1' }>;
type ModelDocument = Extract<Kin1Settings['model'], { readonly document: unknown }>['document'];

/** @throws Failure if the options say nothing, or two things. */
export function requireOneProposal({ definition, strategy, model, ...bands }: ProposedOptions): void {
  const isChanged = [strategy, model, bands.reviewFrom, bands.linkFrom, bands.margin].some(
    (option) => option !== undefined,
  );
  if (definition !== undefined && isChanged)
    throw new Failure('--definition says all of a strategy: leave out the other options');
  if (definition === undefined && !isChanged)
    throw new Failure('say which strategy: --definition FOLDER, --strategy NAME or --model FILE');
}

/**
 * The definition in force with the strategy that the options name. Of a whole definition it takes what linkage depends on.
 * @throws Failure; ProgrammeRefused.
 */
export async function proposedDefinition(
  options: ProposedOptions,
  { definition: inForce, people }: Pick<LedgerAtHand, 'definition' | 'people'>,
): Promise<ProgrammeDefinition> {
  const proposed = options.definition;
  const definition =
    proposed === undefined
      ? { ...inForce, strategy: changedStrategy(options, inForce.strategy, people) }
      : (await readProgramme(proposed)).definition;
  if (definition.id !== inForce.id)
    throw new Failure(
      `${proposed ?? ''} defines the programme "${definition.id}", and the ledger is of "${inForce.id}"`,
    );
  if (definition.strategy.name === 'kin-1' && definition.derivations === undefined)
    throw new Failure(
      'kin-1 compares derived tokens, and the programme has none: set "derivations" in its definition first, and have its files sent again',
    );
  try {
    strategyOf(definition.strategy);
  } catch (error) {
    throw new Failure(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  }
  return { ...inForce, strategy: definition.strategy, familyScopes: definition.familyScopes };
}

function changedStrategy(options: ProposedOptions, inForce: Settings, people: number): Settings {
  const { strategy, model, reviewFrom, linkFrom, margin } = options;
  const name = strategy ?? (model === undefined ? inForce.name : 'kin-1');
  const { maxBirthDatesPerToken, maxCasesPerToken, maxHoldersPerToken, maxChildrenPerCarerToken } = inForce;
  const limits = { maxBirthDatesPerToken, maxCasesPerToken, maxHoldersPerToken, maxChildrenPerCarerToken };
  if (name === 'leap-1') {
    if ([model, reviewFrom, linkFrom, margin].some((option) => option !== undefined))
      throw new Failure('leap-1 has neither a model nor bands: leave out --model and the options of bands');
    return { name, ...limits };
  }
  const before: Omit<Kin1Settings, keyof typeof limits> =
    inForce.name === 'kin-1'
      ? inForce
      : { name, ...firstBands, model: { coldStart: roundedDown(Math.max(people, 2)) } };
  return {
    ...before,
    ...limits,
    name,
    model: model === undefined ? before.model : { document: documentIn(model) },
    reviewFrom: reviewFrom ?? before.reviewFrom,
    linkFrom: linkFrom ?? before.linkFrom,
    margin: margin ?? before.margin,
  };
}

/** To two digits: a model for about so many rows is meant, and the same one for some more. */
function roundedDown(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.floor(count / unit) * unit;
}

/** The document of a model, as a definition has it. @throws Failure if the file holds no model that this release can use. */
const documentIn = (file: string): ModelDocument =>
  JSON.parse(modelText(readModelFile(file))) as ModelDocument; // the text of one
