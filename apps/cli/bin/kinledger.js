#!/usr/bin/env node
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// Modules that were compiled once load faster the next time, here and in the services that a command starts. Where the
// folder cannot be written, Node does without.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('../../../node_modules/.cache/kinledger', import.meta.url),
);
module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
await import('../dist/main.js');
