/** A permission that no rule asks for would tell people of a protection that does not exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { permissions, rolePermissions } from '#contract/permissions.ts';

const domain = new URL('../../domain/', import.meta.url);
/** Commands whose type is the permission they need are named in `commands.ts`; the others where they are asked for. */
const rules = readdirSync(domain, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('test-'))
  .map((file) => readFileSync(new URL(file, domain), 'utf8'))
  .join('\n');

it.each(permissions)('%s is asked for and somebody has it', (permission) => {
  expect(rules).toContain(`'${permission}'`);
  expect(Object.values(rolePermissions).some((granted) => granted.includes(permission))).toBe(true);
});
