/** What is asked of the device once: read, write with read-back, method call. Refusals are answers, never exceptions. */
import { AttributeIds, type ClientSession, DataType, StatusCodes } from 'node-opcua-client';
import type { DriverArgument, DriverResult, TagBinding } from '#contract/driver.ts';
import type { TagReading, TagValue } from '#contract/reading.ts';
import { ValueFault, toReading, toVariant, toVariantOf, variantValue } from './codec.ts';
import { statusOf, textOf } from './problems.ts';

export interface Target {
  readonly tag: number;
  readonly type: TagBinding['type'];
  readonly nodeId: string;
}

const failed = (status: string, message: string): DriverResult<never> => ({ ok: false, status, message });

/** After a broken connection nobody knows whether the device did it: say so instead of guessing. */
function failedRequest(what: string, error: unknown): DriverResult<never> {
  if (error instanceof ValueFault) return failed(error.status, `${what}: ${error.message}`);
  const status = statusOf(error);
  const unknown = status === 'BadTimeout' || status === 'BadConnectionClosed' || status === 'BadCommunicationError';
  return failed(
    status,
    unknown
      ? `${what}: the connection ended before the answer (${textOf(error)}); whether the device did it is not known`
      : `${what}: the device refused (${status})`,
  );
}

/** @param perCall the most nodes the server takes in one request; 0 = any number. */
export async function readNow(
  session: ClientSession,
  targets: readonly Target[],
  perCall: number,
  now: () => number,
): Promise<DriverResult<readonly TagReading[]>> {
  const size = perCall > 0 ? perCall : 5_000;
  const readings: TagReading[] = [];
  try {
    for (let from = 0; from < targets.length; from += size) {
      const part = targets.slice(from, from + size);
      const values = await session.read(
        part.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })),
        0,
      );
      const receivedAt = now();
      part.forEach(({ tag, type }, at) => {
        const value = values[at];
        if (value !== undefined) readings.push(toReading(tag, type, value, receivedAt));
      });
    }
    return { ok: true, value: readings };
  } catch (error) {
    return failedRequest('read', error);
  }
}

/**
 * Finds out what type a node takes by what it holds now, else by its DataType attribute. Kept by the driver per tag:
 * a node does not change its type while the server runs.
 */
export async function dataTypeOf(session: ClientSession, nodeId: string): Promise<DataType> {
  const held = await session.read({ nodeId, attributeId: AttributeIds.Value }, 0);
  const dataType = held.value?.dataType ?? DataType.Null;
  if (dataType !== DataType.Null) return dataType;
  const attribute = await session.read({ nodeId, attributeId: AttributeIds.DataType }, 0);
  if (attribute.statusCode.isNotGood()) throw new ValueFault(attribute.statusCode.name, 'its type cannot be read');
  return await session.getBuiltInDataType(attribute.value.value);
}

export async function writeAndReadBack(
  session: ClientSession,
  target: Target,
  dataType: DataType,
  value: TagValue,
): Promise<DriverResult<TagValue>> {
  const { nodeId } = target;
  try {
    const variant = toVariant(dataType, value);
    const status = await session.write({ nodeId, attributeId: AttributeIds.Value, value: { value: variant } });
    if (status.isNotGood()) return failed(status.name, `write ${nodeId}: the device refused (${status.name})`);
    const held = await session.read({ nodeId, attributeId: AttributeIds.Value }, 0);
    if (held.statusCode.isBad()) {
      return failed(
        held.statusCode.name,
        `write ${nodeId}: written, but it cannot be read back (${held.statusCode.name})`,
      );
    }
    return { ok: true, value: held.value === null ? null : variantValue(held.value) };
  } catch (error) {
    return failedRequest(`write ${nodeId}`, error);
  }
}

export async function callMethod(
  session: ClientSession,
  objectId: string,
  methodId: string,
  args: readonly DriverArgument[],
): Promise<DriverResult<readonly TagValue[]>> {
  try {
    const inputArguments = args.map(({ type, value }) => toVariantOf(type, value));
    const result = await session.call({ objectId, methodId, inputArguments });
    if (result.statusCode.isNot(StatusCodes.Good) && !result.statusCode.isGoodish()) {
      const wrong = (result.inputArgumentResults ?? []).findIndex((one) => one.isNotGood());
      const which = wrong < 0 ? '' : `, argument ${wrong + 1}: ${result.inputArgumentResults?.[wrong]?.name}`;
      return failed(result.statusCode.name, `call ${methodId}: the device refused (${result.statusCode.name}${which})`);
    }
    return { ok: true, value: (result.outputArguments ?? []).map((variant) => variantValue(variant)) };
  } catch (error) {
    return failedRequest(`call ${methodId}`, error);
  }
}
