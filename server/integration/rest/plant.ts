/** Lines, their dispatch lists, and what the stations are doing. */
import { z } from 'zod';
import { problemSchema } from '#contract/integration/words.ts';
import { may } from '#domain/accounts/may.ts';
import { inWords } from '../fault-words.ts';
import type { IntegrationPorts } from '../ports.ts';
import { callerOf, needRight, type Api } from './caller.ts';
import { ApiFault } from './problem.ts';

const tags = ['Plant'];
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const stationSchema = z.object({
  stationId: z.string(),
  lineId: z.string(),
  title: z.object({ en: z.string(), de: z.string() }),
  link: z.enum(['linked', 'silent', 'never']),
  heardAt: z.string().nullable().describe('What is told of a silent station is as of then'),
  work: z.string(),
  workSince: z.string().nullable(),
  serial: z.string().nullable(),
  orderId: z.string().nullable(),
  operationId: z.string().nullable(),
  unsent: z.number(),
  devicesDown: z.array(z.string()),
});
const jobSchema = z.object({
  sequence: z.number(),
  jobOrderId: z.string(),
  orderId: z.string(),
  material: z.string(),
  definitionId: z.string(),
  revision: z.string(),
  quantity: z.number(),
  done: z.number(),
  inWork: z.number(),
  priority: z.number(),
  due: z.string().nullable(),
  blocked: z.array(z.string()),
});

export function addPlantRoutes(api: Api, ports: IntegrationPorts): void {
  api.get(
    '/stations',
    {
      schema: {
        tags,
        summary: 'What every station is doing',
        response: { 200: z.object({ items: z.array(stationSchema) }) },
      },
    },
    async (request) => {
      const { grants } = callerOf(request);
      const lines = (await ports.lines()).filter(({ lineId }) =>
        may(grants, 'integration.use', lineId, ports.places()),
      );
      const items = lines.flatMap(({ lineId, stations }) =>
        stations.map((tile) => ({
          stationId: tile.stationId,
          lineId,
          title: tile.title,
          link: tile.link,
          heardAt: iso(tile.heardAt),
          work: tile.work,
          workSince: iso(tile.workSince),
          serial: tile.unit?.serial ?? null,
          orderId: tile.unit?.orderId ?? null,
          operationId: tile.unit?.operationId ?? null,
          unsent: tile.unsent.count,
          devicesDown: [...tile.devicesDown],
        })),
      );
      return { items };
    },
  );

  api.get(
    '/lines/:lineId/dispatch-list',
    {
      schema: {
        tags,
        summary: 'Open job orders of a line in the order in which they are worked on, with what blocks each',
        params: z.object({ lineId: z.string().max(64) }),
        response: { 200: z.object({ lineId: z.string(), items: z.array(jobSchema) }), 404: problemSchema },
      },
    },
    async (request) => {
      const { lineId } = request.params;
      needRight(request, ports, lineId);
      if (!ports.configuration().lines.some(({ id }) => id === lineId)) {
        throw new ApiFault(404, `There is no line "${lineId}".`);
      }
      const items: z.infer<typeof jobSchema>[] = [];
      let cursor: string | null = null;
      do {
        const page = await ports.orders.list(ports.db, { cursor, limit: 200, status: 'open', lineId });
        for (const order of page.items) {
          for (const job of order.jobs) {
            if (job.lineId !== lineId || job.sequence === null) continue;
            const { sequence, jobOrderId, quantity, done, inWork, blocked } = job;
            items.push({
              sequence,
              jobOrderId,
              orderId: order.orderId,
              material: order.material.id,
              definitionId: order.definition.id,
              revision: order.definition.revision,
              quantity,
              done,
              inWork,
              priority: order.priority,
              due: iso(order.dueAt),
              blocked: blocked.map((fault) => inWords(fault).problem),
            });
          }
        }
        cursor = page.next;
      } while (cursor !== null && items.length < 5_000);
      return { lineId, items: items.sort((a, b) => a.sequence - b.sequence) };
    },
  );
}
