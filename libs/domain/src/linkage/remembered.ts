/** Returns the cached value for a key, computing and caching it first if needed. */
export function remembered<Key, Value>(memory: Map<Key, Value>, key: Key, workOut: () => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = workOut();
  memory.set(key, value);
  return value;
}
