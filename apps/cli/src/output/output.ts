/** Prints a command's result: one JSON document for machines, or text for people. */
export function print(json: boolean | undefined, document: unknown, text: () => string): void {
  process.stdout.write(json === true ? `${JSON.stringify(document, undefined, 2)}\n` : `${text()}\n`);
}

const numbers = new Intl.NumberFormat('en-GB');

/** 12345 → 12,345. */
export const count = (value: number): string => numbers.format(value);

/** 0.98765 → 98.8 %. */
export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
