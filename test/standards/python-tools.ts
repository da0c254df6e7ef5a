import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/kinledger-python', import.meta.url));

export interface PythonTools {
  /** The interpreter that has the packages of requirements.txt. */
  readonly python: string;
  readonly schemathesis: string;
}

/**
 * Installs the tools of requirements.txt into a virtual environment, once per version of that file.
 * @returns the tools, or why Python or its packages are not available.
 */
export async function pythonTools(): Promise<PythonTools | { readonly absent: string }> {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = join(cache, version);
  const tools = {
    python: join(folder, 'bin', 'python'),
    schemathesis: join(folder, 'bin', 'schemathesis'),
  };
  const whole = join(folder, 'whole');
  if (existsSync(whole)) return tools;
  const python = await recentPython();
  if (python === undefined) return { absent: 'no Python 3.10 here' };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  try {
    await run(python, ['-m', 'venv', folder]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    // Python compiles what is imported; pip would compile all of it.
    install.push('--no-compile');
    await run(tools.python, [...install, '-r', requirements], { timeout: 300_000 });
  } catch {
    return { absent: 'Python packages cannot be installed here' };
  }
  writeFileSync(whole, '');
  return tools;
}

async function recentPython(): Promise<string | undefined> {
  for (const name of ['python3', 'python']) {
    try {
      await run(name, ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']);
      return name;
    } catch {
      continue;
    }
  }
  return undefined;
}
