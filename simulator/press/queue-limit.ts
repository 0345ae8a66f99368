import { MonitoredItem } from 'node-opcua';

/** Ten minutes of a 100 ms tag, twice. */
const wanted = 12_000;

interface QueueOwner {
  queueSize: number;
  _set_parameters(parameters: { readonly queueSize: number }): void;
}

/**
 * node-opcua's server grants at most 5,000 queued values per item, whatever its capabilities announce; machines exist
 * that grant more, and the demo must be able to bridge ten minutes at 100 ms. Its limit is a constant of the module, so
 * the granted size is corrected after it was set.
 */
export function raiseQueueLimit(): void {
  const prototype = MonitoredItem.prototype as unknown as QueueOwner;
  const original = prototype._set_parameters;
  if (original.name === 'withRaisedLimit') return;
  prototype._set_parameters = function withRaisedLimit(this: QueueOwner, parameters): void {
    original.call(this, parameters);
    if (parameters.queueSize > this.queueSize) this.queueSize = Math.min(parameters.queueSize, wanted * 5);
  };
}
