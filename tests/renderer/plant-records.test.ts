/** Plant view: units and cases, stations, trouble, releases, accounts. */
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeWith } from '../support/system.ts';
import { quarantine } from './plant-scene-records.ts';
import { plantTab } from './plant-tab.ts';

const of = plantTab();
const show = (hash: string): Promise<void> => of().show(hash);
const at = (id: string): Locator => of().at(id);
const acts = (path: string): unknown[] => of().acts(path);

describeWith('chromium', 'units and cases', () => {
  it('holds a unit and lifts a hold, each with a reason', async () => {
    await show('#/units/PMP100-2600409');
    await at('hold-unit').click();
    await at('note-text').fill('looks bent');
    await at('note-confirm').click();
    await expect.poll(() => acts('units.hold')).toMatchObject([{ serial: 'PMP100-2600409', reason: 'looks bent' }]);
    await at('lift-h-51').click();
    await of().tab.getByRole('button', { name: 'Checked and good' }).click();
    await at('note-confirm').click();
    await expect.poll(() => acts('units.liftHold')).toMatchObject([{ holdId: 'h-51', reason: 'Checked and good' }]);
  });

  it('shows each fact with station, number and body', async () => {
    await show('#/units/PMP100-2600409');
    await expect.poll(() => at('facts').textContent()).toContain('ST20 no. 4410');
    await at('facts').getByRole('button', { name: 'Put on hold' }).click();
    await expect.poll(() => at('facts').textContent()).toContain('"holdId": "h-51"');
  });

  it('closes a case with a note', async () => {
    await show('#/units?show=cases');
    await at('case-case-1').getByTestId('close-case').click();
    expect(await at('note-confirm').isDisabled()).toBe(true);
    await at('note-text').fill('second run was a rework');
    await at('note-confirm').click();
    await expect
      .poll(() => acts('units.closeCase'))
      .toMatchObject([{ caseId: 'case-1', note: 'second run was a rework' }]);
  });

  it('says so when nothing is found', async () => {
    await show('#/units?q=nothing');
    await of().tab.getByText('Nothing found for “nothing”').waitFor();
    await show('#/units/unknown');
    await of().tab.getByText('unknown is not known in this plant').waitFor();
  });
});

describeWith('chromium', 'stations', () => {
  it('tells a clock that is off, shows a code large with its time, and revokes a key', async () => {
    await show('#/stations/ST20');
    await expect.poll(() => at('clock-note').textContent()).toContain('1\u00A0min 34\u00A0s fast');
    await at('make-code').click();
    await expect.poll(() => at('code').textContent()).toBe('K7QM-2XHD-91RT');
    await expect.poll(() => of().tab.getByRole('timer').textContent()).toMatch(/valid for 1[34]:\d\d/);
    await of().tab.keyboard.press('Escape');
    await at('revoke-access').click();
    await at('note-confirm').click();
    await expect.poll(() => acts('stations.revoke')).toMatchObject([{ keyId: 'key-ST20-a1' }]);
  });
});

describeWith('chromium', 'trouble', () => {
  it('replays one and all, and tells what went through', async () => {
    of().plant.quarantine.set(quarantine(250));
    await show('#/trouble');
    await at('replay-one').click();
    await expect.poll(() => acts('trouble.replay')).toMatchObject([{ ids: ['q-1'] }]);
    await at('replay-all').click();
    await expect.poll(() => acts('trouble.replay')).toHaveLength(4);
    await expect.poll(() => at('replayed').textContent()).toBe('Folded: 247. Still not: 3.');
  });
  it('acknowledges a fork, sends a message again, discards one with a note', async () => {
    await show('#/trouble?show=forks');
    await at('acknowledge-ST10').click();
    await at('note-text').fill('put back from backup');
    await at('note-confirm').click();
    await expect
      .poll(() => acts('trouble.acknowledgeFork'))
      .toMatchObject([{ stationId: 'ST10', note: 'put back from backup' }]);
    await show('#/trouble?show=deadLetters');
    await at('send-again').click();
    await expect.poll(() => acts('trouble.sendAgain')).toMatchObject([{ ids: ['d-1'] }]);
    await at('discard').click();
    await at('note-text').fill('booked by hand');
    await at('note-confirm').click();
    await expect.poll(() => acts('trouble.discard')).toMatchObject([{ ids: ['d-1'], note: 'booked by hand' }]);
  });
});

describeWith('chromium', 'releases', () => {
  const file = encodeURIComponent('definitions/PMP-100.C/definition.yaml');
  it('show what changes and what rests on it; J goes from change to change; release needs a note for a correction', async () => {
    await show(`#/releases/${file}`);
    await expect.poll(() => at('affects').textContent()).toContain('WO-10452, WO-10460');
    expect(await at('diff').getAttribute('data-wide')).toBe('false');
    await of().tab.keyboard.press('j');
    await of().tab.keyboard.press('j');
    await expect.poll(() => at('diff').textContent()).toContain('Change 2 of 2');
    await at('release-draft').click();
    expect(await at('note-confirm').isDisabled()).toBe(true);
    await at('note-text').fill('typing error');
    of().plant.refuse('releases.release', [{ code: 'draft.own', params: { path: 'x' }, field: null }]);
    await at('note-confirm').click();
    await expect.poll(() => at('fault-note').textContent()).toContain('Another person has to release it');
    expect(await at('note-text').inputValue()).toBe('typing error');
  });

  it('are side by side where there is room', async () => {
    await of().tab.setViewportSize({ width: 1920, height: 1080 });
    await show(`#/releases/${file}`);
    await expect.poll(() => at('diff').getAttribute('data-wide')).toBe('true');
    await of().tab.setViewportSize({ width: 1280, height: 800 });
  });

  it('what was typed in a draft is still there after going elsewhere and after a refusal', async () => {
    await show(`#/releases/${file}?show=edit`);
    await at('code').fill('schema: x\nid: y\n');
    await at('place-orders').click();
    await at('orders').waitFor();
    await at('place-releases').click();
    await at(`file-definitions/PMP-100.C/definition.yaml`).click();
    await expect.poll(() => at('code').inputValue()).toBe('schema: x\nid: y\n');
    of().plant.refuse('releases.saveDraft', [
      { code: 'draft.changed', params: { path: 'x', by: 'Emre' }, field: null },
    ]);
    await at('save-draft').click();
    await expect.poll(() => at('fault-note').textContent()).toContain('Emre saved');
    expect(await at('code').inputValue()).toBe('schema: x\nid: y\n');
    await at('save-draft').click();
    await expect
      .poll(() => acts('releases.saveDraft').at(-1))
      .toMatchObject({ version: 3, text: 'schema: x\nid: y\n' });
  });

  it('roll back with a reason', async () => {
    await show(`#/releases/${file}?show=history`);
    await at('roll-back-3').click();
    await at('note-text').fill('rejected good parts');
    await at('note-confirm').click();
    await expect.poll(() => acts('releases.rollBack')).toMatchObject([{ to: 3, note: 'rejected good parts' }]);
  });
});

describeWith('chromium', 'accounts', () => {
  it('are made with roles; the first password is shown once', async () => {
    await show('#/accounts');
    await at('new-account').click();
    await at('account-id').fill('new.person');
    await at('account-name').fill('New Person');
    await at('role').selectOption('line-lead');
    await at('scope').selectOption('line');
    await at('add-role').click();
    await at('account-create').click();
    await expect.poll(() => at('secret').textContent()).toBe('amber-violin-harbour-27');
    expect(acts('accounts.create')).toMatchObject([
      { id: 'new.person', grants: [{ role: 'line-lead', scope: 'line:L1' }] },
    ]);
    await at('secret-done').click();
    expect(await at('secret').count()).toBe(0);
  });
  it('are switched off after a question; the audit shows before and after', async () => {
    await show('#/accounts/jana.vogt');
    await at('account-disable').click();
    await at('note-confirm').click();
    await expect.poll(() => acts('accounts.update')).toMatchObject([{ id: 'jana.vogt', disabled: true }]);
    await show('#/accounts?show=audit');
    await at('audit').getByRole('button').first().click();
    await expect.poll(() => at('audit').textContent()).toContain('"status": "created"');
  });
});

describeWith('chromium', 'days and times', () => {
  it('are written in the language of the screen and by the clock of the plant; one that cannot be is said and taken for nothing', async () => {
    const { tab } = of();
    await tab.evaluate("localStorage.setItem('linewright.language', 'de')");
    await show('#/nonconformances/ct-01?show=containments');
    await at('plant-contain').click();
    await at('plant-kind-gauge').click();
    await at('ct-gauge').selectOption('G-114');
    await at('ct-reason').fill('Schnabel lose');
    const from = at('ct-from-day');
    await from.fill('31.11.2026');
    await from.press('Tab');
    await tab.getByText('Nov. 2026 hat nur 30 Tage.').waitFor();
    expect(await from.getAttribute('aria-invalid')).toBe('true');
    expect(await at('ct-done').isDisabled()).toBe(true);
    await from.fill('30 nov 26');
    await from.press('ArrowDown');
    expect(await from.inputValue()).toBe('29.11.2026');
    await at('ct-from-day-pick').click();
    // The keys are on the day that was written.
    await expect.poll(() => tab.evaluate('document.activeElement.dataset.testid')).toBe('day-11-29');
    await tab.keyboard.press('ArrowUp');
    await tab.keyboard.press('Enter');
    expect(await from.inputValue()).toBe('22.11.2026');
    await at('ct-from-time').fill('630');
    await at('ct-from-time').press('Enter');
    expect(await at('ct-from-time').inputValue()).toBe('06:30');
    // An end that cannot be read is not “without an end”.
    await at('ct-until-day').fill('bald');
    await at('ct-until-day').press('Tab');
    expect(await at('ct-done').isDisabled()).toBe(true);
    await at('ct-until-day').fill('');
    await at('ct-done').click();
    await expect
      .poll(() => acts('containments.begin'))
      .toMatchObject([
        { criterion: { kind: 'gauge', gaugeId: 'G-114', from: Date.UTC(2026, 10, 22, 5, 30), until: null } },
      ]);
  });
});
