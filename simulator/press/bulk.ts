/** Variables that all change all the time, for load tests. */
import { DataType, type Namespace, StatusCodes, type UAObject, type UAVariable } from 'node-opcua';

/** Runs at a fixed rate: what a busy moment delayed is made up for, so that a load test gets the load it asked for. */
export function every(periodMs: number, run: () => void): () => void {
  let due = performance.now() + periodMs;
  let timer = setTimeout(tick, periodMs);
  function tick(): void {
    run();
    // More than a second behind (stopped, or simply too much to do): do not pile up.
    due = Math.max(due + periodMs, performance.now() - 1_000);
    timer = setTimeout(tick, Math.max(0, due - performance.now()));
  }
  return () => clearTimeout(timer);
}

/**
 * Bulk variables, mixed: of ten, seven Double, two Int32, one Boolean. Every one changes at every call. Numbers hold how
 * often they changed since the start (1, 2, 3, ...), booleans whether that is odd: a client proves from them that it
 * lost nothing. `Bulk.Clock` holds the UTC ms of the last change: the age of what a screen shows can be read off it.
 */
export function addBulk(namespace: Namespace, folder: UAObject, count: number): () => void {
  const bulk: { readonly variable: UAVariable; readonly dataType: DataType }[] = [];
  for (let i = 0; i < count; i++) {
    const place = i % 10;
    const dataType = place < 7 ? DataType.Double : place < 9 ? DataType.Int32 : DataType.Boolean;
    const variable = namespace.addVariable({
      componentOf: folder,
      nodeId: `s=Bulk.${i}`,
      browseName: `Bulk.${i}`,
      dataType,
      minimumSamplingInterval: 0,
      value: { dataType, value: dataType === DataType.Boolean ? false : 0 },
    });
    bulk.push({ variable, dataType });
  }
  const clock = namespace.addVariable({
    componentOf: folder,
    nodeId: 's=Bulk.Clock',
    browseName: 'Bulk.Clock',
    dataType: DataType.Double,
    minimumSamplingInterval: 0,
    value: { dataType: DataType.Double, value: 0 },
  });
  let counter = 0;
  return () => {
    counter += 1;
    const at = new Date();
    clock.setValueFromSource({ dataType: DataType.Double, value: at.getTime() }, StatusCodes.Good, at);
    for (const { variable, dataType } of bulk) {
      const value = dataType === DataType.Boolean ? counter % 2 === 1 : counter;
      variable.setValueFromSource({ dataType, value }, StatusCodes.Good, at);
    }
  };
}
