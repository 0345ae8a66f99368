/** Refusals of the rules for orders in English, for programs and files; screens have their own texts in two languages. */
import type { PlantFault } from '#contract/plant/base.ts';
import type { PlantFaultCode } from '#contract/plant/fault-codes.ts';

type Params = PlantFault['params'];
type Words = readonly [problem: (p: Params) => string, remedy: (p: Params) => string];

const words: { readonly [code in PlantFaultCode]?: Words } = {
  'right.missing': [
    ({ scope }) => `this key has no right to do that${scope ? ` (${scope})` : ''}`,
    () => 'Have an administrator of the plant give the account the role "integration" there.',
  ],
  'order.unknown': [
    ({ order }) => `there is no order "${order}"`,
    () => 'Correct the number, or create the order first.',
  ],
  'order.exists': [({ order }) => `order "${order}" exists already`, () => 'Change it instead.'],
  'order.changed': [
    ({ order }) => `order "${order}" was changed meanwhile`,
    () => 'Get it again and send the change with the new ETag.',
  ],
  'order.status': [
    ({ order, status, wanted }) => `order "${order}" is ${status} and cannot become ${wanted}`,
    ({ status }) => (status === 'closed' ? 'A closed order stays closed; make a new one.' : 'Leave the status out.'),
  ],
  'order.definition-unknown': [
    ({ definition, revision }) => `the plant has no process definition "${definition}" in revision ${revision}`,
    () => 'Correct definition or revision, or have it released on the plant server.',
  ],
  'order.definition-not-released': [
    ({ definition, revision }) => `process definition "${definition}" revision ${revision} is not released`,
    () => 'Use a released revision.',
  ],
  'order.no-line': [
    ({ definition, revision }) => `no line can do all operations of "${definition}" revision ${revision}`,
    () => 'Check the stations of the lines on the plant server.',
  ],
  'order.lines-open': [
    ({ definition, lines }) => `several lines can make "${definition}": ${lines}`,
    () => 'Say which lines make how many pieces.',
  ],
  'order.line-unknown': [({ line }) => `there is no line "${line}"`, () => 'Correct the line.'],
  'order.line-cannot': [
    ({ line, operation }) => `line "${line}" has no station for operation ${operation}`,
    () => 'Choose another line.',
  ],
  'order.line-twice': [({ line }) => `line "${line}" is given twice`, () => 'Give each line once.'],
  'order.shares-sum': [
    ({ sum, quantity }) => `the shares of the lines sum up to ${sum}, but the quantity is ${quantity}`,
    () => 'Correct the shares or the quantity.',
  ],
  'order.share-below-begun': [
    ({ line, begun, quantity }) => `line "${line}" has begun ${begun} pieces already, more than ${quantity}`,
    ({ begun }) => `Leave the line at least ${begun}.`,
  ],
  'order.begun': [
    ({ order, begun }) => `${begun} pieces of order "${order}" exist already, under the revision that it has`,
    () => 'Close the order and make a new one for the rest.',
  ],
  'order.prefix-used': [
    ({ prefix, order }) => `serial numbers that begin with "${prefix}" belong to order "${order}"`,
    () => 'Choose another prefix.',
  ],
  'blocked.order-status': [
    ({ order, status }) => `order "${order}" is ${status}`,
    ({ status }) => (status === 'closed' ? 'None; it is over.' : 'Release it.'),
  ],
  'blocked.held': [
    ({ order, reason }) => `order "${order}" is held: ${reason}`,
    () => 'Release it when the reason is gone.',
  ],
  'blocked.definition-not-released': [
    ({ definition, revision }) => `process definition "${definition}" revision ${revision} is not released`,
    () => 'Have it released on the plant server.',
  ],
  'blocked.line-cannot': [
    ({ line, operation }) => `line "${line}" has no station for operation ${operation}`,
    () => 'Give its share to another line.',
  ],
  'blocked.all-made': [({ quantity }) => `all ${quantity} pieces exist`, () => 'None; no new one starts.'],
  'blocked.made-late': [
    ({ order, count }) => `${count} units of order "${order}" were heard of only after it was closed`,
    () => 'None; a station without the server went on, and its units count as all others do.',
  ],
};

export function inWords({ code, params }: PlantFault): { readonly problem: string; readonly remedy: string } {
  const known = words[code as PlantFaultCode];
  if (known !== undefined) return { problem: known[0](params), remedy: known[1](params) };
  const values = Object.entries(params).map(([name, value]) => `${name} ${value ?? 'none'}`);
  return {
    problem: `refused: ${code}${values.length === 0 ? '' : ` (${values.join(', ')})`}`,
    remedy: 'See the documentation of the plant server for this code.',
  };
}
