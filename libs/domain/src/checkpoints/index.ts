export * from './checkpoint.js';
export { isSignedBy, parseNote, signNote, type SignedNote } from './signed-note.js';
export { formatVerifierKey, parseVerifierKey, verifierKey, type VerifierKey } from './verifier-key.js';
export * from './key-change.js';
