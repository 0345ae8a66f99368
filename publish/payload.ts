/**
 * Payloads of Sparkplug B (Eclipse Sparkplug 3.0, 6.4). Only the fields that are spoken here; numbers and types are those
 * of the specification, so any Sparkplug host reads them.
 */
import protobuf from 'protobufjs';
import { WireWriter } from './wire.ts';

const schema = `
syntax = "proto2";
package org.eclipse.tahu.protobuf;
message Payload {
  message PropertyValue {
    optional uint32 type = 1;
    optional bool is_null = 2;
    optional string string_value = 8;
  }
  message PropertySet {
    repeated string keys = 1;
    repeated PropertyValue values = 2;
  }
  message Metric {
    optional string name = 1;
    optional uint64 alias = 2;
    optional uint64 timestamp = 3;
    optional uint32 datatype = 4;
    optional bool is_historical = 5;
    optional bool is_transient = 6;
    optional bool is_null = 7;
    optional PropertySet properties = 9;
    optional uint32 int_value = 10;
    optional uint64 long_value = 11;
    optional float float_value = 12;
    optional double double_value = 13;
    optional bool boolean_value = 14;
    optional string string_value = 15;
  }
  optional uint64 timestamp = 1;
  repeated Metric metrics = 2;
  optional uint64 seq = 3;
}`;
const payloadType = protobuf.parse(schema, { keepCase: false }).root.lookupType('org.eclipse.tahu.protobuf.Payload');

/** Data types of the specification (6.4.16). */
export const dataTypes = { int64: 4, uint64: 8, double: 10, boolean: 11, string: 12 } as const;
export type DataType = keyof typeof dataTypes;

export interface Metric {
  /** In births; data name the alias alone. */
  readonly name?: string;
  readonly alias?: number;
  /** UTC ms. */
  readonly at: number;
  readonly type: DataType;
  readonly value: number | boolean | string | null;
  /** UCUM; sent as the property `engUnit`. */
  readonly unit?: string | null;
  readonly historical?: boolean;
}

interface WireMetric {
  name?: string;
  alias?: number;
  timestamp: number;
  datatype: number;
  isHistorical?: boolean;
  properties?: { readonly values?: readonly { readonly stringValue?: string }[] };
  longValue?: number;
  doubleValue?: number;
  booleanValue?: boolean;
  stringValue?: string;
}

const writer = new WireWriter();

function writeValue({ type, value, at }: Metric, historical: boolean, unit: string | null): void {
  writer.varint(3, at);
  writer.varint(4, dataTypes[type]);
  if (historical) writer.bool(5, true);
  if (value === null) writer.bool(7, true);
  if (unit !== null) {
    const properties = writer.begin(9);
    writer.string(1, 'engUnit');
    const property = writer.begin(2);
    writer.varint(1, dataTypes.string);
    writer.string(8, unit);
    writer.end(property);
    writer.end(properties);
  }
  if (value === null) return;
  if (type === 'double') writer.double(13, Number(value));
  else if (type === 'boolean') writer.bool(14, value === true);
  else if (type === 'string') writer.string(15, String(value));
  // Counts are never negative here; int64 and uint64 share the field (6.4.16).
  else writer.varint(11, Number(value));
}

/** @param seq 0 to 255; null in NDEATH, which has none. */
export function encodePayload(at: number, seq: number | null, metrics: readonly Metric[]): Buffer {
  writer.varint(1, at);
  for (const metric of metrics) {
    const start = writer.begin(2);
    if (metric.name !== undefined) writer.string(1, metric.name);
    if (metric.alias !== undefined) writer.varint(2, metric.alias);
    writeValue(metric, metric.historical === true, metric.unit ?? null);
    writer.end(start);
  }
  if (seq !== null) writer.varint(3, seq);
  return writer.finish();
}

/**
 * The payload of a DDATA, straight from changes [from, to): by their alias, without a unit, which the birth has told.
 * An object per metric on the way would cost as much again (bench/sparkplug.bench.ts).
 */
export function encodeChanges<T extends Metric & { readonly historical: boolean }>(
  at: number,
  seq: number,
  changes: readonly T[],
  from: number,
  to: number,
  alias: (change: T) => number,
): Buffer {
  writer.varint(1, at);
  for (let i = from; i < to; i += 1) {
    const change = changes[i] as T;
    const start = writer.begin(2);
    writer.varint(2, alias(change));
    writeValue(change, change.historical, null);
    writer.end(start);
  }
  writer.varint(3, seq);
  return writer.finish();
}

export interface Decoded {
  readonly timestamp: number;
  readonly seq: number | null;
  readonly metrics: readonly {
    readonly name: string | null;
    readonly alias: number | null;
    readonly timestamp: number;
    readonly datatype: number;
    readonly historical: boolean;
    readonly unit: string | null;
    readonly value: number | boolean | string | null;
  }[];
}

/** @throws where the bytes are no payload. */
export function decodePayload(bytes: Uint8Array): Decoded {
  const message = payloadType.toObject(payloadType.decode(bytes), { longs: Number }) as {
    timestamp?: number;
    seq?: number;
    metrics?: Partial<WireMetric>[];
  };
  return {
    timestamp: message.timestamp ?? 0,
    seq: message.seq ?? null,
    metrics: (message.metrics ?? []).map((metric) => ({
      name: metric.name ?? null,
      alias: metric.alias ?? null,
      timestamp: metric.timestamp ?? 0,
      datatype: metric.datatype ?? 0,
      historical: metric.isHistorical ?? false,
      unit: metric.properties?.values?.[0]?.stringValue ?? null,
      value:
        metric.doubleValue ??
        metric.booleanValue ??
        metric.stringValue ??
        (metric.longValue === undefined ? null : Number(metric.longValue)),
    })),
  };
}
