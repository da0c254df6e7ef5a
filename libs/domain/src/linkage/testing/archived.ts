import { ArchiveReader, ArchiveWriter, type Archived } from '../archive.js';

/** Writes an archive in pieces; they are small by default, so that every part is cut somewhere. */
export async function archived(thing: Archived, pieceBytes = 100): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const writer = new ArchiveWriter((piece) => Promise.resolve(void pieces.push(piece.slice())), pieceBytes);
  await thing.passThrough(writer);
  await writer.finish();
  return pieces;
}

async function* oneByOne(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

/** Fills an empty object from an archive, and reads the archive to its end. */
export async function unarchive(thing: Archived, pieces: readonly Uint8Array[]): Promise<void> {
  const reader = new ArchiveReader(oneByOne(pieces));
  await thing.passThrough(reader);
  await reader.finish();
}
