const shape = /^[a-z0-9][a-z0-9-]{0,39}$/;

/**
 * Names of streams in a KurrentDB that several installations share: `<prefix>-<name>`; unchanged without a prefix.
 * @throws Error with the code `stream-prefix-wrong`.
 */
export function streamNaming(prefix: string | undefined): (stream: string) => string {
  if (prefix === undefined) return (stream) => stream;
  if (!shape.test(prefix)) {
    throw Object.assign(
      new Error(
        'the prefix of streams in KurrentDB must be lower-case letters, digits and hyphens, 40 at most, and not begin with a hyphen',
      ),
      { code: 'stream-prefix-wrong' as const },
    );
  }
  return (stream) => `${prefix}-${stream}`;
}
