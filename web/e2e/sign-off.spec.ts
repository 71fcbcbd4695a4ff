import { type Browser, expect, type Page, test } from '@playwright/test';
import { type Answer, ask, draft, flows, line, named, person, plain, step, text } from './approvals';
import { act, button, clock, dialog, pick, signIn } from './people';

// A contract with a large discount goes through two branches, a parallel part and an escalation: six people and one document. After it,
// short runs show every other way that an approver has. It moves the clock, so it runs after the sale. The last test leaves everything
// as it was.
test.describe.configure({ mode: 'serial' });

type Unit = Answer & { code: string; headId?: string };
const unit = async (page: Page, code: string) =>
  (await ask<{ items: Unit[] }>(page, 'GET', '/org-units?fields=code,headId&limit=100')).items.find((u) => u.code === code) as Unit;

let own = '';
let contract: { id: string; number: string };
const shipped: string[] = [];
let head = '';
const postings: string[] = [];

/** Hands a new contract in for approval and returns it. */
async function handIn(browser: Browser) {
  const seller = await signIn(browser, 'wangmin');
  const made = await draft(seller);
  await ask(seller, 'POST', `/contracts/${made.id}/submit`, undefined, made.version);
  await seller.context().close();
  return made;
}

const way = (page: Page) => page.getByRole('region', { name: '审批过程' });

/** Signs somebody in and opens the document among their approvals. */
async function at(browser: Browser, login: string, number: string, tab = 'todo') {
  const page = await signIn(browser, login);
  await page.goto(`/approvals?tab=${tab}`);
  await page.getByRole('link', { name: number }).first().click();
  await expect(way(page)).toBeVisible();
  return page;
}

async function agree(page: Page) {
  await page.getByRole('button', { name: /^(check )?同意/ }).click();
  await button(page, '立即同意').click();
  await expect(page.getByText('已同意')).toBeVisible();
}

/** Opens one of the rarer ways. */
async function more(page: Page, what: string) {
  await page.getByRole('button', { name: /更多/ }).click();
  await page.locator('.ant-dropdown:visible').getByRole('menuitem', { name: what }).click();
}

/** Sends what the dialog asks, and waits for the answer. */
async function send(page: Page, what: string, done: string) {
  await button(dialog(page), what).click();
  await expect(page.getByText(done, { exact: true }).first()).toBeVisible();
}

/** Sends the document back to a step or ends it. */
async function sendBack(page: Page, to: string, why: string, what: string, done: string) {
  await page.getByRole('button', { name: /退回\/拒绝/ }).click();
  await dialog(page).getByText(to, { exact: true }).click();
  await dialog(page).getByRole('textbox').fill(why);
  await send(page, what, done);
}

test('a flow with two branches, a parallel part and an escalation is rehearsed on a real contract and published', async ({ browser }) => {
  const admin = await signIn(browser, 'admin', { size: { width: 1600, height: 1000 } });
  const shop = await unit(admin, 'HT1');
  const [service, care, sun] = [await person(admin, 'wujie'), await person(admin, 'xujing'), await person(admin, 'sunli')];
  const [manager, leader] = [await person(admin, 'liqiang'), await person(admin, 'zhaogang')];
  for (const p of [service, care, sun]) {
    const body = { unitId: shop.id, title: '合同评审', roles: ['sales_manager'] };
    postings.push((await ask<Answer>(admin, 'POST', `/users/${p.id}/postings`, body)).id);
  }
  const sales = await unit(admin, 'HT1S');
  head = sales.headId ?? '';
  await ask(admin, 'PATCH', `/org-units/${sales.id}`, { headId: sun.id }, sales.version);

  // biome-ignore lint/suspicious/noThenProperty: the field's name in the API
  const deadline = { hours: 20, then: 'escalate' };
  const definition = {
    withdraw: 'always',
    bulk: true,
    nodes: [
      plain('start', 'start'),
      plain('sum', 'branch'),
      plain('fork', 'fork'),
      step('service', '售后评审', 'Service', named(service)),
      step('care', '客服评审', 'Customer care', named(care)),
      plain('join', 'join'),
      step('manager', '经理审批', 'Manager', named(manager), { deadline }),
      step('leader', '集团审批', 'Group', named(leader), { returns: ['end', 'submitter', 'only', 'manager'] }),
      step('only', '店内审批', 'Shop', named(manager)),
      plain('end', 'end'),
    ],
    lines: [
      line('start', 'sum'),
      line('sum', 'fork', { when: { any: [[{ fact: 'discountBasisPoints', op: '>', value: '10' }]] } }),
      line('sum', 'only', { else: true }),
      line('fork', 'service'),
      line('fork', 'care'),
      line('service', 'join'),
      line('care', 'join'),
      line('join', 'manager'),
      line('manager', 'leader'),
      line('only', 'leader'),
      line('leader', 'end'),
    ],
  };
  const made = await ask<Answer>(admin, 'POST', '/approval-flows', {
    kind: 'contract',
    action: 'submit',
    name: text('大折扣会签', 'Large discounts'),
  });
  own = made.id;
  const saved = await ask<Answer>(admin, 'PUT', `/approval-flows/${own}/draft`, { definition }, made.version);

  const seller = await signIn(browser, 'wangmin');
  contract = await draft(seller, '100000.00');

  await admin.goto(`/approval-flows/${own}`);
  await expect(admin.getByRole('heading', { name: '大折扣会签', exact: true })).toBeVisible();
  await button(admin, '试走').first().click();
  const panel = admin.getByRole('complementary', { name: '设置' });
  await pick(panel, '销售合同', contract.number, contract.number);
  await panel.locator('.ant-btn-primary').click();
  const result = panel.getByRole('region', { name: '试走结果' }).locator('> ol');
  for (const [name, who] of [
    ['售后评审', '吴杰'],
    ['客服评审', '徐静'],
    ['经理审批', '李强'],
    ['集团审批', '赵刚'],
  ]) {
    const station = result.locator('li', { hasText: name }).filter({ hasText: who });
    await expect(station).toHaveCount(1);
    await expect(station.locator('small').filter({ hasText: who })).toContainText('流程指定的人');
  }
  await expect(result).not.toContainText('店内审批');

  for (const f of (await flows(admin)).filter((f) => f.enabled && f.id !== own)) {
    shipped.push(f.id);
    await ask(admin, 'PATCH', `/approval-flows/${f.id}`, { enabled: false }, f.version);
  }
  expect(saved.version).toBeGreaterThan(made.version);
  await button(admin, '发布').click();
  await button(dialog(admin), '发布').click();
  await expect(admin.getByText('已发布为第 1 版')).toBeVisible();
});

test('two decide side by side, and only when both agreed the manager is asked', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  await seller.goto(`/r/contracts/${contract.id}`);
  await act(seller, '提交审批');
  const panel = seller.getByRole('region', { name: '审批' });
  await expect(panel).toContainText('「售后评审」等待 吴杰');
  await expect(panel).toContainText('「客服评审」等待 徐静');

  await agree(await at(browser, 'wujie', contract.number));
  await expect(panel).not.toContainText('吴杰');
  await expect(panel).not.toContainText('李强');
  await agree(await at(browser, 'xujing', contract.number));
  await expect(panel).toContainText('「经理审批」等待 李强');
});

test('the manager is late, and the head of the department is asked in their place and agrees', async ({ browser }) => {
  const manager = await at(browser, 'liqiang', contract.number);
  await expect(way(manager)).toContainText(/\d 前/);
  await clock(manager, '李强', '前移 1 天');
  const seller = await signIn(browser, 'wangmin');
  await seller.goto(`/r/contracts/${contract.id}`);
  const panel = seller.getByRole('region', { name: '审批' });
  await expect(panel).toContainText('「经理审批」等待 孙丽', { timeout: 25_000 });

  const above = await at(browser, 'sunli', contract.number);
  await expect(way(above)).toContainText('超时升级');
  await agree(above);
  await expect(panel).toContainText('「集团审批」等待 赵刚');
});

test('the group leader agrees, and the contract takes effect', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  await seller.goto(`/r/contracts/${contract.id}`);
  await agree(await at(browser, 'zhaogang', contract.number));
  await expect(seller.getByRole('region', { name: '审批' })).toContainText('已通过');
  await expect(seller.locator('.fc-title .ant-tag').first()).toHaveText(/已生效|已收定金/);
});

test('one hands over to a colleague, who asks another and decides with their opinion', async ({ browser }) => {
  const { number } = await handIn(browser);
  const manager = await at(browser, 'liqiang', number);
  await more(manager, '转办');
  await pick(dialog(manager), '给谁', '吴杰', '吴杰');
  await dialog(manager).getByLabel('意见').fill('你更熟悉这位客户');
  await send(manager, '转办', '已转办');

  const first = await at(browser, 'wujie', number);
  await expect(way(first)).toContainText('转办而来');
  await expect(way(first)).toContainText('你更熟悉这位客户');
  await more(first, '征求意见');
  await pick(dialog(first), '给谁', '徐静', '徐静');
  await send(first, '征求意见', '已征求意见');

  const second = await at(browser, 'xujing', number);
  await expect(second.getByRole('button', { name: /同意/ })).toHaveCount(0);
  await button(second, '回复意见').click();
  await button(dialog(second), '回复意见').click();
  await expect(dialog(second).getByText('请填写意见')).toBeVisible();
  await dialog(second).getByRole('textbox').fill('回访满意，可以');
  await send(second, '回复意见', '已回复');

  await first.goto('/approvals');
  await first.getByRole('link', { name: number }).first().click();
  await expect(way(first)).toContainText('回访满意，可以');
  await agree(first);
});

let second: { id: string; number: string };

test('one adds an approver before them, agrees, and takes it back', async ({ browser }) => {
  second = await handIn(browser);
  const manager = await at(browser, 'liqiang', second.number);
  await more(manager, '加签');
  await pick(dialog(manager), '加谁', '孙丽', '孙丽');
  await expect(dialog(manager).getByRole('radio', { name: '在我之前' })).toBeChecked();
  await send(manager, '加签', '已加签');

  const added = await at(browser, 'sunli', second.number);
  await expect(way(added).getByText('加签')).toBeVisible();
  await agree(added);

  await manager.goto('/approvals');
  await manager.getByRole('link', { name: second.number }).first().click();
  await agree(manager);
  await manager.goto('/approvals?tab=done');
  await manager.getByRole('link', { name: second.number }).first().click();
  await expect(manager.getByText('「集团审批」等待 赵刚')).toBeVisible();
  await button(manager, '收回').click();
  await send(manager, '收回', '已收回');
  await expect(manager.getByText('轮到你审批')).toBeVisible();
  await agree(manager);
});

test('the leader sends it back to the step before, and the submitter withdraws it', async ({ browser }) => {
  const leader = await at(browser, 'zhaogang', second.number);
  await sendBack(leader, '退回到店内审批', '请再核对装饰', '退回', '已退回');

  const manager = await at(browser, 'liqiang', second.number);
  await expect(way(manager)).toContainText('请再核对装饰');
  await expect(way(manager)).toContainText('第 2 次');

  const seller = await signIn(browser, 'wangmin');
  await seller.goto(`/r/contracts/${second.id}`);
  const panel = seller.getByRole('region', { name: '审批' });
  await expect(panel).toContainText('「店内审批」等待 李强');
  await button(panel, '撤回').click();
  await dialog(seller).getByLabel('原因').fill('客户改主意了');
  await send(seller, '撤回', '已撤回');
  await expect(panel).toContainText('客户改主意了');
  await expect(seller.locator('.fc-title .ant-tag').first()).toHaveText('草稿');
});

let third: { id: string; number: string };

test('an administrator names somebody else, who notes an absence', async ({ browser }) => {
  third = await handIn(browser);
  const admin = await signIn(browser, 'admin');
  await admin.goto(`/r/contracts/${third.id}`);
  await button(admin.getByRole('region', { name: '审批' }), '查看').click();
  await way(admin).getByRole('button', { name: /改派/ }).click();
  await pick(dialog(admin), '给谁', '徐静', '徐静');
  await send(admin, '改派', '已改派');
  await expect(way(admin).locator('li', { hasText: '店内审批' }).first()).toContainText('徐静');

  const away = await signIn(browser, 'xujing');
  await away.goto('/account');
  await away.getByLabel('外出日期').first().click();
  const days = away.locator('.ant-picker-dropdown:visible td.ant-picker-cell:not(.ant-picker-cell-disabled)');
  await days.first().click();
  await days.first().click();
  await pick(away, '代理人', '吴杰', '吴杰');
  await button(away, '登记外出').click();
  await expect(away.getByText('外出中')).toBeVisible();
});

test('their deputy decides in their place, and the page says so', async ({ browser }) => {
  const deputy = await signIn(browser, 'wujie');
  await deputy.goto('/approvals');
  await deputy.getByRole('tab', { name: /代理/ }).click();
  await deputy.getByRole('link', { name: third.number }).first().click();
  await expect(deputy.getByText('徐静 外出，由你代为审批')).toBeVisible();
  await agree(deputy);

  const leader = await at(browser, 'zhaogang', third.number);
  await expect(way(leader)).toContainText('由 吴杰 代办');
  await sendBack(leader, '拒绝，审批结束', '价格太低', '拒绝', '已拒绝');

  const away = await signIn(browser, 'xujing');
  await away.goto('/account');
  const noted = away.getByRole('row', { name: /外出中/ });
  await noted.getByRole('button', { name: /取\s?消/ }).click();
  await away
    .locator('.ant-popconfirm')
    .getByRole('button', { name: /取\s?消/ })
    .last()
    .click();
  await expect(away.getByText('外出中')).toHaveCount(0);
});

test('flows, heads and postings are as they were', async ({ browser }) => {
  const admin = await signIn(browser, 'admin');
  for (const f of await flows(admin)) {
    if (f.id === own) await ask(admin, 'PATCH', `/approval-flows/${f.id}`, { enabled: false }, f.version);
    else if (shipped.includes(f.id)) await ask(admin, 'PATCH', `/approval-flows/${f.id}`, { enabled: true }, f.version);
  }
  const sales = await unit(admin, 'HT1S');
  await ask(admin, 'PATCH', `/org-units/${sales.id}`, { headId: head }, sales.version);
  for (const id of postings) await ask(admin, 'POST', `/postings/${id}/end`);
  expect((await flows(admin)).filter((f) => f.enabled).map((f) => f.id)).toEqual(expect.arrayContaining(shipped));
});
