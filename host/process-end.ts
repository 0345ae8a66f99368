/** How a process ends: orderly on a signal or when its parent goes, at once on a defect that nobody caught. */
interface Log {
  error(what: object, message: string): void;
  fatal(what: object, message: string): void;
}

/**
 * @param stop called once, with why.
 * @param limitMs an orderly end that takes longer is cut short: what was accepted or acknowledged is on the disk already.
 * @returns ends the process in the same way.
 */
export function onEnd(log: Log, stop: (reason: string) => Promise<void>, limitMs: number): (reason: string) => void {
  let ending = false;
  const end = (reason: string): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => endWith(0), limitMs).unref();
    stop(reason).then(
      () => endWith(0),
      (error: unknown) => {
        log.error({ err: error }, 'it did not end in an orderly way');
        endWith(0);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  process.once('disconnect', () => end('parent ended'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise failed and nobody listened'));
  process.on('uncaughtException', (error) => {
    // The state in memory may be wrong; what is on the disk is not, and whoever started us starts us again.
    log.fatal({ err: error }, 'a defect that nobody caught');
    endWith(1);
  });
  return end;
}

export function endWith(code: number): void {
  // The last message over IPC is lost if the process ends before it was handed to the system.
  setImmediate(() => process.exit(code));
}

/**
 * Runs what a process is for, and says why it could not start: to its parent over IPC, else on standard error.
 * @param hopeless one line for people where starting again cannot help; null: anything else.
 * @param exitHopeless exit code for that.
 */
export async function started(
  run: () => Promise<void>,
  {
    log,
    hopeless,
    exitHopeless,
  }: { readonly log: Log; readonly hopeless: (error: unknown) => string | null; readonly exitHopeless: number },
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const line = hopeless(error);
    if (line === null) log.fatal({ err: error }, 'it could not start');
    const message = line ?? (error instanceof Error ? error.message : String(error));
    if (process.send) process.send({ type: 'failed', message });
    else process.stderr.write(`${message}\n`);
    endWith(line === null ? 1 : exitHopeless);
  }
}
