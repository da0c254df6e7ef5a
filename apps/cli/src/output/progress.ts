import { MultiBar, Presets } from 'cli-progress';

export interface Progress {
  /** Adds a bar, or says that a stage begins where there is no terminal. */
  bar(name: string, total: number): ProgressBar;
  /** A line of text above the bars. */
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

/** Bars on a terminal's standard error; nothing where nobody watches. */
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

/** Says on standard error what is being done, unless the output is for a machine. */
export const say = (quiet: boolean | undefined, text: string): void => {
  if (quiet !== true) process.stderr.write(`${text}\n`);
};

/** The same while bars are shown: above them on a terminal, where a line of text would break them. */
export const tellBeside =
  (progress: Progress, quiet: boolean | undefined) =>
  (text: string): void => {
    if (process.stderr.isTTY) progress.note(text);
    else say(quiet, text);
  };
