/** Decodes standard base64 with padding (RFC 4648 §4). Returns undefined for any other encoding of the bytes. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
