/** Figures for Prometheus, in its text format on `/metrics`. Names begin with `linewright_`; units are in the name. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly counter: (name: string, help: string, labels?: readonly string[]) => CounterOf;
  readonly gauge: (name: string, help: string, collect: () => Promise<number> | number) => void;
  readonly histogram: (
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly string[],
  ) => HistogramOf;
  readonly contentType: string;
  text(): Promise<string>;
}
export interface CounterOf {
  add(value?: number, labels?: Readonly<Record<string, string>>): void;
}
export interface HistogramOf {
  observe(value: number, labels?: Readonly<Record<string, string>>): void;
}

const prefix = 'linewright_';

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix });
  return {
    counter(name, help, labels = []) {
      const made = new Counter({ name: prefix + name, help, labelNames: [...labels], registers: [registry] });
      return { add: (value = 1, values = {}) => made.inc({ ...values }, value) };
    },
    gauge(name, help, collect) {
      void new Gauge({
        name: prefix + name,
        help,
        registers: [registry],
        async collect() {
          try {
            this.set(await collect());
          } catch {
            // Better no value than an old one, and the other figures must come: the database may be away.
            this.reset();
            this.set(Number.NaN);
          }
        },
      });
    },
    histogram(name, help, buckets, labels = []) {
      const made = new Histogram({
        name: prefix + name,
        help,
        buckets: [...buckets],
        labelNames: [...labels],
        registers: [registry],
      });
      return { observe: (value, values = {}) => made.observe({ ...values }, value) };
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
