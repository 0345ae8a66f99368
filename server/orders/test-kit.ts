/** For tests: orders, read model and documents of a plant with two lines, and what the stations get of them. */
import type { Configuration } from '#contract/config/index.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { DocumentsAnswer, SyncDocument } from '#contract/sync/down.ts';
import type { Act } from '../act.ts';
import { releasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { Scope } from '../downlink/publish.ts';
import { readDocuments } from '../downlink/read.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoConfiguration } from '../projections/test-kit.ts';
import { createUnitActs } from '../units/acts.ts';
import { createPlantStream } from '../units/plant-stream.ts';
import { createOrderService } from './orders.ts';
import { createOrderReactions } from './react.ts';

const demo = demoConfiguration();

/** L1 of ST10 and ST20, L2 of ST11 and ST21; units of PMP-100 begin at ST10 and ST11. */
export const twoLines: Configuration = {
  ...demo,
  lines: [...demo.lines, { ...demo.lines[0]!, id: 'L2', stations: ['ST05', 'ST10'] }].map((line) =>
    line.id === 'L1' ? { ...line, stations: ['ST10', 'ST20'] } : { ...line, stations: ['ST11', 'ST21'] },
  ),
  definitions: demo.definitions.map((definition) =>
    definition.id === 'PMP-100'
      ? {
          ...definition,
          operations: definition.operations.map((operation) => ({
            ...operation,
            stations: operation.id === '10' ? ['ST10', 'ST11'] : ['ST20', 'ST21'],
          })),
        }
      : definition,
  ),
};

/** Of both lines. */
export const orderInput = {
  orderId: 'WO-1',
  definitionId: 'PMP-100',
  revision: 'C',
  quantity: 100,
  priority: 5,
  dueAt: null,
  serialPrefix: 'N-',
  jobs: [
    { lineId: 'L1', quantity: 60 },
    { lineId: 'L2', quantity: 40 },
  ],
};

/** @returns the parts, with `needed` rights and what other systems were `told`. */
export async function orderPlant(db: Db, configuration: Configuration = twoLines) {
  const released = releasedConfiguration(() => configuration);
  const plantStream = await createPlantStream(db, released, Date.now());
  const told: string[] = [];
  const projector = createProjector({
    db,
    configuration: released,
    react: createOrderReactions(released, async (_tx, became) => {
      told.push(...became.map(({ order, status }) => `${order.orderId} ${status} ${order.version}`));
    }),
    log: createLog('silent'),
  });
  const orders = createOrderService(released);
  const units = createUnitActs(released, plantStream);
  const needed: string[] = [];
  const act = <T>(run: (act: Act) => Promise<PlantOutcome<T>>): Promise<PlantOutcome<T>> =>
    db.transaction((tx) =>
      run({
        tx,
        caller: { accountId: 'jana', name: 'Jana' },
        at: Date.now(),
        need: (right, lineId) => void needed.push(`${right} ${lineId}`),
        audit: async () => undefined,
      }),
    );
  return { db, released, plantStream, projector, orders, units, act, needed, told };
}

export async function fold(projector: Projector): Promise<void> {
  while ((await projector.round()) > 0);
}

/** As a station that asks for the first time gets them. */
export async function documents(db: Db, scope: Scope, kind: string): Promise<SyncDocument[]> {
  const answer = JSON.parse((await readDocuments(db, [scope], '')).json) as DocumentsAnswer;
  return answer.documents.filter((each) => each.kind === kind);
}

export const codes = (outcome: PlantOutcome<unknown>): string[] =>
  outcome.ok ? [] : outcome.faults.map(({ code }) => code);
