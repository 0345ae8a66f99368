import { expect, it } from 'vitest';
import { characteristicSchema, type Characteristic } from '#contract/config/definition.ts';
import { t } from '#domain/test-plant.ts';
import { guardFaults } from './guards.ts';

const of = (id: string, more: object): Characteristic =>
  characteristicSchema.parse({ id, title: t(id), unit: 'mm', decimals: 3, ...more });
const bore = of('bore', { nominal: 24, lower: 23.98, upper: 24.03, plausible: { lower: 20, upper: 28 } });
const flange = of('flange', { nominal: 60, lower: 59, upper: 61 });
const weight = of('weight', { unit: 'g', lower: 405, upper: 419 });
const codes = (value: number, characteristic = bore): readonly string[] =>
  guardFaults(value, characteristic, [bore, flange, weight]).map(({ code }) => code);

it.each([
  ['good', 24.01, []],
  ['bad, yet of this bore', 24.6, []],
  ['read in inches', 24.01 / 25.4, ['value.other-unit']],
  ['converted twice', 24.01 * 25.4, ['value.other-unit']],
  ['of the flange', 60.2, ['value.other-feature']],
  ['of nothing that is known', 3, ['value.implausible']],
  ['like the weight, which has another unit', 411, ['value.implausible']],
])('judges a value that is %s', (_what, value, wanted) => expect(codes(value)).toEqual(wanted));

it('names the unit that the gauge seems to show, and the characteristic that was measured instead', () => {
  expect(guardFaults(0.945, bore, [bore])[0]?.params).toMatchObject({
    value: 0.945,
    unit: 'mm',
    shownText: { en: 'inches' },
  });
  expect(guardFaults(60.1, bore, [bore, flange])[0]?.params).toMatchObject({ otherText: flange.title });
});

it('lets a part be as bad as it is where the definition says nothing of plausible values', () => {
  expect(codes(64, flange)).toEqual([]);
  expect(codes(90, flange)).toEqual([]);
  expect(codes(60 / 25.4, flange)).toEqual(['value.other-unit']);
  expect(codes(24, flange)).toEqual(['value.other-feature']);
  expect(codes(24, of('depth', { upper: 5 }))).toEqual([]);
});
