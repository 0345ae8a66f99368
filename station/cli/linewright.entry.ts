#!/usr/bin/env node
/** `npm run linewright -- COMMAND` and the installed `linewright`. */
import { run } from './run.ts';

// The exit code is set, not forced, so that what was written to a pipe arrives.
process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
