import { modelText, readModel, type Model } from '@kinledger/kin';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { textOf } from '../input/text-file.js';

/**
 * The text of a model, for people who compare two of them line by line: members in the order of its canonical form, and a line for the
 * levels of each field.
 */
export const modelFileText = (model: Model): string => `${indented(JSON.parse(modelText(model)), '')}\n`;

function indented(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const parts: unknown[] = value;
    if (parts.every((part) => typeof part !== 'object'))
      return `[${parts.map((part) => JSON.stringify(part)).join(', ')}]`;
    return `[\n${parts.map((part) => inner + indented(part, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${indented(member, inner)}`,
  );
  return `{\n${members.join(',\n')}\n${indent}}`;
}

/** @throws Failure if the file holds no model that this release can use. */
export function readModelFile(file: string): Model {
  let document: unknown;
  try {
    document = JSON.parse(textOf(file));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${file} is not JSON`);
  }
  try {
    return readModel(document);
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    throw new Failure(
      issue === undefined
        ? `${file}: ${error instanceof Error ? error.message : String(error)}`
        : `${file} is no model: ${issue.path.join('.')}: ${issue.message}`,
    );
  }
}
