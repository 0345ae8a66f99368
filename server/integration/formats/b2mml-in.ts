/**
 * B2MML in: production schedules (`ProcessProductionSchedule`, `ProductionRequest`) and job lists (`ProcessJobList`,
 * `ProcessWorkSchedule`, `JobOrder`), from XML or JSON, any version's namespace in any prefix. One request or job order is
 * one work order. What the plant has no use for (persons, assets, properties) is passed over.
 */
import type { ErpOrderStatus, RowFault } from '#contract/integration/words.ts';
import { choices } from '#domain/config/closest.ts';
import { dispatchStatuses, jobCommands, lineLevels, pieceUnits, producedUses, requestStates } from './b2mml-words.ts';
import { shown, wholeFault, type Place } from './faults.ts';
import { remedyFor, type FoundRow, type OrderField } from './order-rows.ts';
import { childOf, childrenOf, descend, type Element } from './tree.ts';

type Verb = 'Process' | 'Sync' | 'Change' | 'Cancel';
type Noun = 'ProductionSchedule' | 'JobList' | 'WorkSchedule';

const verbs: readonly string[] = ['Process', 'Sync', 'Change', 'Cancel'];
const documents =
  /^(Process|Sync|Change|Cancel|Get|Show|Acknowledge|Respond)?(ProductionSchedule|JobList|WorkSchedule)$/;
const known = ['ProcessProductionSchedule', 'ProcessJobList', 'ProcessWorkSchedule', 'ProductionSchedule', 'JobList'];

export interface B2mmlFound {
  readonly rows: readonly FoundRow[];
  readonly faults: readonly RowFault[];
}

/** Never throws. */
export function foundInB2mml(root: Element): B2mmlFound {
  const nothing = (problem: string, remedy: string, place: Place = root.place): B2mmlFound => ({
    rows: [],
    faults: [wholeFault(problem, remedy, place)],
  });
  const match = documents.exec(root.name);
  if (!match) {
    const remedy = choices(root.name, known, 'document');
    return nothing(`"${shown(root.name) ?? ''}" is no production schedule and no job list`, remedy);
  }
  const verb = (match[1] ?? 'Process') as Verb;
  const noun = match[2] as Noun;
  if (!verbs.includes(verb)) {
    return nothing(`verb "${verb}" asks for nothing that can be done here`, 'Send Process, Sync, Change or Cancel.');
  }
  const area = match[1] === undefined ? null : childOf(root, 'DataArea');
  if (area === undefined) return nothing('DataArea is missing', `Put the ${noun} into DataArea.`);
  const nouns = area === null ? [root] : childrenOf(area, noun);
  if (nouns.length === 0) return nothing(`there is no ${noun} in DataArea`, `Add at least one ${noun}.`, area?.place);
  const requests = nouns.flatMap((each) => requestsOf(each, noun));
  if (requests.length === 0) {
    const wanted = noun === 'ProductionSchedule' ? 'ProductionRequest' : 'JobOrder';
    return nothing(`there is no ${wanted} in it`, `Add one ${wanted} per order.`, nouns[0]?.place);
  }
  return { rows: requests.map((request, at) => new Reading(at + 1, request, verb, noun).row()), faults: [] };
}

function requestsOf(element: Element, noun: Noun): readonly Element[] {
  if (noun === 'ProductionSchedule') return childrenOf(element, 'ProductionRequest');
  return [
    ...childrenOf(element, 'JobOrder'),
    ...['WorkRequest', 'WorkRequestChild', 'WorkSchedule', 'WorkScheduleChild'].flatMap((name) =>
      childrenOf(element, name).flatMap((inner) => requestsOf(inner, noun)),
    ),
  ];
}

interface Share {
  readonly element: Element;
  readonly quantity: number | null;
  readonly line: Element | null;
}

/** Reads one request; collects candidate, places and faults as it goes. */
class Reading {
  readonly #row: number;
  readonly #request: Element;
  readonly #verb: Verb;
  readonly #production: boolean;
  readonly #candidate: { [field in OrderField]?: unknown } = {};
  readonly #places = new Map<string, Element>();
  readonly #faults: RowFault[] = [];

  constructor(row: number, request: Element, verb: Verb, noun: Noun) {
    this.#row = row;
    this.#request = request;
    this.#verb = verb;
    this.#production = noun === 'ProductionSchedule';
  }

  row(): FoundRow {
    const request = this.#request;
    this.#take('orderId', childOf(request, 'ID'));
    if (this.#verb === 'Cancel') this.#candidate.status = 'closed';
    else this.#content();
    return {
      row: this.#row,
      candidate: this.#candidate,
      mustExist: this.#verb === 'Change' || this.#verb === 'Cancel',
      faults: this.#faults,
      locate: (field) => (this.#places.get(field) ?? request).place,
      called: (field) => this.#places.get(field)?.name ?? this.#nameOf(field),
    };
  }

  #content(): void {
    const request = this.#request;
    this.#take('definitionId', childOf(request, this.#production ? 'ProductProductionRuleID' : 'WorkMasterID'));
    this.#take('revision', childOf(request, this.#production ? 'Version' : 'WorkMasterVersion'));
    this.#take('due', childOf(request, 'EndTime') ?? latest(childrenOf(request, 'SegmentRequirement')));
    this.#number('priority', childOf(request, 'Priority'));
    this.#take('serialPrefix', this.#parameter('SerialPrefix'));
    this.#shares();
    if (this.#production) this.#status([childOf(request, 'RequestState'), requestStates]);
    else {
      this.#status([childOf(request, 'Command'), jobCommands], [childOf(request, 'DispatchStatus'), dispatchStatuses]);
    }
  }

  #take(field: OrderField, element: Element | undefined): void {
    if (element === undefined) return;
    this.#places.set(field, element);
    if (element.text !== '') this.#candidate[field] = element.text;
  }

  #number(field: OrderField, element: Element | undefined): number | null {
    if (element === undefined || element.text === '') return null;
    this.#places.set(field, element);
    const match = /^\+?(-?\d{1,15})(?:\.0*)?$/.exec(element.text);
    if (!match) {
      this.#fault(field, element, `"${shown(element.text) ?? ''}" is no whole number`, remedyFor(field));
      return null;
    }
    this.#candidate[field] = Number(match[1]);
    return Number(match[1]);
  }

  #fault(field: OrderField, element: Element, problem: string, remedy: string): void {
    this.#candidate[field] = undefined;
    this.#places.set(field, element);
    const value = shown(element.text === '' ? undefined : element.text);
    this.#faults.push({ row: this.#row, ...element.place, field: element.name, value, problem, remedy });
  }

  #status(...sources: readonly [Element | undefined, Readonly<Record<string, ErpOrderStatus | null>>][]): void {
    for (const [element, table] of sources) {
      if (element === undefined || element.text === '') continue;
      this.#places.set('status', element);
      if (!Object.hasOwn(table, element.text)) {
        const problem = `"${shown(element.text) ?? ''}" is not possible for ${element.name} here`;
        this.#fault('status', element, problem, choices(element.text, Object.keys(table), element.name));
        return;
      }
      const status = table[element.text];
      if (status === null || status === undefined) continue;
      this.#candidate.status = status;
      if (status === 'held') {
        const why = childOf(this.#request, 'CommandRule')?.text ?? childOf(this.#request, 'Description')?.text ?? '';
        this.#candidate.holdReason = (why === '' ? `${element.name} ${element.text}` : why).slice(0, 500);
      }
      return;
    }
  }

  /** What shall be produced, of which material, at which line. */
  #shares(): void {
    const holders = this.#production ? segmentsOf(this.#request) : [this.#request];
    const shares = holders.flatMap((holder) => this.#produced(holder));
    const [first] = shares;
    if (first === undefined) {
      const line = lineOf(this.#request);
      if (line !== null) {
        this.#fault(
          'lines',
          line,
          'a line is given without a quantity that it shall make',
          'Add a MaterialRequirement with MaterialUse Produced and its Quantity.',
        );
      }
      return;
    }
    const quantities = shares.map(({ quantity }) => quantity);
    if (quantities.includes(null)) return;
    this.#candidate.quantity = quantities.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    const lines = shares.map(({ line }) => line);
    if (shares.length > 1 && lines.includes(null)) {
      const second = shares[1]?.element ?? first.element;
      this.#fault(
        'quantity',
        second,
        'more than one quantity is to be produced, and not each of them at a line of its own',
        'Give one produced quantity, or one SegmentRequirement per line with its HierarchyScope.',
      );
      return;
    }
    if (first.line === null) return;
    this.#places.set('lines', first.line);
    this.#candidate.lines = shares.map(({ line, quantity }) => ({ lineId: line?.text ?? '', quantity }));
  }

  #produced(holder: Element): Share[] {
    const all = childrenOf(holder, 'MaterialRequirement');
    const wanted = [
      ...childrenOf(holder, 'MaterialProducedRequirement'),
      ...all.filter((each) => {
        const use = childOf(each, 'MaterialUse')?.text;
        return use === undefined ? all.length === 1 : producedUses.includes(use);
      }),
    ];
    return wanted.flatMap((requirement): Share[] => {
      this.#take('material', childOf(requirement, 'MaterialDefinitionID'));
      const amount = childOf(requirement, 'Quantity');
      if (amount === undefined) return [];
      const unit = childOf(amount, 'UnitOfMeasure');
      if (unit !== undefined && !pieceUnits.includes(unit.text.toUpperCase())) {
        this.#fault(
          'quantity',
          unit,
          `the quantity is in "${shown(unit.text) ?? ''}", orders count pieces`,
          'Give the quantity in pieces (C62 or EA).',
        );
        return [{ element: amount, quantity: null, line: null }];
      }
      const text = childOf(amount, 'QuantityString') ?? amount;
      const quantity = this.#number('quantity', text);
      return [{ element: text, quantity, line: lineOf(requirement) ?? lineOf(holder) ?? lineOf(this.#request) }];
    });
  }

  #parameter(id: string): Element | undefined {
    const holders = this.#production
      ? segmentsOf(this.#request).flatMap((segment) =>
          childrenOf(segment, 'ProductionParameter').flatMap((each) => childrenOf(each, 'Parameter')),
        )
      : childrenOf(this.#request, 'JobOrderParameter');
    const parameter = holders.find((each) => childOf(each, 'ID')?.text === id);
    return parameter === undefined ? undefined : descend(parameter, 'Value', 'ValueString');
  }

  #nameOf(field: string): string {
    const names: Readonly<Record<string, string>> = {
      orderId: 'ID',
      definitionId: this.#production ? 'ProductProductionRuleID' : 'WorkMasterID',
      revision: this.#production ? 'Version' : 'WorkMasterVersion',
      quantity: 'QuantityString',
      due: 'EndTime',
      priority: 'Priority',
      serialPrefix: 'Parameter SerialPrefix',
      status: this.#production ? 'RequestState' : 'Command',
      material: 'MaterialDefinitionID',
      lines: 'HierarchyScope',
    };
    return names[field] ?? field;
  }
}

const segmentsOf = (request: Element): readonly Element[] =>
  childrenOf(request, 'SegmentRequirement').flatMap((segment) => [segment, ...segmentsOf(segment)]);

function latest(segments: readonly Element[]): Element | undefined {
  return segments
    .flatMap((segment) => childrenOf(segment, 'LatestEndTime'))
    .reduce<Element | undefined>(
      (last, next) => (last === undefined || next.text > last.text ? next : last),
      undefined,
    );
}

/** The equipment of the deepest scope whose level is a line. */
function lineOf(element: Element): Element | null {
  let line: Element | null = null;
  const look = (scope: Element): void => {
    const level = (childOf(scope, 'EquipmentElementLevel') ?? childOf(scope, 'EquipmentLevel'))?.text ?? '';
    const equipment = childOf(scope, 'EquipmentID');
    if (equipment !== undefined && lineLevels.includes(level)) line = equipment;
    for (const name of ['HierarchyScope', 'HierarchyScopeChild', 'Location']) childrenOf(scope, name).forEach(look);
  };
  for (const name of ['HierarchyScope', 'Location']) childrenOf(element, name).forEach(look);
  return line;
}
