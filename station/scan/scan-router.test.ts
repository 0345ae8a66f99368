import { describe, expect, it } from 'vitest';
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import { encodeLabel, labelBytes, type LabelPassport } from '#domain/units/label-passport.ts';
import { watchScanners } from './device-scans.ts';
import { duplicateWindowMs } from './scan-router.ts';
import { testStation, type TestStation } from './test-kit.ts';

const codes = ({ refusal }: ScanOutcome): readonly string[] => refusal?.reasons.map(({ code }) => code) ?? [];
const housing = 'HSG-100|L:H-22817';

/** Signed in, unit started, at the step that waits for the housing. */
async function atHousing(station: TestStation): Promise<void> {
  for (const text of ['BDG-1002', 'PMP100-2600417', 'CMD-CONFIRM']) {
    expect(await station.scan(text)).toMatchObject({ result: 'accepted' });
  }
}
const currentStep = ({ core }: TestStation): string | undefined => core.execution.view().step?.definition.id;

describe('a scan does what it means', () => {
  it('badge, unit, command, component: the beginning of the job without touching the screen', async () => {
    await using station = testStation();
    expect(await station.scan('BDG-1002')).toMatchObject({
      kind: 'badge',
      text: '…1002',
      fields: { operator: 'Sam Okafor' },
      result: 'accepted',
    });
    expect(await station.scan('PMP100-2600417')).toMatchObject({ kind: 'unit', fields: { serial: 'PMP100-2600417' } });
    expect(currentStep(station)).toBe('prepare');
    expect(await station.scan('CMD-CONFIRM')).toMatchObject({ kind: 'command', result: 'accepted' });
    expect(await station.scan(housing)).toMatchObject({
      kind: 'component',
      fields: { material: 'HSG-100', lot: 'H-22817' },
      result: 'accepted',
    });
    expect(currentStep(station)).toBe('scan-impeller');
    expect(station.events().findLast(({ type }) => type === 'component.fitted')).toMatchObject({
      body: { materialId: 'HSG-100', lot: 'H-22817', entry: 'scanned', code: housing },
      actor: { kind: 'person', id: 'sam.okafor' },
    });
  });
  it('keeps the symbology identifier, and the core reads the same component', async () => {
    await using station = testStation();
    await atHousing(station);
    const code = ']d2010952123400030310H-1\u001d371';
    expect(await station.scan(code)).toMatchObject({ result: 'accepted', text: ']d2010952123400030310H-1␝371' });
    expect(station.events().findLast(({ type }) => type === 'component.fitted')).toMatchObject({
      body: { lot: 'H-1', code },
    });
  });
  it('marks what was typed as typed', async () => {
    await using station = testStation();
    await atHousing(station);
    await station.scan(housing, 'typed');
    expect(station.events().findLast(({ type }) => type === 'component.fitted')).toMatchObject({
      body: { entry: 'typed' },
    });
  });
  it('takes an order as a choice', async () => {
    await using station = testStation();
    expect(await station.scan('WO-10452')).toMatchObject({
      kind: 'order',
      fields: { order: 'WO-10452' },
      result: 'accepted',
    });
    expect(codes(await station.scan('WO-99999'))).toEqual(['order.unknown']);
  });
  it('fills a text step', async () => {
    await using station = testStation();
    await station.scan('BDG-1002');
    await station.scan('PMP100-2600422');
    const view = () => station.core.execution.view();
    const act = (action: Parameters<typeof station.core.execution.act>[0]['action']) => {
      const { executionId, step } = view();
      const place = { executionId: executionId!, stepId: step!.definition.id, attempt: step!.attempt, action };
      return station.core.execution.act(place, `act-${step!.definition.id}`);
    };
    act({ type: 'choice', do: 'choose', option: 'black' });
    act({ type: 'number', do: 'enter', value: 1.2 });
    expect(currentStep(station)).toBe('remark');
    expect(await station.scan('WO-10452 label torn')).toMatchObject({ kind: 'text', result: 'accepted' });
    expect(currentStep(station)).toBe('release-check');
  });
  it('locks and signs out by command', async () => {
    await using station = testStation();
    await station.scan('BDG-1002');
    await station.scan('CMD-LOCK');
    expect(station.people.view().locked).toBe(true);
    await station.scan('BDG-1002');
    station.clock.advance(duplicateWindowMs);
    await station.scan('CMD-SIGN-OUT');
    expect(station.people.view().person).toBeNull();
  });
});

describe('a scan is refused with its reason', () => {
  it('nobody signed in', async () => {
    await using station = testStation();
    const outcome = await station.scan('PMP100-2600417');
    expect(codes(outcome)).toContain('operator.nobody');
    expect(station.core.execution.view().mode).toBe('refused');
  });
  it('wrong part', async () => {
    await using station = testStation();
    await atHousing(station);
    const outcome = await station.scan('IMP-100|S:IMP-009112');
    expect(outcome).toMatchObject({ kind: 'component', result: 'refused' });
    expect(codes(outcome)).toContain('material.wrong');
    expect(currentStep(station)).toBe('scan-housing');
  });
  it('a part where none is asked for', async () => {
    await using station = testStation();
    const early = await station.scan(housing);
    expect(early.refusal?.reasons).toEqual([
      { code: 'scan.not-expected-here', params: { kind: 'component', expected: 'unit' } },
    ]);
    await station.scan('BDG-1002');
    await station.scan('PMP100-2600417');
    station.clock.advance(duplicateWindowMs);
    const later = await station.scan(housing);
    expect(later.refusal?.reasons).toEqual([
      { code: 'scan.not-expected-here', params: { kind: 'component', expected: 'nothing' } },
    ]);
  });
  it('a confirmation where more is needed than a press', async () => {
    await using station = testStation();
    await atHousing(station);
    station.clock.advance(duplicateWindowMs);
    expect(codes(await station.scan('CMD-CONFIRM'))).toEqual(['scan.not-expected-here']);
  });
  it('an unknown serial number of an order here', async () => {
    await using station = testStation();
    await station.scan('BDG-1002');
    expect(codes(await station.scan('PMP100-9999999'))).toContain('unit.unknown');
  });
  it.each([
    ['something else', 'scan.not-understood'],
    ['CMD-FLY', 'scan.not-understood'],
    ["HSGß100'LÖHß22817", 'scan.keyboard-layout'],
  ])('%s: %s', async (text, code) => {
    await using station = testStation();
    expect(codes(await station.scan(text))).toEqual([code]);
  });
  it('a badge garbled by the keyboard layout is not shown in full', async () => {
    await using station = testStation();
    const outcome = await station.scan('BDGß1002');
    expect(outcome.text).toBe('…1002');
    expect(JSON.stringify(outcome)).not.toContain('BDG');
  });
  it('everything while the store takes nothing', async () => {
    await using station = testStation({ store: { minFreeBytes: Number.MAX_SAFE_INTEGER } });
    expect(await station.scan('BDG-1002')).toMatchObject({ result: 'refused', kind: 'badge', text: '…1002' });
    expect(codes(await station.scan('WO-10452'))).toEqual(['store.not-writable']);
  });
});

describe('repetitions', () => {
  it('ignores the same code from any source within the window, and says so', async () => {
    await using station = testStation();
    await station.scan('BDG-1002', 'device');
    const again = await station.scan('BDG-1002', 'wedge');
    expect(again).toMatchObject({ result: 'ignored', kind: 'badge', text: '…1002' });
    expect(codes(again)).toEqual(['scan.duplicate']);
    expect(station.events().filter(({ type }) => type === 'operator.signed-in')).toHaveLength(1);
  });
  it('a trigger held down stays one scan; after the window it counts anew', async () => {
    await using station = testStation();
    const results: string[] = [];
    for (const wait of [0, 1_000, 1_000, 1_000, duplicateWindowMs]) {
      station.clock.advance(wait);
      results.push((await station.scan('WO-10452')).result);
    }
    expect(results).toEqual(['accepted', 'ignored', 'ignored', 'ignored', 'accepted']);
  });
  it('handles scans in the order they came, each with its number', async () => {
    await using station = testStation();
    const all = await Promise.all(
      ['BDG-1002', 'PMP100-2600417', 'CMD-CONFIRM', housing].map((text) => station.scan(text)),
    );
    expect(all.map(({ id, result }) => [id, result])).toEqual([1, 2, 3, 4].map((id) => [id, 'accepted']));
    expect(currentStep(station)).toBe('scan-impeller');
    expect(station.scans.last()?.id).toBe(4);
  });
});

describe('scanners as devices', () => {
  it('go the same way; damaged lines and states that did not change are no scans', async () => {
    await using station = testStation();
    const { hub, core, scans, clock } = station;
    hub.register('scanner', [{ id: 'scanner.code', unit: null, staleAfterMs: null }]);
    const seen: ScanOutcome[] = [];
    scans.outcomes.listen((outcome) => seen.push(outcome));
    const reading = (value: string | null, quality: 'good' | 'bad' = 'good') =>
      hub.push('scanner', [
        { tag: 0, value, quality, status: 'x', sourceAt: null, serverAt: null, receivedAt: clock.now() },
      ]);
    const watch = (pushes: boolean) =>
      watchScanners({
        hub,
        catalogue: core.catalogue,
        station: { scanners: ['scanner'] },
        router: scans,
        pushes: () => pushes,
      });
    const settle = () => scans.submit({ text: 'end', source: 'typed', deviceId: null });

    const stop = watch(true);
    reading('BDG-1002');
    reading(null, 'bad');
    await settle();
    expect(seen.map(({ source, deviceId, kind }) => [source, deviceId, kind])).toEqual([
      ['device', 'scanner', 'badge'],
      ['typed', null, 'unknown'],
    ]);
    stop();

    seen.length = 0;
    clock.advance(duplicateWindowMs);
    watch(false);
    for (const text of ['WO-10452', 'WO-10452', 'WO-10460']) reading(text);
    await settle();
    expect(seen.map(({ fields }) => fields['order'])).toEqual(['WO-10460', undefined]);
  });
});

describe('a label passport', () => {
  const label = (keyId: string, more: Partial<LabelPassport> = {}): LabelPassport => ({
    serial: 'PMP200-2600077',
    orderId: 'WO-10460',
    materialId: 'PMP-200',
    definitionId: 'PMP-200',
    revision: 'A',
    origin: { stationId: 'ST05', at: 1_795_400_000_000 },
    passed: [{ operationId: '10', stationId: 'ST05', at: 1_795_420_000_000 }],
    reworks: [],
    completed: false,
    issuedAt: 1_795_420_060_000,
    keyId,
    ...more,
  });

  it('is understood, and takes up a unit that nobody told of; the next operation starts', async () => {
    await using station = testStation();
    const key = station.server.keyOf('ST05');
    station.server.cut();
    await station.scan('BDG-1002');
    expect(codes(await station.scan('PMP200-2600077'))).toContain('unit.unknown');
    const of = label(key.keyId);
    const code = encodeLabel(of, key.sign(labelBytes(of)));
    expect(await station.scan(code)).toMatchObject({
      kind: 'passport',
      text: `${code.slice(0, 16)}…`,
      fields: { serial: 'PMP200-2600077', order: 'WO-10460' },
      result: 'accepted',
      refusal: null,
    });
    expect(station.core.execution.view()).toMatchObject({ mode: 'step', operation: { id: '20' } });
  });

  it('as a scanner sends it, with its symbology identifier and a line end', async () => {
    await using station = testStation();
    const key = station.server.keyOf('ST05');
    await station.scan('BDG-1002');
    const of = label(key.keyId);
    const outcome = await station.scan(`]d1${encodeLabel(of, key.sign(labelBytes(of)))}\r`);
    expect(outcome).toMatchObject({ kind: 'passport', result: 'accepted' });
  });

  it('damaged, of another version or wrongly signed: refused with the reason, and the reason is the page', async () => {
    await using station = testStation();
    const key = station.server.keyOf('ST05');
    await station.scan('BDG-1002');
    const of = label(key.keyId);
    const good = encodeLabel(of, key.sign(labelBytes(of)));
    const forged = encodeLabel(
      { ...of, passed: [...of.passed, { ...of.passed[0]!, operationId: '20' }] },
      key.sign(labelBytes(of)),
    );
    expect(codes(await station.scan(forged))).toEqual(['label.signature-wrong']);
    expect(codes(await station.scan(good.slice(0, -4)))).toEqual(['label.damaged']);
    expect(station.core.execution.view()).toMatchObject({
      mode: 'refused',
      refusal: { reasons: [{ code: 'label.signature-wrong', params: { serial: of.serial, station: 'ST05' } }] },
    });
    expect(codes(await station.scan(`${good}*`))).toEqual(['label.damaged']);
    expect(codes(await station.scan(good.replace('LWP1:', 'LWP9:')))).toEqual(['label.version-unknown']);
    expect(codes(await station.scan('LWP1:nothing'))).toEqual(['label.damaged']);
  });

  it('in the middle of another unit: what is open here is told, and what the label says is kept', async () => {
    await using station = testStation();
    const key = station.server.keyOf('ST05');
    await atHousing(station);
    const of = label(key.keyId);
    const outcome = await station.scan(encodeLabel(of, key.sign(labelBytes(of))));
    expect(codes(outcome)).toContain('unit.other-in-work');
    expect(station.events().some(({ type }) => type === 'unit.arrived')).toBe(true);
    expect(currentStep(station)).toBeUndefined();
  });

  it('garbled by a keyboard of another country: the layout is named', async () => {
    await using station = testStation();
    const outcome = await station.scan('LWP1Ö0YZ');
    expect(outcome.result).toBe('refused');
    expect(['scan.keyboard-layout', 'scan.not-understood']).toContain(codes(outcome)[0]);
  });
});
