import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataProfiles } from '@kinledger/synthetic';
import { z } from 'zod';

const size = z.object({
  people: z.number(),
  quarters: z.number(),
  seed: z.string(),
  only: z.array(z.string()).readonly().optional(),
  profile: z.enum(dataProfiles).optional(),
  strategy: z.string().optional(),
});

export type DemoSize = z.infer<typeof size>;

const manifest = z.object({
  endPeriod: z.string(),
  files: z.array(
    z.object({
      dataset: z.string(),
      period: z.string(),
      provider: z.string(),
      path: z.string(),
      rows: z.number(),
    }),
  ),
});
export type DemoFile = z.infer<typeof manifest>['files'][number];
export type DemoManifest = z.infer<typeof manifest>;

const loaded = z.object({
  size,
  rows: z.number(),
  /** Null if an earlier, interrupted run had loaded a part. */
  seconds: z.number().nullable(),
  files: z.array(
    z.object({
      dataset: z.string(),
      period: z.string(),
      submission: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
/** The result of loading, once everything is in the reports. */
export type Loaded = z.infer<typeof loaded>;
export type LoadedFiles = Loaded['files'];

/** The folder `demo` of a home: the synthetic files, the truth about them, and whether they are loaded. */
export function demoFolder(home: string) {
  const directory = join(home, 'demo');
  const data = join(directory, 'data');
  const sizeFile = join(directory, 'size.json');
  const loadedFile = join(directory, 'loaded.json');
  const read = <T>(file: string, schema: z.ZodType<T>): T | undefined =>
    existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  return {
    data,
    truth: join(data, 'truth'),
    /** Written with every report. */
    reachErrorPage: join(directory, 'reach-error.html'),
    /** Present once a demo has begun here. */
    size: () => read(sizeFile, size),
    /** Present once all files are written: the manifest is written last. */
    manifest: () => read(join(data, 'manifest.json'), manifest),
    loaded: () => read(loadedFile, loaded),
    begin(chosen: z.infer<typeof size>): void {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      rmSync(data, { recursive: true, force: true });
      write(sizeFile, chosen);
    },
    finish: (record: Loaded) => write(loadedFile, record),
  };
}
export type DemoFolder = ReturnType<typeof demoFolder>;

function write(file: string, content: unknown): void {
  writeFileSync(`${file}.partial`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.partial`, file);
}
