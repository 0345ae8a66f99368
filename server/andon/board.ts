/** The big board: the board of the lines with machines, stack lights, calls and stops. */
import type { Board, BoardMachine, BoardStation } from '#contract/plant/andon.ts';
import type { StationTile } from '#contract/plant/lines.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { stackLight } from '#domain/andon/light.ts';
import type { Call } from '#domain/andon/call.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { readBoard } from '../lines/board.ts';
import type { Sight } from '../rpc/sight.ts';
import { openCallsOf, plantCall } from './read.ts';

interface MachineRow {
  readonly machine_id: string;
  readonly began_at: number;
  readonly state: MachineState;
  readonly alarm: string | null;
}
interface StopRow {
  readonly station_id: string;
  readonly from_at: number;
}

/** @param now UTC ms by the server's clock. */
export async function readBigBoard(db: Queries, force: InForce, now: number, sight: Sight): Promise<Board> {
  const lines = await readBoard(db, force, now, sight);
  const ids = lines.flatMap(({ stations }) => stations.map(({ stationId }) => stationId));
  const [machines, stops, calls] = await Promise.all([
    db.query<MachineRow>(
      `SELECT s.machine_id, s.began_at, s.state, s.alarm FROM unnest($1::text[]) AS m (id) CROSS JOIN LATERAL
         (SELECT machine_id, began_at, state, alarm FROM machine_slice WHERE machine_id = m.id ORDER BY began_at DESC LIMIT 1) s`,
      [force.catalogue.machines.filter(({ station }) => ids.includes(station)).map(({ id }) => id)],
    ),
    db.query<StopRow>(
      `SELECT station_id, min(from_at) AS from_at FROM stop
       WHERE to_at IS NULL AND from_at IS NOT NULL AND NOT withdrawn AND station_id = ANY($1) GROUP BY station_id`,
      [ids],
    ),
    openCallsOf(db, ids),
  ]);
  const shift = shiftAt(now, force.catalogue.plant);
  return {
    at: now,
    shift:
      shift === null || shift.shift === null
        ? null
        : { title: shift.shift.title, from: shift.startAt, to: shift.endAt },
    lines: lines.map((line) => ({
      lineId: line.lineId,
      title: line.title,
      order: line.order,
      held: line.held,
      signals: line.signals.length,
      calls: calls
        .filter(({ raised }) => line.stations.some(({ stationId }) => stationId === raised.stationId))
        .map((call) => plantCall(call, force)),
      stations: line.stations.map((tile) =>
        stationOf(
          tile,
          force.catalogue.machines
            .filter(({ station }) => station === tile.stationId)
            .map(({ id, title }): BoardMachine => {
              const row = machines.find(({ machine_id }) => machine_id === id);
              return {
                machineId: id,
                title,
                state: row?.state ?? 'no-data',
                since: row?.began_at ?? 0,
                alarm: row?.alarm ?? null,
              };
            }),
          calls.filter(({ raised }) => raised.stationId === tile.stationId),
          line.signals.some(({ stationId }) => stationId === tile.stationId),
          stops.find(({ station_id }) => station_id === tile.stationId)?.from_at ?? null,
        ),
      ),
    })),
  };
}

/** Of a station that is silent everything is as of then: its light is not known. */
function stationOf(
  tile: StationTile,
  machines: readonly BoardMachine[],
  calls: readonly Call[],
  signal: boolean,
  stoppedSince: number | null,
): BoardStation {
  const { stationId, title, link, heardAt, work, workSince, unit, passes, unsent } = tile;
  const known = link === 'linked';
  return {
    stationId,
    title,
    link,
    heardAt,
    light: stackLight({
      states: known ? machines.map(({ state }) => state) : [],
      work: known ? workAs[work] : null,
      signal: known && signal,
      calls: calls.map(({ answered }) => ({ answered: answered !== null })),
    }),
    machines,
    work,
    workSince,
    serial: unit?.serial ?? null,
    passes,
    unsent,
    stoppedSince,
  };
}

const workAs: Readonly<Record<StationTile['work'], 'in-work' | 'failed' | 'free' | null>> = {
  'in-work': 'in-work',
  failed: 'failed',
  waiting: 'free',
  locked: 'free',
  stopped: null,
  unknown: null,
};
