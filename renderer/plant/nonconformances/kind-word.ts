import type { CriterionKind } from '#contract/containment.ts';
import { t } from '../../i18n/plant.svelte.ts';

export const kindWord = (kind: CriterionKind): string =>
  ({
    lot: t.ct_plant_lot,
    operation: t.ct_plant_operation,
    order: t.ct_plant_order,
    device: t.ct_plant_device,
    gauge: t.ct_plant_gauge,
  })[kind]();
