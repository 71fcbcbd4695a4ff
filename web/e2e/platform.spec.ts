import { expect, test } from '@playwright/test';
import { button, dialog, password, signIn, signInOperator } from './people';

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
  await dialog(page).getByLabel('企业代码').fill('xinda');
  await dialog(page).getByLabel('名称', { exact: true }).fill('信达汽车集团');
  await dialog(page).getByLabel('管理员账号').fill('root');
  await dialog(page).getByLabel('管理员姓名').fill('周信');
  await dialog(page).getByLabel('初始密码').fill(password);
  await dialog(page).locator('.ant-btn-primary').click();
  const row = page.getByRole('row', { name: /xinda/ });
  await expect(row).toContainText('正常');
});

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
  const row = operator.getByRole('row', { name: /xinda/ });
  await button(row, '停用').click();
  await operator.locator('.ant-popconfirm').getByRole('button', { name: '停用' }).click();
  await expect(row).toContainText('已停用');
  const page = await signIn(browser, 'root', { tenant: 'xinda', secret: own });
  await expect(page.getByText('企业已停用')).toBeVisible();
  await page.goto('/brands');
  await page.getByRole('checkbox', { name: /丰田/ }).check();
  await button(page, '保存').click();
  await expect(page.locator('.ant-message-error, .ant-notification-notice-error')).toContainText('停用');
  await button(row, '恢复').click();
  await expect(row).toContainText('正常');
});
