/** Sorted and distinct. */
export const derivedValues = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();

/** The value, unless it is empty. */
export const oneValue = (value: string): readonly string[] => (value === '' ? [] : [value]);
