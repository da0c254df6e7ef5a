/** What a map says of a key; what it does not say yet is worked out, and said from then on. */
export function remembered<Key, Value>(memory: Map<Key, Value>, key: Key, workOut: () => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = workOut();
  memory.set(key, value);
  return value;
}
