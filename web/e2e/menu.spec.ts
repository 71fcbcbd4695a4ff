import { expect, test } from '@playwright/test';
import { button, phone, pick, signIn } from './people';

test('an administrator renames and reorders the menu of consultants, who see it at desk and phone until it is undone', async ({
  browser,
}) => {
  const admin = await signIn(browser, 'admin');
  const consultant = await signIn(browser, 'wangmin');
  const side = consultant.getByRole('navigation', { name: '主导航' });
  await expect(side.getByRole('menuitem').nth(2)).toHaveText('来电来店');
  await expect(side.getByRole('menuitem', { name: '意向' })).toBeVisible();

  await admin.goto('/screens?kind=menu');
  await admin.getByText('角色', { exact: true }).click();
  await pick(admin, '角色', '销售顾问', '销售顾问');
  await admin.getByLabel('销售合同 显示名称').fill('订单');
  await admin.getByRole('button', { name: '销售合同 上移' }).click();
  await admin.getByRole('button', { name: '销售合同 上移' }).click();
  await admin.getByRole('button', { name: '意向 隐藏' }).click();
  await expect(admin.getByRole('button', { name: '界面定制 隐藏' })).toBeDisabled();
  const preview = admin.getByRole('complementary', { name: '预览' });
  await expect(preview.getByRole('menuitem').nth(2)).toHaveText('订单');
  await expect(preview.getByRole('menuitem', { name: '角色权限' })).toHaveCount(0);
  await button(admin, '发布').click();
  await expect(admin.getByText('已发布，马上生效')).toBeVisible();

  // The open window follows by itself.
  await expect(side.getByRole('menuitem').nth(2)).toHaveText('订单');
  await expect(side.getByRole('menuitem', { name: '意向' })).toHaveCount(0);
  await side.getByRole('link', { name: '订单' }).click();
  await expect(consultant).toHaveURL(/\/r\/contracts/);
  const thumb = await signIn(browser, 'wangmin', { size: phone });
  await expect(thumb.getByRole('navigation', { name: '主导航' }).getByRole('link').nth(2)).toHaveText('订单');

  await button(admin, '撤销到上一版').click();
  await admin.locator('.ant-popconfirm .ant-btn-primary').click();
  await expect(side.getByRole('menuitem').nth(2)).toHaveText('来电来店');
});
