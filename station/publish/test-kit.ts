/** The log of a station in memory, as publishing reads it. */
import { event, type StoredEvent } from '#contract/events/index.ts';
import { Signal } from '#station/streams/signal.ts';

export function logInMemory() {
  const log: StoredEvent[] = [];
  const onAppended = new Signal<readonly StoredEvent[]>();
  let epoch = 'e1';
  return {
    store: {
      get epoch() {
        return epoch;
      },
      get position() {
        return log.length === 0 ? null : { epoch, seq: log.length };
      },
      records: (after: number, limit: number) =>
        log.slice(after, after + limit).map((record) => {
          return { epochId: 1, seq: record.seq, record: JSON.stringify(record), hash: new Uint8Array() };
        }),
      onAppended,
    },
    /** A unit passed at ST10. @param at UTC ms */
    passed(at: number): void {
      log.push({
        ...event('execution.passed', { executionId: 'x', serial: 'S', operationId: '10' }),
        stationId: 'ST10',
        epoch,
        seq: log.length + 1,
        at,
        bootId: 'b',
        monoMs: 0,
        actor: { kind: 'system' },
        commandId: null,
        config: 'c',
      } as unknown as StoredEvent);
      onAppended.emit([]);
    },
    /** A backup was put back: another epoch, and nothing in it. */
    putBack(): void {
      epoch = 'e2';
      log.splice(0);
    },
  };
}
