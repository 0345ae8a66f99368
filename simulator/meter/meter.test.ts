import { afterEach, expect, test } from 'vitest';
import type { TagBinding } from '#contract/driver.ts';
import { driver as modbus } from '#station/drivers/modbus/index.ts';
import { openLink } from '#station/links/open-link.ts';
import { recordingHost } from '#tests/conformance/recording-host.ts';
import { until } from '#tests/conformance/wires.ts';
import { portOf, startControl, stopControl } from '#simulator/line/control.ts';
import { followMachine } from '#simulator/line/follow.ts';
import { answerTo } from '#simulator/line/modbus-server.ts';
import { EnergyMeter } from './energy-meter.ts';
import { gone, seenOf, type MachineSeen } from './machine-load.ts';
import { meterDefaults, startMeter } from './meter.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test('the station reads it as the demo does; the counter rolls over and is never above its end', async () => {
  const meter = await startMeter({ ...meterDefaults, port: 0, control: 0, energy: 99_999.9, idle: 0 });
  ends.push(() => meter.stop());
  const tag = (address: string, unit: string): TagBinding => {
    return { id: address, address, type: 'number', unit, samplingMs: 50, deadband: 0, bridgeMs: 0 };
  };
  const host = recordingHost(openLink);
  const link = { kind: 'tcp', host: '127.0.0.1', port: meter.ready['port'] };
  const tags = [
    tag('input=0;type=uint32;scale=0.001', 'kW.h'),
    tag('input=2;type=float32', 'kW'),
    tag('holding=4;type=float32', 'V'),
  ];
  const driver = modbus.create(host, modbus.manifest.settings.parse({ link }), tags);
  ends.push(() => driver.stop());
  driver.start();
  const of = (at: number): number[] =>
    host
      .good()
      .filter((one) => one.tag === at)
      .map(({ value }) => Number(value));
  await until(() => of(0).some((value) => value > 99_999), 'the counter near its end', 30_000);
  // 2 kWh a second at 7,200 kW: over its end within a moment.
  await fetch(`http://127.0.0.1:${String(meter.ready['control'])}/load`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ idle: 7_200 }),
  });
  await until(() => of(0).some((value) => value < 50), 'the counter rolls over', 30_000);
  await until(() => of(1).some((value) => value > 6_900), 'the power', 30_000);
  expect(Math.max(...of(0))).toBeLessThan(100_000);
  expect(host.problems).toEqual([]);
}, 240_000);

test('energy is power over time, and the same seed gives the same load', () => {
  const [one, two] = [new EnergyMeter(meterDefaults), new EnergyMeter(meterDefaults)];
  for (let n = 0; n < 3_700; n += 1) {
    one.pass(1);
    two.pass(1);
  }
  expect(one.state).toEqual(two.state);
  // 100 turns of 25 s at 1.6 kW and 12 s at 11.5 kW.
  const wanted = (100 * (25 * 1.6 + 12 * 11.5)) / 3_600;
  const { energy } = one.state as { energy: number };
  expect(Math.abs(energy - meterDefaults.energy - wanted)).toBeLessThan(wanted * 0.02);
  expect(answerTo(Buffer.from([4, 0, 0, 0, 16]), one.image())).toHaveLength(34);
  expect(answerTo(Buffer.from([4, 0, 0, 0, 17]), one.image())).toEqual(Buffer.from([0x84, 2]));
});

test('it follows the machine: what is always on, more while it is ready, a peak at each stroke, little where it is gone', async () => {
  const machine = { state: 'Idle', working: false, mode: 'production', count: 7 };
  const press = await startControl(0, () => machine, {});
  const address = `http://127.0.0.1:${portOf(press)}`;
  const seen: MachineSeen[] = [];
  const stop = followMachine(address, 20, seenOf, (one) => void seen.push(one ?? gone));
  ends.push(stop);
  await until(() => seen.at(-1)?.load === 'on', 'ready', 30_000);
  Object.assign(machine, { state: 'Execute', working: true });
  await until(() => seen.at(-1)?.load === 'working', 'in a cycle', 30_000);
  Object.assign(machine, { state: 'Aborted', working: false });
  await until(() => seen.at(-1)?.load === 'off', 'broken down', 30_000);
  Object.assign(machine, { state: 'Idle' });
  await until(() => seen.at(-1)?.load === 'on', 'ready again', 30_000);
  await stopControl(press);
  await until(() => seen.at(-1)?.load === 'off', 'gone', 30_000);
  expect(seenOf({ device: 'balance' })).toBeNull();
  expect(seenOf({ ...machine, mode: 'maintenance' })).toMatchObject({ load: 'off' });

  const meter = new EnergyMeter(meterDefaults);
  /** kW, over so many seconds in fifths. */
  const mean = (seconds: number): number => {
    let sum = 0;
    for (let n = 0; n < seconds * 5; n += 1) {
      meter.pass(0.2);
      sum += (meter.state as { power: number }).power;
    }
    return sum / (seconds * 5);
  };
  const near = (value: number, wanted: number): void => expect(Math.abs(value / wanted - 1)).toBeLessThan(0.05);
  meter.follow({ load: 'off', count: 7 });
  near(mean(10), 0.35);
  meter.follow({ load: 'on', count: 7 });
  near(mean(10), 1.6);
  meter.follow({ load: 'working', count: 7 });
  near(mean(0.6), 24);
  near(mean(4), 11.5);
  meter.follow({ load: 'working', count: 7 });
  near(mean(1), 11.5);
  // The next cycle, though nobody saw the press between the two.
  meter.follow({ load: 'working', count: 8 });
  near(mean(0.6), 24);
}, 240_000);

test('an address that is none is told', async () => {
  await expect(startMeter({ ...meterDefaults, port: 0, control: 0, machine: '48410' })).rejects.toThrow(
    /--machine must be an address such as/,
  );
});
