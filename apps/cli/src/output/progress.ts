import { MultiBar, Presets } from 'cli-progress';

export interface Progress {
  /** Adds a bar; without a terminal, prints that the stage begins. */
  bar(name: string, total: number): ProgressBar;
  /** Prints a line above the bars. */
  note(text: string): void;
  stop(): void;
}

interface ProgressBar {
  update(value: number, total?: number): void;
}

const silent: Progress = {
  bar: () => ({ update: () => undefined }),
  note: () => undefined,
  stop: () => undefined,
};

/** Shows bars on standard error if `enabled` and it is a terminal. */
export function createProgress(enabled: boolean): Progress {
  if (!enabled || !process.stderr.isTTY) return silent;
  const bars = new MultiBar(
    {
      format: '  {name} {bar} {value}/{total}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: false,
      autopadding: true,
    },
    Presets.shades_classic,
  );
  return {
    bar: (name, total) => {
      const bar = bars.create(total, 0, { name: name.padEnd(14) });
      return {
        update: (value, newTotal) => {
          if (newTotal !== undefined) bar.setTotal(newTotal);
          bar.update(value);
        },
      };
    },
    note: (text) => bars.log(`${text}\n`),
    stop: () => bars.stop(),
  };
}

/** Prints progress on standard error, unless quiet. */
export const say = (quiet: boolean | undefined, text: string): void => {
  if (quiet !== true) process.stderr.write(`${text}\n`);
};

/** Like `say`, but above the bars on a terminal, where plain text would break them. */
export const tellBeside =
  (progress: Progress, quiet: boolean | undefined) =>
  (text: string): void => {
    if (process.stderr.isTTY) progress.note(text);
    else say(quiet, text);
  };
