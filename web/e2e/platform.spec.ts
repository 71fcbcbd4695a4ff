import { expect, type Page, test } from '@playwright/test';
import { button, dayFromNow, dialog, password, pick, signIn, signInOperator } from './people';

const own = 'Xinda-2026-neu';

test.describe.configure({ mode: 'serial' });

const head = 'brand,maker,series,model_year,model,source_id';
const good = `${head}
比亚迪,比亚迪汽车,秦PLUS,2026,2026款 DM-i 55KM 豪华型,x-1
比亚迪,比亚迪汽车,海豹06,2026,2026款 DM-i 舒适型,x-2
`;
const bad = good.replace('比亚迪,比亚迪汽车,海豹06', ',比亚迪汽车,海豹06');
const file = (text: string) => ({ name: 'models.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

test('an operator imports models after a preview, opens a tenant, and suspends it', async ({ browser }) => {
  const page = await signInOperator(browser);

  await page.getByRole('tab', { name: '车型库' }).click();
  const choose = page.locator('input[type=file]');
  await choose.setInputFiles(file(bad));
  await expect(page.getByRole('row', { name: /^3 / })).toContainText('不能为空');
  await expect(button(page, '导入')).toBeDisabled();
  await choose.setInputFiles(file(good));
  await expect(page.getByText('新增').first()).toBeVisible();
  await button(page, '导入').click();
  await expect(page.locator('.ant-alert-success')).toHaveText('已导入');

  await page.getByRole('tab', { name: '企业' }).click();
  await button(page, '开通企业').click();
  await pick(dialog(page), '模板', '单品牌 4S 店');
  await dialog(page).getByLabel('企业代码').fill('hengtong');
  await dialog(page).getByLabel('名称', { exact: true }).fill('信达汽车集团');
  await dialog(page).getByLabel('4S 店编码').fill('XD1');
  await dialog(page).getByLabel('4S 店名称').fill('信达丰田');
  await dialog(page).getByLabel('管理员账号').fill('root');
  await dialog(page).getByLabel('管理员姓名').fill('周信');
  await dialog(page).getByLabel('初始密码').fill(password);
  await dialog(page).locator('.ant-btn-primary').click();
  await expect(dialog(page).locator('.ant-form-item', { hasText: '企业代码' })).toContainText('账套编码已存在');
  await dialog(page).getByLabel('企业代码').fill('xinda');
  await dialog(page).locator('.ant-btn-primary').click();
  await expect(page.getByRole('heading', { name: '信达汽车集团' })).toBeVisible();
  await expect(page.getByText('正常', { exact: true })).toBeVisible();
  await expect(page.locator('.ant-timeline')).toContainText('开通');
  await page.getByRole('link', { name: '返回企业列表' }).click();
  await expect(page.getByRole('row', { name: /xinda/ })).toContainText('1 / 300');
});

/** The page of a tenant at the operators' desk. */
async function tenant(page: Page, name: string) {
  await page.getByRole('tab', { name: '企业' }).click();
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
}

test('the administrator of a new group subscribes to a brand, and its models appear', async ({ browser }) => {
  const page = await signIn(browser, 'root', { tenant: 'xinda' });
  // Whoever opened the group knows this password, so nothing else comes before a new one.
  await expect(page).toHaveURL(/account/);
  await page.goto('/r/customers');
  await expect(page).toHaveURL(/account/);
  await page.getByLabel('当前密码').fill(password);
  await page.getByLabel('新密码', { exact: true }).fill(own);
  await page.getByLabel('再输一次').fill(own);
  await button(page, '修改密码').click();
  await expect(page.getByText('密码已修改')).toBeVisible();
  for (const path of ['customers', 'intents', 'contracts', 'vehicles', 'vehicle-models', 'callbacks']) {
    await page.goto(`/r/${path}`);
    await expect(page.locator('.ant-empty').first()).toBeVisible();
  }
  await page.goto('/brands');
  await page.getByRole('checkbox', { name: /比亚迪/ }).check();
  await button(page, '保存').click();
  await expect(page.getByText('品牌已保存')).toBeVisible();
  await page.goto('/r/vehicle-models');
  await expect(page.getByText('秦PLUS').first()).toBeVisible();
  await expect(page.getByText('凯美瑞')).toHaveCount(0);
});

test('the people of a suspended tenant read, and change nothing', async ({ browser }) => {
  const operator = await signInOperator(browser);
  await tenant(operator, '信达汽车集团');
  await button(operator, '停用').click();
  await operator.locator('.ant-popconfirm').getByRole('button', { name: '停用' }).click();
  await expect(operator.getByText('已停用', { exact: true })).toBeVisible();
  const page = await signIn(browser, 'root', { tenant: 'xinda', secret: own });
  await expect(page.getByText('企业已停用')).toBeVisible();
  await page.goto('/brands');
  await page.getByRole('checkbox', { name: /丰田/ }).check();
  await button(page, '保存').click();
  await expect(page.locator('.ant-message-error, .ant-notification-notice-error')).toContainText('停用');
  await button(operator, '恢复').click();
  await expect(operator.getByText('正常', { exact: true })).toBeVisible();
});

test('an operator renews, sets limits not below what is used, and closes', async ({ browser }) => {
  const operator = await signInOperator(browser);
  await tenant(operator, '信达汽车集团');
  await button(operator, '续期').click();
  const ends = dialog(operator).getByLabel('到期日');
  await ends.fill(dayFromNow(10));
  await ends.press('Enter');
  await dialog(operator).locator('.ant-btn-primary').click();
  await expect(operator.locator('.ant-timeline')).toContainText('续期');
  const page = await signIn(browser, 'root', { tenant: 'xinda', secret: own });
  await expect(page.getByText('服务期还剩 10 天')).toBeVisible();

  await page.goto('/organisation');
  await expect(page.getByText('信达丰田')).toBeVisible();

  await button(operator, '调整套餐').click();
  await pick(dialog(operator), '套餐', '试用版');
  await dialog(operator).getByLabel('用户数').fill('1');
  await dialog(operator).locator('.ant-btn-primary').click();
  await expect(operator.locator('.ant-timeline')).toContainText('标准版 → 试用版');

  await button(operator, '停用').click();
  await operator.locator('.ant-popconfirm').getByRole('button', { name: '停用' }).click();
  await button(operator, '关闭').click();
  await operator.locator('.ant-popconfirm').getByRole('button', { name: '关闭' }).click();
  await expect(operator.getByText('已关闭', { exact: true })).toBeVisible();
  await page.goto('/r/customers');
  await expect(page.getByText('账套已关闭')).toBeVisible();
});
