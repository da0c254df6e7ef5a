import { SaxesParser } from 'saxes';
import { isFileRefused } from '../file-refused.js';
import { workbookDamaged } from './workbook-refused.js';

export type Attributes = Readonly<Record<string, string>>;

/** What a reader of one kind of part does with its elements. Names are local: without a prefix. */
export interface XmlHandler {
  open(name: string, attributes: Attributes): void;
  close(name: string): void;
  text(text: string): void;
}

/** No element of a workbook is as long: one that seems so would grow in memory. */
const MAX_WITHOUT_ELEMENT = 2 * 1024 ** 2;

/**
 * Parses a part piece by piece and yields after each one, so that a long part blocks nothing for long. A document type
 * declaration, with which entities would be defined, is refused: no spreadsheet program writes any.
 * @throws FileRefused for text that is not well-formed XML in UTF-8.
 */
export async function* parsedXml(
  pieces: AsyncIterable<Uint8Array>,
  handler: XmlHandler,
): AsyncGenerator<undefined, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = new SaxesParser({ position: false, xmlns: false as const });
  let silent = 0;
  parser.on('opentag', ({ name, attributes }) => {
    silent = 0;
    handler.open(localName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    silent = 0;
    handler.close(localName(name));
  });
  parser.on('text', (text) => handler.text(text));
  parser.on('cdata', (text) => handler.text(text));
  parser.on('doctype', () => {
    throw workbookDamaged();
  });
  try {
    for await (const piece of pieces) {
      silent += piece.length;
      if (silent > MAX_WITHOUT_ELEMENT) throw workbookDamaged();
      parser.write(decoder.decode(piece, { stream: true }));
      yield undefined;
    }
    parser.write(decoder.decode());
    parser.close();
  } catch (error) {
    // The parser's and the decoder's own errors quote the part.
    throw isFileRefused(error) ? error : workbookDamaged();
  }
  yield undefined;
  return undefined;
}

/** Parses a part to its end. */
export async function parseXml(pieces: AsyncIterable<Uint8Array>, handler: XmlHandler): Promise<void> {
  for await (const _ of parsedXml(pieces, handler)) continue;
}

/** The value of an attribute by its local name, whatever its prefix. */
export function attributeOf(attributes: Attributes, local: string): string | undefined {
  const exact = attributes[local];
  if (exact !== undefined) return exact;
  for (const name in attributes) if (localName(name) === local) return attributes[name];
  return undefined;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
