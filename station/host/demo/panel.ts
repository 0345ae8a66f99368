/**
 * Only in the demo: a page with what a hand would do at the simulated devices (scan a badge, press the gauge's button,
 * pull a plug), and its way to the simulators' control ports. Nothing here reaches past the simulators.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '#contract/config/index.ts';
import { readBelow } from '#station/web/files.ts';
import { sendFile, type Extension } from '../browser-host.ts';

/** What the simulators' controls can be told from here. */
const actions = {
  press: [
    'fail',
    'feed',
    'pause',
    'mode',
    'starve',
    'block',
    'hold',
    'resume',
    'fault',
    'recover',
    'guard',
    'count',
    'roll-over',
    'rush',
    'clock',
    'speed',
    'plug',
    'unplug',
  ],
  scanner: ['scan', 'garbage', 'plug', 'unplug'],
  calliper: ['press', 'value', 'part', 'process', 'garbage', 'plug', 'unplug'],
  balance: ['press', 'value', 'next', 'load', 'key', 'process', 'unit', 'off', 'on', 'garbage', 'plug', 'unplug'],
  meter: ['energy', 'roll-over', 'load', 'off', 'on', 'plug', 'unplug'],
  rig: ['fault', 'recover', 'block', 'part', 'fail', 'cycle', 'count', 'roll-over', 'off', 'on', 'plug', 'unplug'],
} as const;
export type DemoDevice = keyof typeof actions;
/** Address of each simulator's control, e.g. `http://127.0.0.1:48421`. */
export type DemoAddresses = Readonly<Partial<Record<DemoDevice, string>>>;

const folder = fileURLToPath(new URL('page', import.meta.url));
const longestBody = 8 * 1024;
const answerMs = 3_000;

export function createDemoPanel(addresses: DemoAddresses, configuration: Configuration): Extension {
  const codes = JSON.stringify(demoCodes(configuration, Object.keys(addresses)));
  return async (request, response, path) => {
    if (path === '/demo') {
      response.writeHead(303, { location: '/demo/' }).end();
      return true;
    }
    if (!path.startsWith('/demo/')) return false;
    const [device = '', action = ''] = path.slice('/demo/'.length).split('/');
    if (request.method === 'POST') await forward(request, response, addresses, device, action);
    else if (path === '/demo/codes') json(response, 200, codes);
    else sendFile(response, await readBelow(folder, path === '/demo/' ? '/panel.html' : path.slice('/demo'.length)));
    return true;
  };
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  addresses: DemoAddresses,
  device: string,
  action: string,
): Promise<void> {
  const address = isDevice(device) ? addresses[device] : undefined;
  const known: readonly string[] = isDevice(device) ? actions[device] : [];
  if (address === undefined || !known.includes(action))
    return json(response, 404, '{"error":"no such device or action"}');
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > longestBody) return json(response, 413, '{"error":"too long"}');
  }
  try {
    const answer = await fetch(`${address}/${action}`, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(answerMs),
    });
    json(response, answer.status, await answer.text());
  } catch {
    json(response, 502, '{"error":"the simulator does not answer"}');
  }
}

function isDevice(text: string): text is DemoDevice {
  return Object.hasOwn(actions, text);
}

function json(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** What lies on the bench of the demo: labels of people, orders, units and parts, from the plant's own files. */
export function demoCodes(configuration: Configuration, devices: readonly string[]) {
  const { plant, orders, materials, definitions } = configuration;
  const traced = new Map(
    definitions
      .flatMap(({ bom }) => bom)
      .filter(({ trace }) => trace !== 'none')
      .map(({ material, trace }) => [material, trace]),
  );
  return {
    devices,
    badges: plant.demoHints.map(({ badge, text }) => ({ code: badge, text })),
    orders: orders.filter(({ status }) => status === 'released').map(({ id }) => id),
    units: orders.flatMap(({ id, units }) => units.map(({ serial }) => ({ serial, order: id }))),
    parts: materials.flatMap(({ id, title, gtin }) => {
      const trace = traced.get(id);
      return gtin === undefined || trace === undefined ? [] : [{ id, title, gtin, trace }];
    }),
  };
}
