/** A Mosquitto of the test's own on a free port, which can be down for a while; and a subscriber that keeps all it hears. */
import { spawn, type ChildProcess } from 'node:child_process';
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

export async function startMosquitto(program: string, port: number): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`);
  let child: ChildProcess | null = null;
  const broker: Mosquitto = {
    url: `mqtt://127.0.0.1:${port}`,
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
export async function subscribeAll(
  url: string,
): Promise<{ readonly client: MqttClient; readonly heard: Heard[]; stop(): Promise<void> }> {
  const client = mqtt.connect(url, { protocolVersion: 5, reconnectPeriod: 50 });
  const heard: Heard[] = [];
  client.on('message', (topic, payload, { retain }) => heard.push({ topic, payload, retained: retain }));
  client.on('error', () => undefined);
  await new Promise<void>((done) => client.once('connect', () => done()));
  await client.subscribeAsync('#', { qos: 1 });
  return {
    client,
    heard,
    stop: async () => {
      await client.endAsync(true);
    },
  };
}
