import type { AxisView } from '#contract/rpc/execution.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { CyclePhase } from '#domain/steps/machine-cycle/kind.ts';
import { characteristicViewOf, type StepStateOf, type StepView } from '../view-type.ts';

type Phase = StepStateOf<'machine-cycle'>['phase'];

/** What the facts say; `collecting` and `aborting` are only known while they happen. */
const phases = {
  ready: 'ready',
  requested: 'preparing',
  prepared: 'preparing',
  started: 'running',
  finished: 'finished',
  aborted: 'aborted',
} as const satisfies Record<CyclePhase, Phase>;

export const machineCycleView: StepView<'machine-cycle'> = (def, progress, { facts, definition, doing }) => {
  const { catalogue } = facts;
  const device = catalogue.device(def.device);
  const recipe = catalogue.recipe(def.recipe, def.recipeRevision);
  const trace = device?.machine?.trace ?? null;
  const x = trace === null ? null : axis(trace.xTag, catalogue);
  const y = trace === null ? null : axis(trace.yTag, catalogue);
  const open = progress.phase === 'requested' || progress.phase === 'prepared' || progress.phase === 'started';
  return {
    type: 'machine-cycle',
    device: { id: def.device, title: device?.title ?? { en: def.device, de: def.device } },
    recipe: {
      id: def.recipe,
      revision: def.recipeRevision,
      title: recipe?.title ?? { en: def.recipe, de: def.recipe },
    },
    phase: open && (doing === 'aborting' || doing === 'collecting') ? doing : phases[progress.phase],
    cycleId: progress.cycleId,
    startedAt: progress.startedAt,
    timeoutMs: def.timeoutMs,
    parameters: (recipe?.parameters ?? []).map(({ id, title, value, unit }) => ({
      id,
      title,
      value,
      unit,
      readBack: progress.parameters.find((p) => p.id === id)?.readBack ?? null,
    })),
    results: progress.results.map(({ characteristicId, reading, verdict }) => ({
      characteristic: characteristicViewOf(definition, characteristicId),
      reading,
      verdict,
    })),
    trace: x === null || y === null ? null : { x, y },
  };
};

function axis(tagId: string, catalogue: Catalogue): AxisView | null {
  const tag = catalogue.tag(tagId)?.tag;
  return tag === undefined ? null : { tagId, title: tag.title, unit: tag.unit, decimals: tag.decimals };
}
