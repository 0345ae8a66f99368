/**
 * The network between station and server as it is on a bad day: an HTTP proxy on a TCP port that harms one request after
 * the other by a seeded schedule, and whose cable can be pulled. It counts what it did, so that a test can show that it
 * was tried at all. The bytes of body and headers go on as they came (signatures stay what they were) unless the harm is
 * to change them.
 */
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { chance } from './chance.ts';

/** What may be done to one request. */
export const harms = [
  /** Goes through late. */
  'delay',
  /** Goes through slowly, both ways. */
  'throttle',
  /** The connection is reset before the server hears anything. */
  'refuse',
  /** Part of the request reaches the server, then both sides are reset. */
  'reset-request',
  /** The server does it, the station gets the beginning of the answer and a reset. */
  'cut-answer',
  /** The server does it, the station hears nothing but a reset. */
  'lose-answer',
  /** Taken and never answered; the server hears nothing. */
  'black-hole',
  /** The server is given it twice, the second time on a connection of its own, at the same moment or later. */
  'duplicate',
  /** The station gets a reset; the server is given the request later, after others that came behind it. */
  'late',
  /** One byte of the body is another one. */
  'tamper',
  /** The end of the body is missing and content-length agrees with that. */
  'truncate',
] as const;
export type Harm = (typeof harms)[number];
/** Weights; `pass` is the weight of doing nothing. */
export type Weather = Readonly<Partial<Record<Harm | 'pass', number>>>;

export const fine: Weather = { pass: 1 };
/** About every second request is harmed. */
export const storm: Weather = {
  pass: 11,
  delay: 1,
  throttle: 1,
  refuse: 1,
  'reset-request': 1,
  'cut-answer': 1,
  'lose-answer': 1,
  'black-hole': 0.3,
  duplicate: 2,
  late: 2,
  tamper: 1,
  truncate: 1,
};

export interface BadNetworkOptions {
  /** Port that answers behind it; asked for each request, so that several servers can take turns. */
  readonly target: number | (() => number);
  readonly seed: number;
  readonly weather?: Weather;
  /** Only these are harmed; default: all. Answers that go on for ever are passed as they come. */
  readonly harmed?: (path: string) => boolean;
  readonly port?: number;
  /** Longest delay of one request, ms. */
  readonly delayMs?: number;
  /** A late request waits so long at most for others to go first, ms. */
  readonly lateMs?: number;
  /** Bytes per second when throttled. */
  readonly bytesPerSecond?: number;
  /** A request came, whatever is done to it. */
  readonly onAsk?: (path: string) => void;
  /** The server's whole answer goes on to the station. */
  readonly onAnswer?: (answered: Answered) => void;
}

export interface Answered {
  readonly path: string;
  /** Of the station's key, as its signature says. */
  readonly keyId: string;
  readonly status: number;
  /** `performance.now()` when the request came. */
  readonly askedAt: number;
}

export interface BadNetwork {
  readonly port: number;
  readonly url: string;
  /** Requests by what was done to them; `cut`: while the cable was out. */
  readonly counts: Readonly<Record<Harm | 'pass' | 'cut', number>>;
  /** What the server answered to copies and late deliveries: nobody else hears it. */
  readonly echoes: readonly { readonly harm: Harm; readonly path: string; readonly status: number }[];
  set(weather: Weather): void;
  /** Pulls the cable: open connections are reset, new ones too. */
  cut(): void;
  /** Takes everything and says nothing; what was open stays open. */
  silence(): void;
  mend(): void;
  /** Waits until all copies and late deliveries have been made. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Schedule by itself: the same seed and weather give the same harms in the same order. */
export function schedule(seed: number, weather: () => Weather): () => Harm | 'pass' {
  const next = chance(seed);
  return () => {
    const weights = Object.entries(weather()) as [Harm | 'pass', number][];
    let at = next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [harm, weight] of weights) {
      at -= weight;
      if (at < 0) return harm;
    }
    return 'pass';
  };
}

interface Taken {
  readonly askedAt: number;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

function answered({ path, headers, askedAt }: Taken, status: number): Answered {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'signature-input');
  const [, keyId = ''] = /keyid="([^"]*)"/.exec(headers[at + 1] ?? '') ?? [];
  return { path, keyId, status, askedAt };
}

const reset = (socket: Duplex | null): void => {
  (socket as Socket | null)?.resetAndDestroy?.();
};

export async function startBadNetwork(options: BadNetworkOptions): Promise<BadNetwork> {
  const { seed, harmed = () => true, delayMs = 400, lateMs = 1_500, bytesPerSecond = 64 * 1024 } = options;
  const { onAsk = () => {}, onAnswer = () => {} } = options;
  const target = typeof options.target === 'number' ? () => options.target as number : options.target;
  let weather = options.weather ?? fine;
  let link: 'up' | 'cut' | 'silent' = 'up';
  const draw = schedule(seed, () => weather);
  const detail = chance(seed ^ 0x5bd1e995);
  const counts = Object.fromEntries([...harms, 'pass', 'cut'].map((name) => [name, 0])) as Record<
    Harm | 'pass' | 'cut',
    number
  >;
  const echoes: { harm: Harm; path: string; status: number }[] = [];
  const open = new Set<Socket>();
  const later = new Set<Promise<void>>();
  /** Deliveries that wait for others to go first. */
  let waiting: (() => void)[] = [];
  const agent = new Agent({ keepAlive: false });

  /** Said by nobody who waits for an answer. */
  function echo(harm: Harm, taken: Taken, whenMs: number): void {
    const delivery = (async () => {
      await pause(whenMs);
      const status = await new Promise<number>((resolve) => {
        const upstream = ask(taken, (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode ?? 0));
          answer.once('error', () => resolve(0));
        });
        upstream.once('error', () => resolve(0));
        upstream.end(taken.body);
      });
      echoes.push({ harm, path: taken.path, status });
    })();
    later.add(delivery);
    void delivery.finally(() => later.delete(delivery));
  }

  function ask(taken: Omit<Taken, 'body'>, onAnswer: (answer: IncomingMessage) => void) {
    const upstream = httpRequest(
      {
        host: '127.0.0.1',
        port: target(),
        method: taken.method,
        path: taken.path,
        headers: taken.headers as string[],
        setHost: false,
        agent,
      },
      onAnswer,
    );
    return upstream;
  }

  async function slowly(bytes: Buffer, write: (piece: Buffer) => void): Promise<void> {
    const piece = Math.max(1, Math.floor(bytesPerSecond / 20));
    for (let at = 0; at < bytes.length; at += piece) {
      write(bytes.subarray(at, at + piece));
      await pause(50);
    }
  }

  function pass(taken: Taken, response: ServerResponse, how: 'whole' | 'cut' | 'lost' | 'slow'): Promise<void> {
    return new Promise((resolve) => {
      const broken = (): void => {
        reset(response.socket);
        resolve();
      };
      const upstream = ask(taken, (answer) => {
        answer.once('error', broken);
        if (how === 'lost') {
          answer.resume();
          answer.once('end', broken);
          return;
        }
        const head = (): void => {
          response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
        };
        if (how === 'whole') {
          head();
          answer.pipe(response);
          answer.once('end', () => onAnswer(answered(taken, answer.statusCode ?? 0)));
          response.once('close', () => {
            answer.destroy();
            resolve();
          });
          return;
        }
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.once('end', () => {
          const bytes = Buffer.concat(pieces);
          if (how === 'slow') {
            head();
            void slowly(bytes, (piece) => response.write(piece)).then(() => {
              response.end();
              resolve();
            });
          } else {
            head();
            response.write(bytes.subarray(0, Math.floor(bytes.length * detail())), () => broken());
            if (bytes.length === 0) broken();
          }
        });
      });
      upstream.once('error', broken);
      // The station may have given up; then nobody waits for the server either.
      response.once('close', () => {
        if (how === 'whole') upstream.destroy();
      });
      if (how === 'slow') void slowly(taken.body, (piece) => upstream.write(piece)).then(() => upstream.end());
      else upstream.end(taken.body);
    });
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (link === 'silent') {
      counts.cut += 1;
      return;
    }
    const path = message.url ?? '/';
    const harm = harmed(path) ? draw() : 'pass';
    counts[harm] += 1;
    onAsk(path);
    const askedAt = performance.now();
    const head = { method: message.method ?? 'GET', path, headers: message.rawHeaders, askedAt };
    if (harm === 'refuse') return reset(message.socket);
    if (harm === 'reset-request') {
      const upstream = ask(head, (answer) => answer.resume());
      upstream.once('error', () => reset(message.socket));
      // Headers alone are part of a request too, when there is no body or its first piece is all of it.
      upstream.flushHeaders();
      const end = (): void => {
        reset(upstream.socket);
        upstream.destroy();
        reset(message.socket);
      };
      message.once('data', (piece: Buffer) => {
        upstream.write(piece.subarray(0, Math.floor(piece.length / 2)), () => setTimeout(end, 20));
      });
      // Not before there is a connection: the server shall hear a part.
      upstream.once('socket', (socket) => socket.once('connect', () => setTimeout(end, 300)));
      return;
    }
    const pieces: Buffer[] = [];
    try {
      for await (const piece of message) pieces.push(piece as Buffer);
    } catch {
      return;
    }
    const taken: Taken = { ...head, body: Buffer.concat(pieces) };
    if (harm === 'black-hole') return;
    if (harm === 'late') {
      reset(message.socket);
      const delivery = { done: () => {} };
      const others = new Promise<void>((resolve) => (delivery.done = resolve));
      let still = 1 + Math.floor(detail() * 3);
      waiting.push(() => {
        still -= 1;
        if (still === 0) delivery.done();
      });
      const whole = Promise.race([others, pause(lateMs, undefined, { ref: false })]).then(() => echo('late', taken, 0));
      later.add(whole);
      void whole.finally(() => later.delete(whole));
      return;
    }
    if (harm === 'delay') await pause(detail() * delayMs);
    if (harm === 'duplicate') echo('duplicate', taken, detail() < 0.5 ? 0 : detail() * 1_000);
    await pass(changed(taken, harm), response, howOf(harm));
    for (const one of waiting) one();
    waiting = waiting.slice(-20);
  }

  const howOf = (harm: Harm | 'pass'): 'whole' | 'cut' | 'lost' | 'slow' =>
    harm === 'cut-answer' ? 'cut' : harm === 'lose-answer' ? 'lost' : harm === 'throttle' ? 'slow' : 'whole';

  function changed(taken: Taken, harm: Harm | 'pass'): Taken {
    if (taken.body.length === 0) return taken;
    if (harm === 'tamper') {
      const body = Buffer.from(taken.body);
      const at = Math.floor(detail() * body.length);
      body[at] = (body[at] ?? 0) ^ (1 << Math.floor(detail() * 8));
      return { ...taken, body };
    }
    if (harm !== 'truncate') return taken;
    const body = taken.body.subarray(0, Math.floor(detail() * taken.body.length));
    const headers = Array.from(taken.headers);
    for (let at = 0; at < headers.length; at += 2)
      if (headers[at]?.toLowerCase() === 'content-length') headers[at + 1] = String(body.length);
    return { ...taken, headers, body };
  }

  const server = createServer((message, response) => {
    message.on('error', () => {});
    response.on('error', () => {});
    void serve(message, response);
  });
  server.on('connection', (socket) => {
    if (link === 'cut') {
      counts.cut += 1;
      reset(socket);
      return;
    }
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  // WebSockets (plant view) are bytes both ways until the cable is pulled.
  server.on('upgrade', (message, socket, first) => {
    const upstream = connect(target(), '127.0.0.1', () => {
      const headers: string[] = [];
      for (let at = 0; at < message.rawHeaders.length; at += 2)
        headers.push(`${message.rawHeaders[at]}: ${message.rawHeaders[at + 1]}`);
      upstream.write(`${message.method} ${message.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      upstream.write(first);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => reset(socket));
    socket.on('error', () => upstream.destroy());
    socket.once('close', () => upstream.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    counts,
    echoes,
    set(next) {
      weather = next;
    },
    cut() {
      link = 'cut';
      for (const socket of open) reset(socket);
    },
    silence() {
      link = 'silent';
    },
    mend() {
      // What was swallowed would never be answered: the station notices a dead connection, not a silent one.
      if (link === 'silent') for (const socket of open) reset(socket);
      link = 'up';
    },
    async settled() {
      while (later.size > 0) await Promise.all(later);
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}
