/** A permission that no rule asks for would tell people of a protection that does not exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { permissions, rolePermissions } from '#contract/permissions.ts';
import { plantRights, plantRoleRights } from '#contract/plant/roles.ts';

/** Texts of the sources in a folder, without tests. */
const sources = (folder: string): string => {
  const root = new URL(`../../${folder}/`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('test-'))
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
    .join('\n');
};

/** Commands whose type is the permission they need are named in `commands.ts`; the others where they are asked for. */
const rules = sources('domain');
it.each(permissions)('%s is asked for and somebody has it', (permission) => {
  expect(rules).toContain(`'${permission}'`);
  expect(Object.values(rolePermissions).some((granted) => granted.includes(permission))).toBe(true);
});

/** On which line each call asks for it is shown by tests/integration/plant-rights.test.ts. */
const server = sources('server');
it.each(plantRights)('%s is asked for by the plant server and a role has it', (right) => {
  expect(server).toContain(`'${right}'`);
  expect(Object.values(plantRoleRights).some((granted) => granted.includes(right))).toBe(true);
});
