/** The calls of the plant view about orders, units and lines. */
import { implement } from '@orpc/server';
import { control as controlContract } from '#contract/plant/control.ts';
import { nonconformances as nonconformancesContract } from '#contract/plant/nonconformances.ts';
import { containments as containmentsContract } from '#contract/plant/containments.ts';
import { gauges as gaugesContract } from '#contract/plant/gauges.ts';
import { lines as linesContract } from '#contract/plant/lines.ts';
import { orders as ordersContract } from '#contract/plant/orders.ts';
import { stops as stopsContract } from '#contract/plant/stops.ts';
import { studies as studiesContract } from '#contract/plant/studies.ts';
import { units as unitsContract } from '#contract/plant/units.ts';
import { ableLines } from '#domain/work-orders/work-order.ts';
import type { ChangesFeed } from './changes-feed.ts';
import type { Clock } from './clock.ts';
import type { ReleasedConfiguration } from './configuration.ts';
import { chartOverview, chartPage, listCharts } from './control/charts.ts';
import { listSignals } from './control/read.ts';
import { pointRecords } from './control/records.ts';
import type { Db } from './db/db.ts';
import type { ContainmentActs } from './containments/acts.ts';
import { containmentChoices, previewContainment } from './containments/offer.ts';
import { listContainments } from './containments/read.ts';
import type { GaugeActs } from './gauges/acts.ts';
import { listGauges, readGauge } from './gauges/read.ts';
import { readBoard } from './lines/board.ts';
import type { NonconformanceActs } from './nonconformances/acts.ts';
import { listNonconformances, paretoOf, readPhoto } from './nonconformances/read.ts';
import type { OrderService } from './orders/port.ts';
import type { Changes } from './rpc/changes.ts';
import type { PlantContext } from './rpc/context.ts';
import { accepted } from './rpc/refused.ts';
import { seesLine, sightOf } from './rpc/sight.ts';
import { listStops, readStop, readStopPhoto } from './stops/read.ts';
import { listStudies, readStudyReport } from './studies/read.ts';
import type { UnitActs } from './units/acts.ts';
import { listCases, listFacts, readUnit, searchUnits } from './units/read.ts';

export interface PlantParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly configuration: ReleasedConfiguration;
  readonly feed: ChangesFeed;
  readonly change: Changes;
  readonly orders: OrderService;
  readonly units: UnitActs;
  readonly nonconformances: NonconformanceActs;
  readonly containments: ContainmentActs;
  readonly gauges: GaugeActs;
}

export function createOrdersRouter({ db, configuration, feed, change, orders }: PlantParts) {
  const os = implement(ordersContract).$context<PlantContext>();
  const wanted = { right: 'order.manage' } as const;
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller }, input }) =>
      orders.list(db, input, sightOf(caller.grants, configuration())),
    ),
    get: os.get.handler(({ context: { caller }, input }) =>
      orders.get(db, input.orderId, sightOf(caller.grants, configuration())),
    ),
    create: os.create.handler(({ context: { caller }, input: { commandId, ...input } }) =>
      change(caller, commandId, wanted, async (act) => void accepted(await orders.create(act, input, 'plant'))),
    ),
    release: os.release.handler(({ context: { caller }, input: { commandId, orderId, version } }) =>
      change(caller, commandId, wanted, async (act) => void accepted(await orders.release(act, orderId, version))),
    ),
    hold: os.hold.handler(({ context: { caller }, input: { commandId, orderId, version, reason } }) =>
      change(caller, commandId, wanted, async (act) => void accepted(await orders.hold(act, orderId, version, reason))),
    ),
    close: os.close.handler(({ context: { caller }, input: { commandId, orderId, version } }) =>
      change(caller, commandId, wanted, async (act) => void accepted(await orders.close(act, orderId, version))),
    ),
    split: os.split.handler(({ context: { caller }, input: { commandId, orderId, version, jobs } }) =>
      change(
        caller,
        commandId,
        wanted,
        async (act) => void accepted(await orders.change(act, orderId, version, { jobs })),
      ),
    ),
    move: os.move.handler(({ context: { caller }, input: { commandId, jobOrderId, place } }) =>
      change(caller, commandId, wanted, async (act) => void accepted(await orders.move(act, jobOrderId, place))),
    ),
    definitions: os.definitions.handler(({ context: { caller } }) => {
      const { definitions, lines: all } = configuration().configuration;
      const sight = sightOf(caller.grants, configuration());
      const lines = all.filter(({ id }) => seesLine(sight, id));
      return definitions
        .filter(({ status }) => status === 'released')
        .map((definition) => ({
          id: definition.id,
          revision: definition.revision,
          title: definition.title,
          material: definition.material,
          lines: ableLines(definition, lines).map(({ id }) => id),
        }))
        .filter((definition) => sight.lines === null || definition.lines.length > 0);
    }),
  });
}

export function createNonconformancesRouter({ db, clock, configuration, feed, change, nonconformances }: PlantParts) {
  const os = implement(nonconformancesContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller }, input }) =>
      listNonconformances(db, configuration(), input, sightOf(caller.grants, configuration())),
    ),
    photo: os.photo.handler(({ context: { caller }, input }) =>
      readPhoto(db, input, sightOf(caller.grants, configuration())),
    ),
    dispose: os.dispose.handler(({ context: { caller }, input: { commandId, nonconformanceId, ...asked } }) =>
      change(
        caller,
        commandId,
        { right: null },
        async (act) => void accepted(await nonconformances.dispose(act, nonconformanceId, asked)),
      ),
    ),
    pareto: os.pareto.handler(({ context: { caller }, input }) =>
      paretoOf(db, configuration(), input, clock.now(), sightOf(caller.grants, configuration())),
    ),
  });
}

export function createContainmentsRouter({ db, clock, configuration, feed, change, containments }: PlantParts) {
  const os = implement(containmentsContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller }, input }) =>
      listContainments(db, configuration(), input, sightOf(caller.grants, configuration())),
    ),
    // For whoever may contain: of what they may put on hold.
    choices: os.choices.handler(({ context: { caller } }) => {
      const force = configuration();
      return containmentChoices(db, force, sightOf(caller.grants, force, 'unit.hold'), clock.now());
    }),
    preview: os.preview.handler(({ context: { caller }, input: { criterion } }) => {
      const force = configuration();
      return previewContainment(db, force, criterion, sightOf(caller.grants, force, 'unit.hold'), clock.now());
    }),
    begin: os.begin.handler(({ context: { caller }, input: { commandId, ...asked } }) =>
      change(caller, commandId, { right: null }, async (act) => void accepted(await containments.begin(act, asked))),
    ),
    lift: os.lift.handler(({ context: { caller }, input: { commandId, containmentId, reason } }) =>
      change(
        caller,
        commandId,
        { right: null },
        async (act) => void accepted(await containments.lift(act, containmentId, reason)),
      ),
    ),
  });
}

export function createUnitsRouter({ db, configuration, feed, change, units }: PlantParts) {
  const os = implement(unitsContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    search: os.search.handler(({ context: { caller }, input }) =>
      searchUnits(db, input, sightOf(caller.grants, configuration())),
    ),
    get: os.get.handler(({ context: { caller }, input }) =>
      readUnit(db, input.serial, sightOf(caller.grants, configuration())),
    ),
    facts: os.facts.handler(({ context: { caller }, input }) =>
      listFacts(db, input, sightOf(caller.grants, configuration())),
    ),
    hold: os.hold.handler(({ context: { caller }, input: { commandId, serial, reason } }) =>
      change(
        caller,
        commandId,
        { right: 'unit.hold' },
        async (act) => void accepted(await units.hold(act, serial, reason)),
      ),
    ),
    liftHold: os.liftHold.handler(({ context: { caller }, input: { commandId, serial, holdId, reason } }) =>
      change(
        caller,
        commandId,
        { right: 'unit.lift-hold' },
        async (act) => void accepted(await units.liftHold(act, serial, holdId, reason)),
      ),
    ),
    cases: os.cases.handler(({ context: { caller }, input }) =>
      listCases(db, input, sightOf(caller.grants, configuration())),
    ),
    closeCase: os.closeCase.handler(({ context: { caller }, input: { commandId, caseId, note } }) =>
      change(
        caller,
        commandId,
        { right: 'case.close' },
        async (act) => void accepted(await units.closeCase(act, caseId, note)),
      ),
    ),
  });
}

export function createControlRouter({ db, configuration, feed }: PlantParts) {
  const os = implement(controlContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    signals: os.signals.handler(({ context: { caller }, input }) => {
      const force = configuration();
      return listSignals(db, force, input, sightOf(caller.grants, force));
    }),
    charts: os.charts.handler(({ context: { caller } }) => {
      const force = configuration();
      return listCharts(db, force, sightOf(caller.grants, force));
    }),
    chart: os.chart.handler(({ context: { caller }, input }) => {
      const force = configuration();
      return chartPage(db, force, input, sightOf(caller.grants, force));
    }),
    overview: os.overview.handler(({ context: { caller }, input }) => {
      const force = configuration();
      return chartOverview(db, force, input, sightOf(caller.grants, force));
    }),
    records: os.records.handler(({ context: { caller }, input }) => {
      const force = configuration();
      return pointRecords(db, force, input.pointId, sightOf(caller.grants, force));
    }),
  });
}

export function createGaugesRouter({ db, clock, configuration, feed, change, gauges }: PlantParts) {
  const os = implement(gaugesContract).$context<PlantContext>();
  const asked = ({ grants }: PlantContext['caller']) => {
    const force = configuration();
    return { force, sight: sightOf(grants, force), now: clock.now() };
  };
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller } }) => listGauges(db, asked(caller))),
    recall: os.recall.handler(({ context: { caller }, input: { commandId, gaugeId, recallId } }) =>
      change(
        caller,
        commandId,
        { right: null },
        async (act) => void accepted(await gauges.recall(act, gaugeId, recallId)),
      ),
    ),
    gauge: os.gauge.handler(({ context: { caller }, input }) => readGauge(db, input.gaugeId, asked(caller))),
  });
}

export function createLinesRouter({ db, clock, configuration, feed }: PlantParts) {
  const os = implement(linesContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(async function* ({ context: { caller }, signal }) {
      for await (const _ of feed.revisions(signal)) {
        const at = clock.now();
        const force = configuration();
        yield { at, lines: await readBoard(db, force, at, sightOf(caller.grants, force)) };
      }
    }),
  });
}

export function createStopsRouter({ db, clock, configuration, feed }: PlantParts) {
  const os = implement(stopsContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    machines: os.machines.handler(({ context: { caller } }) => {
      const force = configuration();
      const { stations } = sightOf(caller.grants, force);
      return force.catalogue.machines
        .filter(({ station }) => stations === null || stations.includes(station))
        .map(({ id, title, station }) => ({ machineId: id, title, lineId: force.lineOf(station)?.id ?? null }));
    }),
    list: os.list.handler(({ context: { caller }, input }) =>
      listStops(db, configuration(), input, sightOf(caller.grants, configuration())),
    ),
    get: os.get.handler(({ context: { caller }, input }) =>
      readStop(db, configuration(), input.stopId, clock.now(), sightOf(caller.grants, configuration())),
    ),
    photo: os.photo.handler(({ context: { caller }, input }) =>
      readStopPhoto(db, input, sightOf(caller.grants, configuration())),
    ),
  });
}

export function createStudiesRouter({ db, configuration, feed }: PlantParts) {
  const os = implement(studiesContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller }, input }) =>
      listStudies(db, configuration(), input, sightOf(caller.grants, configuration())),
    ),
    report: os.report.handler(({ context: { caller }, input }) =>
      readStudyReport(db, configuration(), input.studyId, sightOf(caller.grants, configuration())),
    ),
  });
}
