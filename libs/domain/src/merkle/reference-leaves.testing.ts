/** The leaves of Certificate Transparency's reference vectors. */
export const referenceLeaves: readonly Uint8Array[] = [
  ...['', '00', '10', '2021', '3031', '40414243', '5051525354555657'],
  '606162636465666768696a6b6c6d6e6f',
].map((leaf) => Buffer.from(leaf, 'hex'));
