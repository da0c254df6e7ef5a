/** A fault of a programme definition. */
export interface Problem {
  /** File within the folder of the definition: `programme.json`, `datasets/sessions.json`. */
  readonly file: string;
  /** Path within the file: `services[3].strand`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

export interface ProgrammeRefused extends Error {
  readonly code: 'programme-refused';
  readonly problems: readonly Problem[];
}

export const isProgrammeRefused = (error: unknown): error is ProgrammeRefused =>
  error instanceof Error && 'code' in error && error.code === 'programme-refused';

/** Makes one error of all problems, so that the author can correct them in one go. */
export function programmeRefused(directory: string, problems: readonly Problem[]): ProgrammeRefused {
  const lines = problems.map(
    ({ file, path, message }) => `  ${file}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return Object.assign(new Error(`the programme in ${directory} has ${count}:\n${lines.join('\n')}`), {
    code: 'programme-refused' as const,
    problems,
  });
}

/** Reports a problem of one file. */
export type Report = (path: string, message: string) => void;

/** Formats a JSON path: ["services", 3, "strand"] as `services[3].strand`. */
export function jsonPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${String(step)}`;
  }
  return text;
}
