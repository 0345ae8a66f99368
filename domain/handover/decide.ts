/** Handing over a shift by two badges: one writes, another one takes. */
import { event } from '#contract/events/index.ts';
import type { HandoverCommand } from '#domain/commands.ts';
import { accept, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { actorName } from '#domain/units/holder.ts';
import { isWritten } from './handover.ts';

export function decideHandover(command: HandoverCommand, facts: Facts): Decision {
  const faults = [...permissionFaults(facts, 'handover.sign')];
  if (command.type === 'handover.write') {
    const { note, report } = command;
    const waiting = facts.handovers.waiting().find((each) => each.written?.shift === report.shift);
    if (isWritten(waiting ?? null) && waiting?.written)
      faults.push(
        reason('handover.waiting', {
          by: actorName(waiting.written.by, waiting.written.stationId, facts),
          writtenAt: waiting.written.at,
        }),
      );
    if (faults.length > 0) return refuse(faults);
    const handoverId = facts.ids.fresh('handover');
    return accept([event('handover.written', { handoverId, ...report, note: note.trim() })], { handoverId });
  }
  const { handoverId, note } = command;
  const handover = facts.handovers.handover(handoverId);
  if (!isWritten(handover)) return refuse([...faults, reason('handover.unknown', { handover: handoverId })]);
  const { written, taken } = handover;
  if (taken !== null)
    faults.push(
      reason('handover.taken-already', { takenAt: taken.at, by: actorName(taken.by, taken.stationId, facts) }),
    );
  const { person } = facts.session;
  if (person !== null && written.by.kind === 'person' && written.by.id === person.personId)
    faults.push(reason('handover.same-person', { operator: person.name }));
  return faults.length > 0 ? refuse(faults) : accept([event('handover.taken', { handoverId, note: note.trim() })]);
}
