/** The press over its real protocol, read by the station's own driver. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Driver, TagBinding } from '#contract/driver.ts';
import { driver as opcua } from '#station/drivers/opcua-client/index.ts';
import { openLink } from '#station/links/open-link.ts';
import { recordingHost } from '#tests/conformance/recording-host.ts';
import { until } from '#tests/conformance/wires.ts';
import { freePorts } from '#tests/support/ports.ts';
import { pressNamespace, startPress, type RunningPress } from './server.ts';

const names = ['Mode', 'Blocked', 'Starved', 'Alarm', 'ScrapCount', 'CycleCount', 'State'] as const;
type Name = (typeof names)[number];
const types: Readonly<Record<Name, TagBinding['type']>> = {
  Mode: 'text',
  Blocked: 'boolean',
  Starved: 'boolean',
  Alarm: 'text',
  ScrapCount: 'number',
  CycleCount: 'number',
  State: 'text',
};

let press: RunningPress;
let driver: Driver;
const host = recordingHost(openLink);
beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  press = await startPress({ port, speed: 60, seed: 7, tags: 0, period: 100, before: 0, count: 40 });
  const tags = names.map((name): TagBinding => {
    const address = `nsu=${pressNamespace};s=Press.${name}`;
    return { id: name, address, type: types[name], unit: '1', samplingMs: 50, deadband: 0, bridgeMs: 10_000 };
  });
  driver = opcua.create(host, opcua.manifest.settings.parse({ endpoint: press.endpoint }), tags);
  driver.start();
}, 240_000);
afterAll(async () => {
  await driver?.stop();
  await press?.stop();
});
const tell = (name: string, input: object = {}): unknown => press.commands[name]?.({ ...input });
const last = (name: Name) => host.good().findLast(({ tag }) => tag === names.indexOf(name));
const says = (name: Name, value: unknown) => until(() => last(name)?.value === value, `${name} says ${value}`, 20_000);

test('what it is told is what the station reads', async () => {
  await says('CycleCount', 40);
  await says('Mode', 'Production');
  tell('mode', { mode: 'maintenance' });
  await says('Mode', 'Maintenance');
  tell('mode', { mode: 'automatic' });
  tell('starve');
  tell('block');
  await Promise.all([says('Starved', true), says('Blocked', true)]);
  tell('starve', { on: false });
  tell('block', { on: false });
  tell('fail', { cycles: 1 });
  tell('feed', { cycleMs: 18_000 });
  await says('ScrapCount', 1);
  tell('fault', { alarm: 'E17 Ram' });
  await Promise.all([says('Alarm', 'E17 Ram'), says('State', 'Aborted')]);
  tell('pause');
  tell('recover');
  await Promise.all([says('Alarm', ''), says('State', 'Idle')]);
}, 240_000);

test('its clock can be wrong: values carry it', async () => {
  tell('clock', { at: '2000-01-01T00:00:00Z' });
  tell('starve');
  await says('Starved', true);
  expect(new Date(last('Starved')?.sourceAt ?? 0).getUTCFullYear()).toBe(2000);
  tell('clock', { offsetMs: 0 });
  tell('starve', { on: false });
  await says('Starved', false);
  expect(Math.abs((last('Starved')?.sourceAt ?? 0) - Date.now())).toBeLessThan(30_000);
}, 240_000);

test('its cable can be pulled: what was meanwhile comes when it is put back', async () => {
  const bad = (): number => host.got.filter(({ quality }) => quality === 'bad').length;
  const before = bad();
  await tell('unplug');
  await until(() => bad() > before, 'the link is lost', 20_000);
  tell('count', { value: 0 });
  expect(press.state()).toMatchObject({ plugged: false, count: 0 });
  await tell('plug');
  await says('CycleCount', 0);
}, 240_000);
