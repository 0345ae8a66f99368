/** Turns the table in layers.json into rules. Nothing is decided here. */
import { readFileSync } from 'node:fs';

const { layers, packages } = JSON.parse(readFileSync(new URL('./layers.json', import.meta.url), 'utf8'));
const top = [
  'contract',
  'domain',
  'config',
  'publish',
  'station',
  'renderer',
  'main',
  'preload',
  'server',
  'simulator',
  'scripts',
  'tests',
  'bench',
];
const escape = (text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
const test = String.raw`\.test\.ts$|/test-support/`;

const rows = Object.entries(layers).map(([folder, allowed]) => {
  const wildcard = folder.endsWith('/*');
  const parent = wildcard ? folder.slice(0, -2) : folder;
  const own = wildcard ? `^${escape(parent)}/([^/]+)/` : `^${escape(folder)}/`;
  const deeper = Object.keys(layers)
    .filter((other) => other !== folder && other.startsWith(`${parent}/`))
    .map((other) => (other.endsWith('/*') ? `^${escape(other.slice(0, -2))}/[^/]+/` : `^${escape(other)}/`));
  return {
    name: `layer: ${folder}`,
    severity: 'error',
    comment: `${folder} may import itself and: ${allowed.join(', ') || 'nothing of ours'} (layers.json)`,
    from: { path: own, pathNot: [test, ...deeper] },
    to: {
      path: top.map((name) => `^${name}/`).join('|'),
      pathNot: [wildcard ? `^${escape(parent)}/$1/` : own, ...allowed.map((name) => `^${escape(name)}/`)],
    },
  };
});

const reserved = Object.entries(packages).map(([name, folders]) => ({
  name: `package: ${name}`,
  severity: 'error',
  comment: `only ${folders.join(', ')} may import ${name} (layers.json)`,
  from: {
    path: top
      .slice(0, 10)
      .map((folder) => `^${folder}/`)
      .join('|'),
    pathNot: [test, ...folders.map((folder) => `^${escape(folder)}/`)],
  },
  to: { path: `node_modules/${escape(name)}/` },
}));

export default {
  forbidden: [
    ...rows,
    ...reserved,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: String.raw`paraglide|^electron$` },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: String.raw`renderer/i18n/paraglide|\.d\.ts$|^out/` },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types', 'svelte'],
      extensions: ['.ts', '.js', '.svelte', '.mjs'],
    },
  },
};
