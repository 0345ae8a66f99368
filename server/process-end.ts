/** How the server's process ends: orderly on a signal or when its parent goes, at once on a defect that nobody caught. */
import type { Log } from './log.ts';

/** An orderly end that takes longer is cut short: everything acknowledged is committed already. */
const limitMs = 20_000;

/** @param stop called once, with why. */
export function onEnd(log: Log, stop: (reason: string) => Promise<void>): void {
  let ending = false;
  const end = (reason: string): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => endWith(0), limitMs).unref();
    stop(reason).then(
      () => endWith(0),
      (error: unknown) => {
        log.error({ err: error }, 'the server did not end in an orderly way');
        endWith(0);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  process.once('disconnect', () => end('parent ended'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise failed and nobody listened'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'a defect that nobody caught');
    endWith(1);
  });
}

export function endWith(code: number): void {
  // The last message over IPC is lost if the process ends before it was handed to the system.
  setImmediate(() => process.exit(code));
}
