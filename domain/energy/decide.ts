/** What a meter told becomes facts, each with what the machine did then. */
import type { MachineFile } from '#contract/config/machines.ts';
import { event, type BodyOf, type DomainEvent } from '#contract/events/index.ts';
import { accept, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { noContext } from '#domain/machines/series.ts';
import type { Told } from './observe.ts';

/** What the station saw of a machine's meter. */
export interface EnergyCommand {
  readonly type: 'energy.observe';
  readonly machineId: string;
  readonly meter: Pick<NonNullable<MachineFile['meter']>, 'step' | 'unit'>;
  readonly told: readonly Told[];
  readonly doubts: readonly Omit<BodyOf<'machine.doubted'>, 'machineId' | 'doubtId'>[];
}

export function decideEnergy({ machineId, meter, told, doubts }: EnergyCommand, facts: Facts): Decision {
  const { step, unit } = meter;
  const events: DomainEvent[] = told.map((one) => {
    // An outage lies over several slices, or the machine was not watched yet.
    const slice = one.openSteps > 0 ? null : facts.machines.sliceAt(machineId, one.from);
    const state = slice?.state ?? 'no-data';
    return event('energy.used', { machineId, ...one, step, unit, state, context: slice?.context ?? noContext });
  });
  for (const [n, doubt] of doubts.entries())
    events.push(event('machine.doubted', { doubtId: facts.ids.fresh(`energy doubt ${n}`), machineId, ...doubt }));
  return accept(events);
}
