/** The station as a process of its own: started again when it crashes, ended in an orderly way with the shell. */
import { EventEmitter } from 'node:events';
import { utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { exitHopeless, type FromStation, stationFlags, type ToStation } from '#contract/shell.ts';

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A run that lasted this long forgets earlier crashes. */
const settledMs = 60_000;
/** How long the station gets to end by itself. */
const stopMs = 5_000;

type Ready = Extract<FromStation, { type: 'ready' }>;

interface Events {
  ready: [Ready];
  /** It ended and will be started again. */
  down: [];
  /** It cannot run; one line for people. */
  failed: [string];
}

export class StationProcess extends EventEmitter<Events> {
  readonly #entry: string;
  readonly #args: readonly string[];
  #child: UtilityProcess | null = null;
  #ready = false;
  #stopping = false;
  #pauseMs = firstPauseMs;
  #timer: NodeJS.Timeout | null = null;

  constructor(entry: string, args: readonly string[]) {
    super();
    this.#entry = entry;
    this.#args = args;
  }

  get ready(): boolean {
    return this.#ready;
  }

  start(): void {
    const startedAt = performance.now();
    let failure: string | null = null;
    const child = utilityProcess.fork(this.#entry, [...this.#args], {
      serviceName: 'Linewright station',
      execArgv: [...stationFlags],
      stdio: 'inherit',
    });
    this.#child = child;
    child.on('message', (message: FromStation) => {
      if (message.type === 'failed') failure = message.message;
      else {
        this.#ready = true;
        this.emit('ready', message);
      }
    });
    child.once('exit', (code) => {
      this.#child = null;
      this.#ready = false;
      if (this.#stopping) return;
      if (failure !== null || code === exitHopeless) {
        this.emit('failed', failure ?? 'The station program cannot run; its log says why.');
        return;
      }
      this.emit('down');
      if (performance.now() - startedAt >= settledMs) this.#pauseMs = firstPauseMs;
      this.#timer = setTimeout(() => this.start(), this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    });
  }

  /** Gives the station one more port to serve. */
  serve(port: MessagePortMain): void {
    this.#send({ type: 'port' }, [port]);
  }

  /** Resolves when the process is gone, by force if it hangs. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null) return;
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => child.kill(), stopMs);
      child.once('exit', () => {
        clearTimeout(force);
        resolve();
      });
      this.#send({ type: 'stop' });
    });
  }

  #send(message: ToStation, ports: MessagePortMain[] = []): void {
    this.#child?.postMessage(message, ports);
  }
}
