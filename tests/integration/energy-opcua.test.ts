/**
 * A meter that is a variable of an OPC UA server instead of a register of a Modbus meter: the real station with the simulated
 * press, whose variable `Bulk.0` goes up by one ten times a second. What the station says of each state is what it counted.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MachineState } from '#contract/machine-state.ts';
import type { EnergyView } from '#contract/rpc/energy.ts';
import { editPlant, link, signInBrowser, startDemoLine, type Client, type DemoLine } from '../support/demo-line.ts';
import { freePorts } from '../support/ports.ts';

const perSecond = 10;
let line: DemoLine;
let client: Client;
let control = 0;

beforeAll(async () => {
  [control = 0] = await freePorts(1);
  line = await startDemoLine(['--tags', '10', '--period', String(1_000 / perSecond), '--control', String(control)]);
  editPlant(
    line,
    'devices/press.yaml',
    'tags:\n',
    `tags:
  - id: press.energy
    title: { en: Energy, de: Energie }
    address: nsu=urn:linewright:sim:press;s=Bulk.0
    type: number
    unit: kW.h
    samplingMs: 0
`,
  );
  editPlant(
    line,
    'machines/press-p1.yaml',
    'tag: press-meter.energy, step: 0.001, rollOver: 100000',
    'tag: press.energy, step: 1',
  );
  editPlant(line, 'machines/press-p1.yaml', 'mostPerHour: 30', `mostPerHour: ${3_600 * perSecond * 5}`);
  const station = await line.startStation();
  ({ client } = await link(station.origin, await signInBrowser(station.url)));
}, 240_000);
afterAll(() => line?.stop());

async function press(command: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${control}/${command}`, { method: 'POST', body: '{}' });
  if (!answer.ok) throw new Error(`${command}: ${answer.status} ${await answer.text()}`);
}
const view = (): Promise<EnergyView | null> =>
  client.energy.summary({ machineId: 'press-p1', window: { kind: 'shift', key: null } });
const of = async (state: MachineState) => (await view())?.byState.find((one) => one.state === state);
const knownMs = async (state: MachineState): Promise<number> => (await of(state))?.knownMs ?? 0;

it('counts energy per state', async () => {
  const told = { timeout: 30_000, interval: 500 };
  const lasted = async (state: MachineState): Promise<number> => (await of(state))?.ms ?? 0;
  await expect.poll(() => lasted('waiting'), told).toBeGreaterThan(0);
  await press('fault');
  await expect.poll(() => lasted('fault'), told).toBeGreaterThan(3_000);
  // A fact ends where the next state begins.
  await press('recover');
  await expect.poll(() => knownMs('fault'), told).toBeGreaterThan(2_000);
  await press('fault');
  await expect.poll(() => knownMs('waiting'), told).toBeGreaterThan(0);
  const all = await view();
  expect(all?.unit).toBe('kW.h');
  for (const state of ['fault', 'waiting'] as const) {
    const one = all?.byState.find((each) => each.state === state);
    // Ten a second of all the time of which it tells; at either end it may be out by what changed between two readings, on a
    // busy machine more than half a second.
    expect(Math.abs((one?.energy ?? 0) - ((one?.knownMs ?? 0) / 1_000) * perSecond), state).toBeLessThanOrEqual(12);
  }
  const byStates = all?.byState.reduce((sum, { energy }) => sum + energy, 0) ?? 0;
  expect(byStates + (all?.open ?? 0)).toBe(all?.energy);
}, 240_000);
