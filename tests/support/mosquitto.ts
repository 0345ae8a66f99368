/** A Mosquitto of the test's own on a free port, which can be down for a while; and a subscriber that keeps all it hears. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';

export interface Mosquitto {
  readonly url: string;
  up(): Promise<void>;
  /** Killed: nobody is told anything. */
  down(): Promise<void>;
  stop(): Promise<void>;
}

export interface Locked {
  /** PEM files of the server. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly user: string;
  readonly password: string;
}

/** @param locked TLS, and one user only; left out: open to everybody on this machine. */
export async function startMosquitto(program: string, port: number, locked?: Locked): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  const rules = ['allow_anonymous true'];
  if (locked !== undefined) {
    const users = join(folder, 'users');
    execFileSync('mosquitto_passwd', ['-b', '-c', users, locked.user, locked.password]);
    rules.splice(0, 1, 'allow_anonymous false', `password_file ${users}`);
    rules.push(`certfile ${locked.certFile}`, `keyfile ${locked.keyFile}`);
  }
  writeFileSync(config, [`listener ${port} 127.0.0.1`, ...rules, 'persistence false', 'user root', ''].join('\n'));
  let child: ChildProcess | null = null;
  const broker: Mosquitto = {
    url: `${locked === undefined ? 'mqtt' : 'mqtts'}://127.0.0.1:${port}`,
    async up() {
      const started = spawn(program, ['-c', config], { stdio: 'ignore' });
      child = started;
      for (let n = 0; !(await answers(port)); n += 1) {
        if (started.exitCode !== null || n > 600)
          throw new Error(`mosquitto did not come up (exit ${started.exitCode})`);
        await pause(50);
      }
    },
    async down() {
      const ending = child;
      child = null;
      if (ending === null || ending.exitCode !== null) return;
      const gone = new Promise((done) => ending.once('exit', done));
      ending.kill('SIGKILL');
      await gone;
    },
    async stop() {
      await broker.down();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await broker.up();
  return broker;
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), done(true)));
    socket.once('error', () => done(false));
  });
}

export interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retained: boolean;
}

/** Hears everything; connects again by itself. */
export async function subscribeAll(url: string): Promise<{
  readonly client: MqttClient;
  readonly heard: Heard[];
  /** Connected, and the broker knows what it wants to hear. */
  ready(): boolean;
  stop(): Promise<void>;
}> {
  const client = mqtt.connect(url, { protocolVersion: 5, reconnectPeriod: 50, resubscribe: false });
  const heard: Heard[] = [];
  client.on('message', (topic, payload, { retain }) => heard.push({ topic, payload, retained: retain }));
  client.on('error', () => undefined);
  let ready = false;
  // By hand, so that it is known when the broker has taken it.
  client.on('connect', () => {
    client.subscribe('#', { qos: 1 }, (error) => (ready = !error));
  });
  client.on('close', () => (ready = false));
  while (!ready) await pause(10);
  return {
    client,
    heard,
    ready: () => ready,
    stop: async () => {
      await client.endAsync(true);
    },
  };
}
