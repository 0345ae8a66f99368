/** What the rules of nonconformances may know, read from the read model. */
import type { NonconformanceFacts } from '#domain/nonconformances/facts.ts';
import { isRecorded, type NonconformancePart } from '#domain/nonconformances/nonconformance.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readNonconformance } from '#station/store/projections/nonconformances.ts';

export const nonconformanceFacts = (read: ReadModelReader): NonconformanceFacts => ({
  find: (id) => readNonconformance(read, id)?.state ?? null,
  own: (id) => readNonconformance(read, id)?.own ?? null,
  on: (serial) =>
    read
      .all<{ readonly state: string }>(
        `SELECT n.state FROM nonconformance_unit u JOIN nonconformance n USING (nonconformance_id)
         WHERE u.serial = ? ORDER BY n.recorded_at, n.nonconformance_id`,
        serial,
      )
      .map(({ state }) => JSON.parse(state) as NonconformancePart)
      .filter(isRecorded),
  conceded: (number) =>
    read.get<{ readonly n: number | null }>('SELECT sum(pieces) AS n FROM concession_use WHERE number = ?', number)
      ?.n ?? 0,
});
