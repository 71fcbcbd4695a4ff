import { expect, type Page, test } from '@playwright/test';
import { act, button, clock, day, dayFromNow, dialog, fresh, phone, pick, save, signIn } from './people';

// One car is sold by clicking, from its receipt to the callback. Each test is the work of one or two people and goes on where the
// one before stopped.
test.describe.configure({ mode: 'serial' });

const vin = 'LVGBE40K88G222241';
const buyer = '郑海涛';
let vehicle = '';
let intent = '';
let contract = '';
let number = '';

/** Agrees to the document that waits among somebody's approvals. */
async function agreeTo(page: Page, document: string) {
  await page
    .getByRole('navigation', { name: '主导航' })
    .getByRole('link', { name: /我的审批/ })
    .click();
  await page.getByRole('link', { name: document }).click();
  await page.getByRole('button', { name: /同意/ }).click();
  await expect(page.getByText('已同意')).toBeVisible();
}

test('a vehicle is received by its VIN, which is checked, and inspected', async ({ browser }) => {
  const page = await signIn(browser, 'huangbo');
  await fresh(page, 'vehicles');
  await page.getByLabel('车架号').fill(`${vin.slice(0, 8)}9${vin.slice(9)}`);
  await pick(page, '车型', '凯美瑞', '凯美瑞');
  await page.getByLabel('颜色').fill('曜石黑');
  await button(page, '保存').click();
  await expect(page.getByText('第 9 位校验不符')).toBeVisible();
  await page.getByLabel('车架号').fill(vin);
  vehicle = await save(page, 'vehicles');
  await button(page, '检测合格').click();
  await dialog(page).getByLabel('里程').fill('12');
  await act(page, '检测合格', dialog(page));
  await expect(page.getByText('可售').first()).toBeVisible();
});

test('a walk-in is matched by mobile and assigned, and becomes an intent', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  await expect(seller.getByText('今天要办的事')).toBeVisible();

  const manager = await signIn(browser, 'liqiang');
  await fresh(manager, 'visits');
  await await manager.getByLabel('姓名').fill(buyer);
  await manager.getByLabel('手机').fill('13900139002');
  await manager.getByLabel('人数').fill('2');
  const visit = await save(manager, 'visits');
  await expect(manager.getByRole('link', { name: buyer }).first()).toBeVisible();
  await button(manager, '分派顾问').click();
  await pick(dialog(manager), '销售顾问', '王敏', '王敏');
  await act(manager, '分派顾问', dialog(manager));

  await expect(seller.locator('.ant-notification-notice')).toContainText(buyer);
  await seller.goto(visit);
  await button(seller, '转为意向').click();
  await pick(dialog(seller), '意向级别', 'H');
  await pick(dialog(seller), '意向车型', '凯美瑞', '凯美瑞');
  await day(dialog(seller), '下次跟进', dayFromNow(1));
  await act(seller, '转为意向', dialog(seller));
  await seller.getByRole('link', { name: /^YX-/ }).first().click();
  await expect(seller).toHaveURL(/\/r\/intents\//);
  intent = seller.url();
});

test('the intent moves over the board from H to A to B, each time with the next follow-up', async ({ browser }) => {
  const page = await signIn(browser, 'wangmin');
  const mine = (await (await page.goto(intent))?.text()) && (await page.locator('h1').textContent());
  await page.goto('/r/intents?view=open&as=board');
  for (const [from, to] of [
    ['H', 'A'],
    ['A', 'B'],
  ]) {
    const card = page.getByRole('region', { name: new RegExp(`^${from}`) }).locator('article', { hasText: mine ?? '' });
    const lane = page.getByRole('region', { name: new RegExp(`^${to}`) });
    await card.hover();
    await page.mouse.down();
    const box = await lane.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 80, (box?.y ?? 0) + 40, { steps: 12 });
    await page.mouse.up();
    await button(dialog(page), '保存').click();
    await expect(dialog(page).getByText('请填写下次跟进')).toBeVisible();
    await day(dialog(page), '下次跟进', dayFromNow(2));
    await button(dialog(page), '保存').click();
    await expect(lane.locator('article', { hasText: mine ?? '' })).toBeVisible();
    await expect(dialog(page)).toHaveCount(0);
  }
});

test('a contract with vehicle, accessory and insurance goes beyond the manager to the group leader', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  await seller.goto(intent);
  await button(seller, '新建销售合同').click();
  await pick(seller, '车辆', vin, vin);
  await pick(seller, '价格类型', '零售');
  await seller.getByLabel('定金').fill('10000');
  const line = (n: number) => seller.locator('.fc-part:not(.head)').nth(n);
  await button(seller, '添加一行').click();
  await pick(line(0), '类别', '车辆');
  await line(0).getByLabel('成交单价').fill('185000');
  await button(seller, '添加一行').click();
  await pick(line(1), '类别', '装饰');
  await pick(line(1), '商品', '360全景影像', '360');
  await expect(line(1).getByLabel('成交单价')).toHaveValue(/^3,600/);
  await button(seller, '添加一行').click();
  await pick(line(2), '类别', '保险');
  await line(2).getByLabel('名称').fill('交强险及商业险');
  await line(2).getByLabel('成交单价').fill('6800');
  await expect(seller.getByText('¥195,400.00')).toBeVisible();
  contract = await save(seller, 'contracts');
  number = (await seller.locator('h1').textContent()) ?? '';
  await act(seller, '提交审批');

  const manager = await signIn(browser, 'liqiang');
  await agreeTo(manager, number);
  await expect(seller.getByRole('region', { name: '审批' }).getByText('赵刚')).toBeVisible();

  const leader = await signIn(browser, 'zhaogang', { size: phone });
  await leader.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '审批' }).tap();
  await leader.getByText(number).first().tap();
  await leader.getByRole('button', { name: /同意/ }).tap();
  await expect(leader.getByText('已同意')).toBeVisible();
  await expect(seller.getByText('已生效').first()).toBeVisible();
});

test('the cashier confirms the deposit, and the consultant sees it without reload', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  await seller.goto(contract);
  const cashier = await signIn(browser, 'liufang');
  await cashier.goto(contract);
  await button(cashier, '新建收款').click();
  await pick(cashier, '款项', '定金');
  await cashier.getByLabel('金额').fill('10000');
  await pick(cashier, '收款方式', '转账');
  await day(cashier, '收款日期', dayFromNow(0));
  await save(cashier, 'receipts');
  await expect(seller.getByText('已收定金').locator('visible=true').first()).toBeVisible();
  await act(cashier, '确认收款');
  await expect(seller.locator('.fc-title .ant-tag').first()).toHaveText('已收定金');
});

test('of two consultants who reserve one vehicle at once, one gets it and the other reads who has it', async ({ browser }) => {
  const other = await signIn(browser, 'zhangwei');
  await fresh(other, 'contracts');
  await pick(other, '客户', '冯建军', '冯建军');
  await pick(other, '车辆', vin, vin);
  await other.getByLabel('定金').fill('0');
  await button(other, '添加一行').click();
  await pick(other.locator('.fc-part:not(.head)').first(), '类别', '车辆');
  await save(other, 'contracts');
  await act(other, '提交审批');
  const manager = await signIn(browser, 'liqiang');
  await agreeTo(manager, (await other.locator('h1').textContent()) ?? '');
  await expect(other.getByText('已收定金').locator('visible=true').first()).toBeVisible();

  const seller = await signIn(browser, 'wangmin');
  await seller.goto(contract);
  for (const page of [seller, other]) await button(page, '预留车辆').click();
  await Promise.all([seller, other].map((page) => button(dialog(page), '预留车辆').click()));
  const won = async (page: typeof seller) => {
    const yes = page.getByText('已完成：预留车辆');
    const no = dialog(page).getByText('已被');
    await expect(yes.or(no).first()).toBeVisible();
    return yes.isVisible();
  };
  const [first, second] = [await won(seller), await won(other)];
  expect([first, second].filter(Boolean)).toHaveLength(1);
  if (second) {
    // The rest of the story is the first contract's: its rival gives the vehicle back.
    await button(other, '解除预留').click();
    await other.locator('.ant-popconfirm').getByRole('button', { name: '解除预留' }).click();
    await button(dialog(seller), '预留车辆').click();
  }
  await expect(seller.locator('.fc-title .ant-tag').first()).toHaveText('已预留');
});

test('balance, invoice, outbound and handover', async ({ browser }) => {
  const cashier = await signIn(browser, 'liufang');
  await cashier.goto(contract);
  await button(cashier, '新建收款').click();
  await pick(cashier, '款项', '尾款');
  await cashier.getByLabel('金额').fill('185400');
  await pick(cashier, '收款方式', '转账');
  await save(cashier, 'receipts');
  await act(cashier, '确认收款');

  const clerk = await signIn(browser, 'zhouyan');
  await clerk.goto(contract);
  await button(clerk, '新建开票').click();
  await clerk.getByLabel('发票抬头').fill(buyer);
  await save(clerk, 'invoices');

  const keeper = await signIn(browser, 'huangbo');
  await keeper.goto(contract);
  await button(keeper, '新建销售出库').click();
  await save(keeper, 'outbounds');

  const seller = await signIn(browser, 'wangmin', { size: phone });
  await seller.goto(contract);
  await button(seller, '新建客户交车').click();
  await seller.getByLabel('里程').fill('15');
  await seller.getByLabel('钥匙').fill('2');
  await button(seller, '保存').click();
  await expect(seller.getByText('合格证').locator('visible=true').first()).toBeVisible();
  for (const name of ['合格证', '一致性证书', '三包凭证', '说明书', '外观完好']) await seller.getByRole('switch', { name }).click();
  await save(seller, 'handovers');

  await keeper.goto(vehicle);
  const events = keeper.locator('.fc-section', { hasText: '车辆经历' }).locator('tbody tr.ant-table-row');
  await expect(events).toContainText(['入库', '检测合格', '预留', '开票', '出库']);
});

test('three days later a worker has made the callback, and the agent completes it with answers', async ({ browser }) => {
  const manager = await signIn(browser, 'liqiang');
  await clock(manager, '李强', '前移 3 天');
  const agent = await signIn(browser, 'xujing');
  await expect(async () => {
    await agent.goto('/r/callbacks');
    await agent.getByText(number).first().click({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await button(agent, '未接通').click();
  await day(dialog(agent), '下次拨打', dayFromNow(4));
  await act(agent, '未接通', dialog(agent));
  await button(agent, '完成回访').click();
  await button(dialog(agent), '完成回访').click();
  await expect(dialog(agent).getByText('请填写满意度')).toBeVisible();
  await dialog(agent).getByLabel('满意度').fill('9');
  await pick(dialog(agent), '车辆使用正常', '是');
  await pick(dialog(agent), '交车讲解清楚', '是');
  await dialog(agent).getByLabel('客户反馈').fill('很满意');
  await act(agent, '完成回访', dialog(agent));
  await expect(agent.locator('.fc-title .ant-tag').first()).toHaveText('已完成');
});

test('the auditor reads who did each step, from which address, with the values before and after', async ({ browser }) => {
  const auditor = await signIn(browser, 'malin');
  await auditor.goto(contract);
  const steps = auditor.locator('.fc-event');
  await expect(steps.filter({ hasText: '交车' }).first()).toContainText('王敏');
  await expect(steps.filter({ hasText: '审批通过' }).first()).toContainText('赵刚');
  await expect(steps.filter({ hasText: '收到定金' })).toContainText('刘芳');
  await expect(steps.filter({ hasText: '收到定金' })).toContainText('127.0.0.1');
  await expect(steps.filter({ hasText: '收到定金' }).locator('del').first()).toHaveText('¥0.00');
  for (const name of ['修改', '完成', '取消合同']) await expect(button(auditor, name)).toHaveCount(0);
  const seller = await signIn(browser, 'wangmin');
  await seller.goto(contract);
  await expect(seller.locator('.fc-event').first()).toBeVisible();
  await expect(seller.getByText('127.0.0.1')).toHaveCount(0);
});
