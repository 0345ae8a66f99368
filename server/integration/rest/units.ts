/** Units by any identifier, and what happened to one. */
import { z } from 'zod';
import { problemSchema } from '#contract/integration/words.ts';
import type { PlantUnit, PlantUnitRow } from '#contract/plant/units.ts';
import type { IntegrationPorts } from '../ports.ts';
import { needRight, type Api } from './caller.ts';
import { ApiFault } from './problem.ts';

const tags = ['Units'];
const page = { cursor: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const rowSchema = z.object({
  serial: z.string(),
  orderId: z.string(),
  material: z.string(),
  status: z.string(),
  stationId: z.string().nullable(),
  changedAt: z.string().nullable(),
  foundBy: z.object({ kind: z.string(), value: z.string() }).nullable(),
  openCases: z.number(),
});
const unitSchema = rowSchema.extend({
  passed: z.array(z.object({ operationId: z.string(), stationId: z.string().nullable(), at: z.string().nullable() })),
  holds: z.array(
    z.object({ holdId: z.string(), reason: z.string(), at: z.string().nullable(), liftedAt: z.string().nullable() }),
  ),
  completedAt: z.string().nullable(),
  scrappedAt: z.string().nullable(),
  components: z.array(
    z.object({
      bomLine: z.string(),
      material: z.string(),
      lot: z.string().nullable(),
      serial: z.string().nullable(),
      at: z.string().nullable(),
      removed: z.boolean(),
    }),
  ),
});

export function addUnitRoutes(api: Api, ports: IntegrationPorts): void {
  const { db, units } = ports;
  api.get(
    '/units',
    {
      schema: {
        tags,
        summary: 'Find by serial number, serial or lot of a component, or order',
        querystring: z.object({ query: z.string().max(128).default(''), ...page }),
        response: { 200: z.object({ items: z.array(rowSchema), next: z.string().nullable(), total: z.number() }) },
      },
    },
    async (request) => {
      needRight(request, ports, null);
      const { query, cursor, limit } = request.query;
      const found = await units.search(db, query, cursor ?? null, limit);
      return { items: found.items.map(rowOf), next: found.next, total: found.total };
    },
  );
  api.get(
    '/units/:serial',
    {
      schema: {
        tags,
        summary: 'One unit: operations, holds, components',
        params: z.object({ serial: z.string().max(128) }),
        response: { 200: unitSchema, 404: problemSchema },
      },
    },
    async (request) => {
      needRight(request, ports, null);
      const unit = await units.get(db, request.params.serial);
      if (unit === null) throw new ApiFault(404, `There is no unit "${request.params.serial}".`);
      return unitOf(unit);
    },
  );
  api.get(
    '/units/:serial/history',
    {
      schema: {
        tags,
        summary: 'Every fact about it, as recorded',
        params: z.object({ serial: z.string().max(128) }),
        querystring: z.object(page),
        response: {
          200: z.object({
            items: z.array(
              z.object({
                stationId: z.string(),
                epoch: z.string(),
                branch: z.string(),
                seq: z.number(),
                at: z.string(),
                receivedAt: z.string(),
                type: z.string(),
                body: z.unknown(),
              }),
            ),
            next: z.string().nullable(),
          }),
        },
      },
    },
    async (request) => {
      needRight(request, ports, null);
      const { cursor, limit } = request.query;
      const facts = await units.facts(db, request.params.serial, cursor ?? null, limit);
      const items = facts.items.map(({ stationId, epoch, branch, seq, at, receivedAt, type, body }) => ({
        stationId,
        epoch,
        branch,
        seq,
        at: new Date(at).toISOString(),
        receivedAt: new Date(receivedAt).toISOString(),
        type,
        body,
      }));
      return { items, next: facts.next };
    },
  );
}

const rowOf = ({ serial, orderId, materialId, status, stationId, changedAt, foundBy, openCases }: PlantUnitRow) => ({
  serial,
  orderId,
  material: materialId,
  status,
  stationId,
  changedAt: iso(changedAt),
  foundBy,
  openCases,
});

const unitOf = (unit: PlantUnit) => ({
  ...rowOf(unit),
  passed: unit.passport.passed.map(({ operationId, stationId, at }) => ({ operationId, stationId, at: iso(at) })),
  holds: unit.passport.holds.map(({ holdId, reason, at, lifted }) => ({
    holdId,
    reason,
    at: iso(at),
    liftedAt: iso(lifted?.at ?? null),
  })),
  completedAt: iso(unit.passport.completed?.at ?? null),
  scrappedAt: iso(unit.passport.scrapped?.at ?? null),
  components: unit.components.map(({ bomLine, materialId, lot, serial, at, removed }) => ({
    bomLine,
    material: materialId,
    lot,
    serial,
    at: iso(at),
    removed,
  })),
});
