/** One thing that is wrong with a programme definition. */
export interface Problem {
  /** File in the folder of the definition: `programme.json`, `datasets/sessions.json`. */
  readonly file: string;
  /** Where in the file: `services[3].strand`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export interface ProgrammeRefused extends Error {
  readonly code: 'programme-refused';
  readonly problems: readonly Problem[];
}

export const isProgrammeRefused = (error: unknown): error is ProgrammeRefused =>
  error instanceof Error && 'code' in error && error.code === 'programme-refused';

/** One error for all that is wrong, so that whoever writes a definition corrects it in one go. */
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

/** Collects problems of one file. */
export type Report = (path: string, message: string) => void;

/** A JSON path as people write it: ["services", 3, "strand"] is `services[3].strand`. */
export function jsonPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${String(step)}`;
  }
  return text;
}
