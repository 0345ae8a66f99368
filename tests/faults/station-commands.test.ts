/**
 * Commands as they come from two screens, a nervous finger, a replayed frame, a stranger's barcode: done once, refused
 * with the reason, or not taken at all, and the log says the same. On the real station over its WebSocket.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '#contract/events/index.ts';
import {
  link,
  signInBrowser,
  startDemoLine,
  type Client,
  type DemoLine,
  type Linked,
  type Station,
} from '../support/demo-line.ts';
import { factsIn, factsOf } from '../support/facts.ts';
import { actNow, machineReady, placeNow, reasonsOf, signIn, workTo } from '../support/work.ts';

const pump = 'PMP100-2600417';
const otherPump = 'PMP100-2600418';

let line: DemoLine;
let station: Station;
let cookie: string;
/** Two screens of one station. */
let first: Linked;
let second: Linked;
let client: Client;

async function open(): Promise<void> {
  station = await line.startStation();
  cookie ??= await signInBrowser(station.url);
  first = await link(station.origin, cookie);
  second = await link(station.origin, cookie);
  ({ client } = first);
}
beforeAll(async () => {
  line = await startDemoLine(['--speed', '10']);
  await open();
  await signIn(client);
  await machineReady(client);
}, 240_000);
afterAll(() => line?.stop());

/** What somebody did; what the machine does by itself meanwhile is nobody's act. */
const acts = (): StoredEvent[] => factsIn(line.data).filter(({ commandId }) => commandId !== null);
const count = (): number => acts().length;
const types = (facts: readonly StoredEvent[]): string[] => facts.map(({ type }) => type);
const since = (before: number): StoredEvent[] => acts().slice(before);

describe('one act, sent more than once', () => {
  it('the same command twice at once is done once and answered twice', async () => {
    const place = await workTo(client, pump, 'prepare');
    const before = count();
    const click = { commandId: randomUUID(), ...place, action: { type: 'instruction', do: 'confirm' } } as const;
    const answers = await Promise.all([
      first.client.execution.act(click),
      second.client.execution.act(click),
      first.client.execution.act(click),
    ]);
    expect(answers).toEqual([
      { ok: true, value: undefined },
      { ok: true, value: undefined },
      { ok: true, value: undefined },
    ]);
    expect(types(since(before))).toEqual(['instruction.confirmed', 'step.passed', 'step.started']);
  });

  it('two acts in the same step from two screens: one is done, the other is too late', async () => {
    const place = await placeNow(client);
    const before = count();
    const scan = (code: string) =>
      ({
        commandId: randomUUID(),
        ...place,
        action: { type: 'scan-component', do: 'scan', code, entry: 'scanned' },
      }) as const;
    const answers = await Promise.all([
      first.client.execution.act(scan('HSG-100|L:H-22817')),
      second.client.execution.act(scan('HSG-100|L:H-22818')),
    ]);
    expect(answers.map(reasonsOf).toSorted()).toEqual([[], ['command.outdated']]);
    expect(types(since(before))).toEqual(['component.fitted', 'step.passed', 'step.started']);
  });

  it('two screens make units at once: each command one unit of its own', async () => {
    const orderId = 'WO-10452';
    const [a, b] = [randomUUID(), randomUUID()];
    const made = await Promise.all([
      first.client.orders.createUnit({ commandId: a, orderId }),
      second.client.orders.createUnit({ commandId: b, orderId }),
      second.client.orders.createUnit({ commandId: a, orderId }),
    ]);
    const serials = made.map((outcome) => (outcome.ok ? outcome.value.serial : 'refused'));
    expect(serials[2]).toBe(serials[0]);
    expect(serials[1]).not.toBe(serials[0]);
    const created = factsOf(line.data, 'unit.created').filter(({ commandId }) => commandId === a || commandId === b);
    expect(created.map(({ body }) => body.serial).toSorted()).toEqual(serials.slice(0, 2).toSorted());
  });
});

describe('acts that belong nowhere', () => {
  it('another step, another attempt, another run: outdated, and nothing happens', async () => {
    const place = await placeNow(client);
    expect(place.stepId).toBe('scan-impeller');
    const before = count();
    const action = { type: 'scan-component', do: 'scan', code: 'IMP-100|S:IMP-1', entry: 'scanned' } as const;
    const wrong = [
      { ...place, stepId: 'scan-housing' },
      { ...place, stepId: 'no-such-step' },
      { ...place, stepId: '' },
      { ...place, attempt: place.attempt + 1 },
      { ...place, attempt: 0 },
      { ...place, attempt: Number.MAX_SAFE_INTEGER },
      { ...place, executionId: randomUUID() },
      { ...place, executionId: '' },
    ];
    for (const at of wrong)
      expect(reasonsOf(await client.execution.act({ commandId: randomUUID(), ...at, action }))).toEqual([
        'command.outdated',
      ]);
    const retry = await client.execution.retry({ commandId: randomUUID(), ...place });
    expect(reasonsOf(retry)).toEqual(['execution.not-failed']);
    // The action of another step type, in the right step.
    expect(reasonsOf(await actNow(client, { type: 'instruction', do: 'confirm' }))).toEqual([
      'step.action-not-possible',
    ]);
    expect(count()).toBe(before);
  });

  it('serials and orders that nobody knows', async () => {
    const before = count();
    const nobody = `'; DROP TABLE event; --`;
    const command = () => randomUUID();
    const refused = [
      await client.execution.start({ commandId: command(), serial: nobody }),
      await client.units.hold({ commandId: command(), serial: nobody, reason: 'x' }),
      await client.orders.createUnit({ commandId: command(), orderId: nobody }),
      await client.orders.release({ commandId: command(), orderId: '../../etc/passwd' }),
    ].map(reasonsOf);
    expect(refused[0]).toEqual(['unit.other-in-work', 'unit.unknown']);
    expect(refused[1]).toEqual(['unit.unknown']);
    expect(refused[2]).toEqual(['order.unknown']);
    expect(refused[3]).toContain('operator.lacks-permission');
    expect(await client.units.get({ serial: nobody })).toBeNull();
    expect((await client.units.history({ serial: nobody })).items).toEqual([]);
    expect(await client.orders.get({ orderId: nobody })).toBeNull();
    expect(count()).toBe(before);
    await client.execution.dismiss();
  });

  it('what is too long or of the wrong kind is not taken, and the next call is', async () => {
    const before = count();
    const place = await placeNow(client);
    const commandId = randomUUID();
    const long = 'x'.repeat(100_000);
    const calls: (() => Promise<unknown>)[] = [
      () => client.scan.submit({ text: '', source: 'wedge' }),
      () => client.scan.submit({ text: 'x'.repeat(4_097), source: 'wedge' }),
      () => client.scan.submit({ text: long, source: 'typed' }),
      () => client.scan.submit({ text: 42, source: 'wedge' } as never),
      () => client.scan.submit({ text: 'x', source: 'telepathy' } as never),
      () => client.execution.start({ commandId, serial: long }),
      () => client.execution.start({ commandId: 'short', serial: pump }),
      () => client.execution.start({ commandId: long, serial: pump }),
      () => client.people.signIn({ commandId, badge: long, pin: null }),
      () => client.people.signIn({ commandId, badge: 'BDG-1004', pin: '1'.repeat(13) }),
      () => client.people.givePin({ commandId, pin: '12a4' }),
      () => client.units.hold({ commandId, serial: pump, reason: long }),
      () => client.units.list({ query: long, cursor: null, limit: 50 }),
      () => client.units.list({ query: '', cursor: null, limit: 1e9 }),
      () =>
        client.orders.create({
          commandId,
          orderId: 'A',
          definitionId: 'PMP-100',
          revision: 'C',
          quantity: 1e12,
          dueAt: null,
          serialPrefix: 'A',
        }),
      () => client.devices.history({ tagId: 'press.ram-force', fromAt: 0, toAt: 1, maxPoints: 1e9 }),
      () => client.execution.act({ commandId, ...place, action: { type: 'measure', do: 'type', value: Number.NaN } }),
      () =>
        client.execution.act({
          commandId,
          ...place,
          action: { type: 'measure', do: 'type', value: Number.POSITIVE_INFINITY },
        }),
      () => client.execution.act({ commandId, ...place, attempt: 1.5, action: { type: 'measure', do: 'take' } }),
      () =>
        client.execution.act({
          commandId,
          ...place,
          action: { type: 'measure', do: 'pushed', tagId: 'calliper.value' },
        } as never),
      () => client.execution.act({ commandId, ...place, action: { type: 'machine-cycle', do: 'finished' } } as never),
      () =>
        client.execution.act({
          commandId,
          ...place,
          action: { type: 'text', do: 'enter', text: long, entry: 'typed' },
        }),
      () => client.settings.set({ pxPerMm: 1e9 }),
      () => client.settings.set({ theme: 'pink' } as never),
    ];
    const taken: number[] = [];
    for (const [index, call] of calls.entries())
      await call().then(
        () => taken.push(index),
        () => undefined,
      );
    expect(taken).toEqual([]);
    expect(await placeNow(client)).toEqual(place);
    expect(count()).toBe(before);
  });

  it('a peer that talks nonsense is cut off, and nobody else notices', async () => {
    const before = count();
    const nonsense: (string | Buffer)[] = [
      '',
      'hello',
      '{"',
      '[]',
      '{"i":1}',
      'null',
      Buffer.from([0, 255, 1]),
      '['.repeat(100_000),
      'x'.repeat(2_000_000),
    ];
    for (const frame of nonsense) {
      const socket = new WebSocket(`${station.origin.replace('http', 'ws')}/rpc`, {
        headers: { cookie, origin: station.origin },
      });
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.on('error', () => socket.terminate());
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(frame);
      await closed;
    }
    expect((await placeNow(client)).stepId).toBe('scan-impeller');
    expect((await second.client.system.get()).store.state).toBe('ok');
    expect(count()).toBe(before);
    expect(station.child.process.exitCode).toBeNull();
  });
});

/** What scanners and people really send: printable codes, control characters, label syntax, other alphabets, long ones. */
const garbage = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60 }),
  fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }),
  fc.string({
    minLength: 1,
    maxLength: 200,
    unit: fc.constantFrom('\u001d', '\u001e', '\u0004', ']', 'd', '2', '0', '1', '(', ')', '|', ':', '\r', '\n', '\0'),
  }),
  fc
    .tuple(
      fc.constantFrom('CMD-', '[)>\u001e06\u001d', ']d201', '(01)', 'HSG-100|', 'BRG-62|S:', '\ufeff', '../'),
      fc.string({ maxLength: 40 }),
    )
    .map((parts) => parts.join('')),
  fc.string({ minLength: 3_000, maxLength: 4_096 }),
);

describe('garbage scans', () => {
  const submit = (text: string) => client.scan.submit({ text, source: 'wedge' });

  it.each([
    { where: 'in a step that waits for a part', runs: 100 },
    { where: 'where a unit is waited for', runs: 100 },
  ])(
    '$where: each is answered, none changes anything',
    async ({ where, runs }) => {
      if (where.startsWith('where')) {
        await client.units.hold({ commandId: randomUUID(), serial: pump, reason: 'Room for the next' });
        expect((await client.execution.get()).mode).toBe('no-unit');
      }
      const before = count();
      const view = await client.execution.get();
      const words = new Set(['CONFIRM', 'RETRY', 'DISMISS', 'LOCK', 'SIGN-OUT']);
      await fc.assert(
        fc.asyncProperty(
          garbage.filter(
            (text) =>
              text.length <= 4_096 &&
              !words.has(
                text
                  .replace(/^.*CMD-/su, '')
                  .trim()
                  .toUpperCase(),
              ),
          ),
          async (text) => {
            const outcome = await submit(text);
            expect(outcome.result).not.toBe('accepted');
            expect(outcome.refusal?.reasons.length).toBeGreaterThan(0);
          },
        ),
        { numRuns: runs },
      );
      expect(since(before)).toEqual([]);
      const after = await client.execution.get();
      const lasting = ({ step }: typeof view) => step && [step.definition.id, step.attempt, step.startedAt, step.state];
      expect(lasting(after)).toEqual(lasting(view));
      expect(station.child.process.exitCode).toBeNull();
      expect(await submit('PMP100-2600421')).toMatchObject({ kind: 'unit', result: 'refused' });
      await client.execution.dismiss();
    },
    60_000,
  );
});

describe('two people, one unit', () => {
  it('a unit put on hold by somebody else while it is in work: the next act is refused, and says why', async () => {
    const place = await workTo(client, otherPump, 'scan-housing');
    const held = await second.client.units.hold({ commandId: randomUUID(), serial: otherPump, reason: 'Scratch' });
    expect(reasonsOf(held)).toEqual([]);
    const before = count();
    const late = await client.execution.act({
      commandId: randomUUID(),
      ...place,
      action: { type: 'scan-component', do: 'scan', code: 'HSG-100|L:H-22817', entry: 'scanned' },
    });
    expect(reasonsOf(late)).toEqual(['execution.none-open']);
    expect((await client.execution.get()).mode).toBe('no-unit');
    const again = await client.execution.start({ commandId: randomUUID(), serial: otherPump });
    expect(reasonsOf(again)).toEqual(['unit.held']);
    expect(again).toMatchObject({ refusal: { reasons: [{ params: { reason: 'Scratch', by: 'Sam Okafor' } }] } });
    expect(count()).toBe(before);
    await client.execution.dismiss();
  });
});

describe('PINs', () => {
  const pin = (value: string) => client.people.signIn({ commandId: randomUUID(), badge: 'BDG-1004', pin: value });

  it('five wrong ones lock that person’s PIN, right or wrong, and nobody else', async () => {
    const guesses = [];
    for (let guess = 0; guess < 5; guess += 1) guesses.push(await pin(`000${guess}`));
    expect(guesses.map((outcome) => (outcome.ok ? null : outcome.refusal.reasons[0]))).toMatchObject(
      [4, 3, 2, 1, 0].map((triesLeft) => ({ code: 'pin.wrong', params: { triesLeft } })),
    );
    expect(reasonsOf(await pin('2468'))).toEqual(['pin.locked']);
    await signIn(client, 'BDG-1005', '1357');
    await signIn(client, 'BDG-1002');
    // Four digits are in a UUID or a time by chance now and then; alone they are the PIN.
    const alone = /(?<![\da-f-])2468(?![\da-f-])/;
    expect(factsIn(line.data).filter((fact) => alone.test(JSON.stringify(fact)))).toEqual([]);
  });

  it('guesses sent side by side are judged one after the other', async () => {
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, guess) =>
        second.client.people.signIn({
          commandId: randomUUID(),
          badge: 'BDG-1006',
          pin: `11${String(guess).padStart(2, '0')}`,
        }),
      ),
    );
    expect(guesses.map((outcome) => reasonsOf(outcome)[0])).toEqual([
      ...Array.from({ length: 5 }, () => 'pin.wrong'),
      ...Array.from({ length: 7 }, () => 'pin.locked'),
    ]);
  });
});

it('a restart forgets neither the lock-out nor what was done under which command', async () => {
  const place = await workTo(client, 'PMP100-2600419', 'prepare');
  const click = { commandId: randomUUID(), ...place, action: { type: 'instruction', do: 'confirm' } } as const;
  expect(reasonsOf(await client.execution.act(click))).toEqual([]);
  const stepAfter = await placeNow(client);
  await station.child.kill('SIGKILL');
  await open();
  const before = count();
  expect(await client.execution.act(click)).toEqual({ ok: true, value: undefined });
  expect(count()).toBe(before);
  expect(await placeNow(client)).toEqual(stepAfter);
  const lockedAt = factsOf(line.data, 'operator.sign-in-refused').findLast(({ body }) =>
    body.reasons.some(({ params }) => params['triesLeft'] === 0 && params['operator'] === 'Ravi Nair'),
  );
  const right = await client.people.signIn({ commandId: randomUUID(), badge: 'BDG-1006', pin: '8642' });
  // Unless this machine was so busy that the minute is over.
  const over = Date.now() - (lockedAt?.at ?? 0) > 60_000;
  expect(over ? ['pin.locked'] : reasonsOf(right)).toEqual(['pin.locked']);
}, 240_000);
