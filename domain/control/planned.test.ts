import { expect, it } from 'vitest';
import type { Localized } from '#contract/config/text.ts';
import { catalogueOf } from '#domain/catalogue.ts';
import { t } from '#domain/test-plant.ts';
import { chartedText, plannedChart } from './planned.ts';
import { controlConfiguration } from './test-plan.ts';

it('a chart is called as its characteristic, unless the plan names it; the same of what was raised under an older revision', () => {
  const chart = { planId: 'PUMP', revision: '1', characteristicId: 'bore', chartId: 'bore', stationId: 'ST10' };
  const called = (title?: Localized): readonly unknown[] => {
    const facts = { catalogue: catalogueOf(controlConfiguration(title === undefined ? {} : { title })) };
    return [plannedChart(chart, facts)?.title, chartedText(chart, 'PUMP', facts)];
  };
  expect(called()).toEqual([null, t('Bore')]);
  expect(called(t('Bore at the bench'))).toEqual([t('Bore at the bench'), t('Bore at the bench')]);
  const facts = { catalogue: catalogueOf(controlConfiguration({ title: t('Bore at the bench') })) };
  expect(chartedText({ ...chart, revision: '0' }, 'PUMP', facts)).toEqual(t('Bore'));
});
