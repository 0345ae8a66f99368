/**
 * Rows of a device's settings, drawn from the JSON schema of its driver: every setting the driver knows, in the
 * schema's order, with the value in force and whether it is the default. Also what is set but not known to the driver.
 */
export interface SettingRow {
  /** Path inside `settings`, e.g. `link.baudRate`. */
  readonly path: string;
  /** Steps down from the top, for the indent. */
  readonly depth: number;
  readonly kind: 'group' | 'value';
  readonly value: unknown;
  /** The file says nothing and the driver's default is used. */
  readonly isDefault: boolean;
  readonly required: boolean;
  /** Values it may take, when the schema lists them. */
  readonly options: readonly (string | number | boolean)[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** English text out of the driver's schema, when it has one. */
  readonly description: string | null;
  /** Set in the file, but not a setting of this driver. */
  readonly unknown: boolean;
}

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function numberOf(value: unknown): number | null {
  // Zod writes "no limit of its own" as the largest safe integer.
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
}

/** Picks the variant of a union whose constant fields say what the value says (e.g. `kind: tcp`); else the first object. */
function variant(schema: Json, value: unknown): Json {
  const union = schema['oneOf'] ?? schema['anyOf'];
  if (!Array.isArray(union)) return schema;
  const members = union.filter(isRecord);
  const fits = (member: Json): boolean => {
    if (member['type'] === 'null') return value === null;
    const properties = member['properties'];
    if (!isRecord(properties)) return value !== undefined && value !== null && !isRecord(value);
    return (
      isRecord(value) &&
      Object.entries(properties).every(
        ([key, property]) => !isRecord(property) || !('const' in property) || property['const'] === value[key],
      )
    );
  };
  const chosen = members.find(fits) ?? members.find((member) => member['type'] !== 'null') ?? schema;
  return chosen === schema ? schema : variant(chosen, value);
}

/** What a value may be, from `const`, `enum` or a union of constants. */
function optionsOf(told: Json, chosen: Json): readonly (string | number | boolean)[] {
  const union = told['oneOf'] ?? told['anyOf'];
  if (Array.isArray(union)) {
    const constants = union.filter(isRecord).flatMap((member) => ('const' in member ? [member['const']] : []));
    if (constants.length > 0) return scalars(constants);
  }
  return 'const' in chosen ? scalars([chosen['const']]) : scalars(chosen['enum']);
}

function scalars(value: unknown): readonly (string | number | boolean)[] {
  return Array.isArray(value)
    ? value.filter(
        (item): item is string | number | boolean =>
          typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean',
      )
    : [];
}

/** @param schema JSON schema of the driver's settings; anything else gives the rows of the settings alone. */
export function settingRows(schema: unknown, settings: Readonly<Record<string, unknown>>): readonly SettingRow[] {
  const rows: SettingRow[] = [];
  walk(isRecord(schema) ? schema : {}, settings, '', 0, rows);
  return rows;
}

function walk(schema: Json, settings: Json, prefix: string, depth: number, rows: SettingRow[]): void {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = scalars(schema['required']);
  const keys = [...Object.keys(properties), ...Object.keys(settings).filter((key) => !Object.hasOwn(properties, key))];
  for (const key of keys) {
    const property = properties[key];
    const given = Object.hasOwn(settings, key);
    const told = isRecord(property) ? property : {};
    const value = given ? settings[key] : told['default'];
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const chosen = variant(told, value);
    const group = isRecord(value);
    rows.push({
      path,
      depth,
      kind: group ? 'group' : 'value',
      value: group ? null : value,
      isDefault: !given,
      required: required.includes(key) && !('default' in told),
      options: optionsOf(told, chosen),
      minimum: numberOf(chosen['minimum'] ?? chosen['exclusiveMinimum']),
      maximum: numberOf(chosen['maximum'] ?? chosen['exclusiveMaximum']),
      description: typeof told['description'] === 'string' ? told['description'] : null,
      unknown: !isRecord(property),
    });
    if (group) walk(chosen, value, path, depth + 1, rows);
  }
}
