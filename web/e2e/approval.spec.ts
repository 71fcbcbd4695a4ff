import { expect, test } from '@playwright/test';
import { type Answer, ask, draft, flows, line, named, person, plain, step, text } from './approvals';
import { act, button, dialog, phone, signIn } from './people';

// Five people and one contract: two are asked at once, then the manager signs, and because of the sum the group leader has the last
// word, on a phone. Each test goes on where the one before stopped; the last one leaves the flows as they were.
test.describe.configure({ mode: 'serial' });

let own = '';
let contract = '';
let number = '';
const postings: string[] = [];

test('a flow with two in parallel and a branch is published', async ({ browser }) => {
  const admin = await signIn(browser, 'admin');
  const units = await ask<{ items: (Answer & { code: string })[] }>(admin, 'GET', '/org-units?fields=code&limit=100');
  const shop = units.items.find((u) => u.code === 'HT1')?.id;
  const [first, second, manager] = [await person(admin, 'wujie'), await person(admin, 'xujing'), await person(admin, 'liqiang')];
  for (const p of [first, second]) {
    const held = await ask<Answer>(admin, 'POST', `/users/${p.id}/postings`, { unitId: shop, title: '合同评审', roles: ['sales_manager'] });
    postings.push(held.id);
  }
  const definition = {
    withdraw: 'always',
    bulk: true,
    nodes: [
      plain('start', 'start'),
      plain('fork', 'fork'),
      step('service', '售后评审', 'Service', named(first)),
      step('care', '客服评审', 'Customer care', named(second), { comment: 'always' }),
      plain('join', 'join'),
      step('manager', '经理签字', 'Manager', named(manager), { signature: true }),
      plain('sum', 'branch'),
      step('leader', '集团审批', 'Group', [{ rule: 'role_group', code: 'group_leader' }]),
      plain('end', 'end'),
    ],
    lines: [
      line('start', 'fork'),
      line('fork', 'service'),
      line('fork', 'care'),
      line('service', 'join'),
      line('care', 'join'),
      line('join', 'manager'),
      line('manager', 'sum'),
      line('sum', 'leader', { when: { any: [[{ fact: 'total', op: '>=', value: '100000.00' }]] } }),
      line('sum', 'end', { else: true }),
      line('leader', 'end'),
    ],
  };
  for (const f of (await flows(admin)).filter((f) => f.enabled)) {
    await ask(admin, 'PATCH', `/approval-flows/${f.id}`, { enabled: false }, f.version);
  }
  const made = await ask<Answer>(admin, 'POST', '/approval-flows', {
    kind: 'contract',
    action: 'submit',
    name: text('合同会审', 'Contract review'),
  });
  own = made.id;
  const draft = await ask<Answer>(admin, 'PUT', `/approval-flows/${own}/draft`, { definition }, made.version);
  await ask(admin, 'POST', `/approval-flows/${own}/publish`, {}, draft.version);
});

test('the submitter hands a contract in and sees for whom it waits', async ({ browser }) => {
  const page = await signIn(browser, 'wangmin');
  const made = await draft(page);
  contract = `/r/contracts/${made.id}`;
  await page.goto(contract);
  number = (await page.locator('h1').textContent()) ?? '';
  await act(page, '提交审批');
  const panel = page.getByRole('region', { name: '审批' });
  await expect(panel).toContainText('「售后评审」等待 吴杰');
  await expect(panel).toContainText('「客服评审」等待 徐静');
  await button(panel, '催办').click();
  await button(dialog(page), '催办').click();
  await expect(page.getByText('已催办')).toBeVisible();
});

test('two are asked at once: one taps and undoes it first, one has to say something', async ({ browser }) => {
  const first = await signIn(browser, 'wujie');
  await expect(first.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: /我的审批/ })).toContainText('1');
  await first.goto('/approvals');
  await first.getByRole('link', { name: number }).click();
  await expect(first.getByText('轮到你审批')).toBeVisible();
  await first.keyboard.press('a');
  await button(first, '撤销')
    .or(first.getByRole('button', { name: /^撤销/ }))
    .first()
    .click();
  await first.keyboard.press('a');
  await expect(first.getByText('已同意')).toBeVisible();
  await expect(first).toHaveURL(/\/approvals$/);

  const second = await signIn(browser, 'xujing');
  await second.goto('/approvals');
  await second.getByRole('link', { name: number }).click();
  await second.getByRole('button', { name: /^check 同意|^同意/ }).click();
  await dialog(second).getByRole('button', { name: '同意', exact: true }).click();
  await expect(dialog(second).getByText('请填写意见')).toBeVisible();
  await dialog(second).getByRole('textbox').fill('客户已回访，没有异议');
  await dialog(second).getByRole('button', { name: '同意', exact: true }).click();
  await expect(second.getByText('已同意')).toBeVisible();
});

test('the manager calls the leader in a comment and signs', async ({ browser }) => {
  const manager = await signIn(browser, 'liqiang');
  await manager.goto('/approvals');
  await manager.getByRole('link', { name: number }).click();
  await expect(manager.getByText('客户已回访，没有异议')).toBeVisible();
  await manager.getByRole('textbox', { name: /写评论/ }).pressSequentially('请 @赵', { delay: 30 });
  await manager.locator('.ant-mentions-dropdown-menu-item', { hasText: '赵刚' }).click();
  await button(manager, '发送').click();
  await expect(manager.locator('.fc-call')).toHaveText('@赵刚');
  await manager.getByRole('button', { name: /同意/ }).click();
  const pad = dialog(manager).locator('canvas');
  await dialog(manager).getByRole('button', { name: '同意', exact: true }).click();
  await expect(dialog(manager).getByText('请先签名')).toBeVisible();
  const box = await pad.boundingBox();
  await manager.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + 60);
  await manager.mouse.down();
  await manager.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 120, { steps: 8 });
  await manager.mouse.up();
  await expect(button(dialog(manager), '重签')).toBeVisible();
  await dialog(manager).getByRole('button', { name: '同意', exact: true }).click();
  await expect(manager.getByText('已同意')).toBeVisible();
});

test('the group leader decides on a phone with one thumb, and the submitter sees it without reload', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  await seller.goto(contract);
  const panel = seller.getByRole('region', { name: '审批' });
  await expect(panel).toContainText('「集团审批」等待 赵刚');

  const leader = await signIn(browser, 'zhaogang', { size: phone });
  await leader.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '审批' }).tap();
  await leader.getByText(number).first().tap();
  await expect(leader.getByText('已签名')).toBeVisible();
  const yes = leader.getByRole('button', { name: /同意/ });
  const place = await yes.boundingBox();
  expect(place?.width ?? 0).toBeGreaterThan(150);
  expect(place?.y ?? 0).toBeGreaterThan(phone.height * 0.7);
  expect(await leader.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
  await yes.tap();
  await expect(leader.getByText('已同意')).toBeVisible();
  await expect(panel).toContainText('已通过');
  await expect(seller.getByText('已生效').first()).toBeVisible();
});

test('several are decided together, each with an answer; figures tell how it went', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  for (const _ of [1, 2]) {
    const made = await draft(seller);
    await ask(seller, 'POST', `/contracts/${made.id}/submit`, undefined, made.version);
  }
  const first = await signIn(browser, 'wujie');
  await first.goto('/approvals');
  await expect(first.locator('tbody').getByRole('checkbox')).toHaveCount(2);
  await first.locator('thead').getByRole('checkbox').check();
  const bar = first.locator('.fc-chosen');
  await expect(bar).toContainText('已选 2 份');
  await button(bar, '同意').click();
  await button(dialog(first), '同意').click();
  await expect(dialog(first)).toContainText('办好 2 份，没有办成 0 份');
  await button(dialog(first), '知道了').click();
  await expect(first.getByText('都批完了')).toBeVisible();

  const leader = await signIn(browser, 'zhaogang');
  await leader.goto('/approvals?tab=done');
  await expect(leader.getByText(number).first()).toBeVisible();
  await leader.goto('/approvals/figures');
  await leader.getByRole('tab', { name: '谁超时' }).click();
  await expect(leader.getByRole('link', { name: '李强' })).toBeVisible();
});

test('the flows are as they were', async ({ browser }) => {
  const admin = await signIn(browser, 'admin');
  for (const f of await flows(admin)) {
    if (f.id === own) await ask(admin, 'PATCH', `/approval-flows/${f.id}`, { enabled: false }, f.version);
    else if (f.shipped) await ask(admin, 'PATCH', `/approval-flows/${f.id}`, { enabled: true }, f.version);
  }
  for (const id of postings) await ask(admin, 'POST', `/postings/${id}/end`);
});
