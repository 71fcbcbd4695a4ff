import { expect, type Page, test } from '@playwright/test';
import { button, dialog, phone, pick, signIn } from './people';

const list = (page: Page) => page.getByRole('region', { name: '列表' });
const drawing = (page: Page) => page.getByRole('region', { name: '流程图' });
const panel = (page: Page) => page.getByRole('complementary', { name: '设置' });

/** Puts something in after what is named at, from the list. */
async function add(page: Page, after: string, what: string) {
  await list(page)
    .getByRole('button', { name: `在「${after}」后面加`, exact: true })
    .click();
  await page
    .locator('.ant-dropdown:visible')
    .getByRole('menuitem', { name: new RegExp(`^${what}`) })
    .click();
}

/** Names the selected step and says who decides there. */
async function decide(page: Page, name: string, role: string, where = '单据所在公司的角色') {
  await panel(page).getByLabel('中文名称').fill(name);
  await pick(panel(page), '怎样找人', where);
  await pick(panel(page), '角色', role);
}

/** Drags a line from one node of the drawing to another. */
async function draw(page: Page, from: string, to: string) {
  const handle = (name: string, type: string) =>
    drawing(page).locator('.react-flow__node', { hasText: name }).locator(`.react-flow__handle.${type}`);
  const lines = drawing(page).locator('.react-flow__edge');
  const before = await lines.count();
  // The picture glides after it was arranged: a line that was begun beside its place is drawn again.
  await expect(async () => {
    await handle(from, 'source').hover({ force: true });
    await page.mouse.down();
    await handle(to, 'target').hover({ force: true });
    await page.mouse.up();
    await expect(lines).toHaveCount(before + 1, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

test('a flow with two branches, a parallel part and an escalation is designed, rehearsed and published', async ({ browser }) => {
  const page = await signIn(browser, 'admin', { size: { width: 1600, height: 1000 } });
  await page.goto('/approval-flows');
  const contract = page.locator('.fc-af-subject', { hasText: '销售合同提交审批' });
  await button(contract, '新建流程').click();
  await dialog(page).getByLabel('流程名称').fill('大额合同');
  await button(dialog(page), '建立').click();
  await expect(page.getByRole('heading', { name: '大额合同', exact: true })).toBeVisible();

  // By the list: the manager, then by discount, and beyond it two at once.
  await list(page)
    .getByRole('button', { name: /^第 1 步/ })
    .click();
  await button(panel(page), '加审批人').click();
  await decide(page, '经理审批', '销售经理');
  await panel(page).getByRole('checkbox', { name: '限时处理' }).check();
  await pick(panel(page), '到时间后', '交给上级');
  await expect(list(page)).toContainText('24 个工作小时后交给上级');
  await add(page, '经理审批', '条件分支');
  await expect(page.getByRole('button', { name: /\d 个问题/ })).toBeVisible();
  await list(page)
    .getByRole('button', { name: /还没有条件/ })
    .click();
  await button(panel(page), '加条件').click();
  await pick(panel(page), '比什么', '折扣率');
  await panel(page).getByLabel('值', { exact: true }).fill('3');
  await expect(list(page).getByRole('button', { name: /如果 折扣率 大于 3%/ })).toBeVisible();
  await list(page)
    .getByRole('button', { name: /^第 2 步/ })
    .click();
  await decide(page, '领导审批', '集团领导', '集团的角色');
  await add(page, '领导审批', '同时进行');
  await list(page)
    .getByRole('button', { name: /^第 3 步/ })
    .click();
  await decide(page, '领导复核', '集团领导', '集团的角色');
  await list(page)
    .getByRole('button', { name: /^第 4 步/ })
    .click();
  await decide(page, '经理知悉', '销售经理');
  await expect(button(page, '检查通过').or(page.getByRole('button', { name: /个提醒/ }))).toBeVisible();

  // By the drawing: a second case of the branch, with a step of its own.
  await page.getByText('流程图', { exact: true }).first().click();
  await button(drawing(page), '加节点').click();
  await page.locator('.ant-dropdown:visible').getByRole('menuitem', { name: '审批' }).click();
  await decide(page, '大额', '集团领导', '集团的角色');
  await button(drawing(page), '自动排列').click();
  await draw(page, '按条件分开', '大额');
  await draw(page, '大额', '结束');
  await page.locator('.fc-af-label', { hasText: '还没有条件' }).click();
  await button(panel(page), '加条件').click();
  await pick(panel(page), '比什么', '合同总额');
  await pick(panel(page), '怎样比', '不少于');
  await panel(page).getByLabel('值', { exact: true }).fill('300000');
  await panel(page).getByLabel('值', { exact: true }).blur();
  await expect(page.locator('.fc-af-label', { hasText: '合同总额 不少于 ¥300,000' })).toBeVisible();

  // The list shows what was drawn; undo and redo are the same for both.
  await page.getByText('并排', { exact: true }).click();
  await expect(list(page)).toContainText('如果 合同总额 不少于 ¥300,000');
  await button(page, '自动排列').click();
  await button(page, '撤销').click();
  await button(page, '重做').click();
  await expect(page.getByRole('status').filter({ hasText: '草稿已保存' })).toBeVisible();

  // Nobody in a step is found, and the list of problems leads there.
  await list(page)
    .getByRole('button', { name: /^第 4 步/ })
    .click();
  await button(panel(page), '删除这条').click();
  await page.getByRole('button', { name: /1 个问题/ }).click();
  const found = page.locator('.ant-drawer:visible .fc-af-problems .error');
  await expect(found).toHaveCount(1);
  await found.click();
  await button(page, '撤销').click();
  await expect(page.getByRole('button', { name: /个问题/ })).toHaveCount(0);

  // Rehearsed with a discount of 5 %: the leader and the two at once; with none: the manager alone.
  await button(page, '试走').first().click();
  await page.getByText('假设一张', { exact: true }).click();
  await pick(panel(page), '单据所在公司', '恒通丰田');
  await pick(panel(page), '提交人', '王敏', '王敏');
  await panel(page).getByRole('spinbutton', { name: '折扣率', exact: true }).fill('5');
  await panel(page).locator('.ant-btn-primary').click();
  const result = panel(page).getByRole('region', { name: '试走结果' });
  await expect(result).toContainText('经理审批');
  await expect(result).toContainText('领导复核');
  await expect(result).toContainText('赵刚');
  await panel(page).getByRole('spinbutton', { name: '折扣率', exact: true }).fill('1');
  await panel(page).locator('.ant-btn-primary').click();
  await expect(result.locator('> ol')).not.toContainText('领导复核');
  await expect(result).toContainText('没有走到的步骤');
  await button(panel(page), '清除').click();

  await button(page, '发布').click();
  await expect(dialog(page)).toContainText('第一次发布');
  await dialog(page).getByLabel('说明（为什么改）').fill('大额合同要集团同意');
  await button(dialog(page), '发布').click();
  await expect(page.getByText('已发布为第 1 版')).toBeVisible();
  await expect(page.getByText('第 1 版', { exact: true })).toBeVisible();

  // Changed, compared and restored.
  await list(page)
    .getByRole('button', { name: /^第 1 步/ })
    .click();
  await panel(page).getByLabel('中文名称').fill('店总审批');
  await button(page, '发布').click();
  await expect(dialog(page)).toContainText('名称 由「经理审批」改为「店总审批」');
  await button(dialog(page), '发布').click();
  await expect(page.getByText('已发布为第 2 版')).toBeVisible();
  await button(page, '版本').click();
  await button(page.locator('.fc-af-versions > li').last(), '恢复这一版').click();
  await page.locator('.ant-popconfirm').getByRole('button', { name: '恢复这一版' }).click();
  await expect(page.getByText('已发布为第 3 版')).toBeVisible();
  await expect(list(page)).toContainText('经理审批');
});

test('a draft does not go over what somebody else saved', async ({ browser }) => {
  const one = await signIn(browser, 'admin');
  await one.goto('/approval-flows');
  await one.getByRole('link', { name: '大额合同', exact: true }).click();
  await expect(one.getByRole('heading', { name: '大额合同', exact: true })).toBeVisible();
  const other = await signIn(browser, 'admin');
  await other.goto(one.url());
  await list(other)
    .getByRole('button', { name: /^第 1 步/ })
    .click();
  await panel(other).getByLabel('中文名称').fill('别人的名字');
  await expect(other.getByRole('status').filter({ hasText: '草稿已保存' })).toBeVisible();
  await list(one)
    .getByRole('button', { name: /^第 1 步/ })
    .click();
  await panel(one).getByLabel('中文名称').fill('我的名字');
  await expect(one.getByText('别人刚改过这个流程')).toBeVisible();
  await button(one, '看最新的').click();
  await expect(list(one)).toContainText('别人的名字');
});

test('the list alone suffices on a phone', async ({ browser }) => {
  const page = await signIn(browser, 'admin', { size: phone });
  await page.goto('/approval-flows');
  await page.getByRole('link', { name: '大额合同', exact: true }).click();
  await add(page, '提交人提交', '抄送');
  await list(page)
    .getByRole('button', { name: /^第 1 步/ })
    .click();
  const drawer = page.locator('.ant-drawer:visible');
  await drawer.getByLabel('中文名称').fill('抄送经理');
  await button(drawer, '加审批人').click();
  await pick(drawer, '角色', '销售经理');
  await drawer.locator('.ant-drawer-close').click();
  await expect(list(page)).toContainText('第 1 步 抄送经理');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
});
