import type { StepView } from '../view-type.ts';

export const scanComponentView: StepView<'scan-component'> = (def, _progress, { facts, definition }) => {
  const line = definition.bom.find((l) => l.line === def.bomLine);
  const id = line?.material ?? def.bomLine;
  return {
    type: 'scan-component',
    material: { id, title: facts.catalogue.material(id)?.title ?? { en: id, de: id } },
    trace: line?.trace ?? 'none',
  };
};
