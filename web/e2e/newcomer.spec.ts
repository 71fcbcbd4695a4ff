import { expect, type Page, test } from '@playwright/test';
import { button, dialog, open, password, phone, pick, signIn, signInOperator } from './people';

test.describe.configure({ mode: 'serial' });

const own = 'Ruixing-2026-neu';
const mine = 'Mein-Passwort-27';
const tenant = 'ruixing';

/** Chooses a unit in the tree and adds one below it. */
async function addBelow(page: Page, parent: string, kind: string, name: string, code: string) {
  await page.locator('.ant-tree-title', { hasText: parent }).first().click();
  await button(page, '新建下级').click();
  await pick(dialog(page), '类型', kind);
  await dialog(page).getByLabel('名称').fill(name);
  await dialog(page).getByLabel('编码').fill(code);
  await button(dialog(page), '保存').click();
  await expect(page.locator('.ant-tree-title', { hasText: name })).toBeVisible();
}

async function changePassword(page: Page, was: string, now: string) {
  await expect(page).toHaveURL(/account/);
  await page.getByLabel('当前密码').fill(was);
  await page.getByLabel('新密码', { exact: true }).fill(now);
  await page.getByLabel('再输一次').fill(now);
  await button(page, '修改密码').click();
  await expect(page.getByText('密码已修改')).toBeVisible();
}

test('an operator opens a group for a customer who has never seen the product', async ({ browser }) => {
  const page = await signInOperator(browser);
  await button(page, '开通企业').click();
  await pick(dialog(page), '模板', '零售集团');
  await dialog(page).getByLabel('企业代码').fill(tenant);
  await dialog(page).getByLabel('名称', { exact: true }).fill('瑞行汽车集团');
  await dialog(page).getByLabel('管理员账号').fill('root');
  await dialog(page).getByLabel('管理员姓名').fill('郑瑞');
  await dialog(page).getByLabel('初始密码').fill(password);
  await dialog(page).locator('.ant-btn-primary').click();
  await expect(page.getByRole('heading', { name: /瑞行汽车集团/ })).toContainText('正常');
});

test('its administrator changes the password and builds a region with two companies', async ({ browser }) => {
  const page = await signIn(browser, 'root', { tenant });
  await changePassword(page, password, own);
  await page.goto('/organisation');
  await addBelow(page, '瑞行汽车集团', '区域', '江浙区', 'JZ');
  await addBelow(page, '江浙区', '公司', '瑞行丰田苏州店', 'SZ');
  await addBelow(page, '江浙区', '公司', '瑞行大众杭州店', 'HZ');
  await addBelow(page, '瑞行丰田苏州店', '部门', '苏州店销售部', 'SZS');
  await addBelow(page, '瑞行大众杭州店', '部门', '杭州店销售部', 'HZS');
  // A code that is taken is said at its field, and nothing typed is lost.
  await page.locator('.ant-tree-title', { hasText: '江浙区' }).click();
  await button(page, '新建下级').click();
  await pick(dialog(page), '类型', '公司');
  await dialog(page).getByLabel('名称').fill('瑞行宁波店');
  await dialog(page).getByLabel('编码').fill('SZ');
  await button(dialog(page), '保存').click();
  await expect(dialog(page).locator('.ant-form-item-explain-error')).toBeVisible();
  await expect(dialog(page).getByLabel('名称')).toHaveValue('瑞行宁波店');
});

test('a role of their own, and ten people from a sheet whose faults are told by line', async ({ browser }) => {
  const page = await signIn(browser, 'root', { tenant, secret: own });
  await page.goto('/roles');
  await button(page, '新建角色').click();
  await dialog(page).getByLabel('名称').fill('实习顾问');
  await dialog(page).getByLabel('编码').fill('trainee');
  await pick(dialog(page), '复制自', '销售顾问');
  await button(dialog(page), '保存').click();
  await expect(page.getByRole('heading', { name: '实习顾问' })).toBeVisible();
  await page.getByLabel('查找权限').fill('销售合同');
  for (const what of ['查看', '新建']) await pick(page, `销售合同 ${what}`, '无');
  await button(page, '保存').click();
  // Before anything is saved, it says whom it touches: nobody has this role yet.
  await button(dialog(page), '保存').click();
  await expect(page.getByText('已保存').first()).toBeVisible();

  const head = '登录名,姓名,组织编码,岗位,角色,初始密码';
  const people = Array.from({ length: 10 }, (_, i) => {
    const [unit, title, role] = i < 8 ? ['SZS', '销售顾问', '销售顾问'] : ['SZS', '实习顾问', '实习顾问'];
    return `ruixing${i},员工${i},${unit},${title},${role},Erste-Anmeldung-${i}`;
  });
  await page.goto('/r/users');
  await button(page, '导入用户').click();
  const sheet = (lines: string[]) => ({ name: '用户.csv', mimeType: 'text/csv', buffer: Buffer.from([head, ...lines].join('\n')) });
  await page.locator('input[type=file]').setInputFiles(sheet(people.map((p, i) => (i === 3 ? p.replace('SZS', 'NOWHERE') : p))));
  await expect(page.getByRole('cell', { name: '5', exact: true })).toBeVisible();
  await expect(button(page, '导入')).toBeDisabled();
  await page.locator('input[type=file]').setInputFiles(sheet(people));
  await button(page, '导入').click();
  await expect(page.getByText('已导入 10 人')).toBeVisible();
});

test('a field of their own, which the form demands', async ({ browser }) => {
  const page = await signIn(browser, 'root', { tenant, secret: own });
  await page.goto('/screens?kind=customer');
  await button(page, '加字段').click();
  const drawer = page.locator('.ant-drawer');
  await drawer.getByLabel('名称', { exact: true }).fill('爱好');
  await drawer.getByLabel('编码').fill('x_hobby');
  await button(drawer, '保存').click();
  await expect(page.getByRole('cell', { name: /爱好/ })).toBeVisible();
  await page.getByRole('tab', { name: '表单' }).click();
  await page
    .locator('div', { hasText: /^爱好必填/ })
    .last()
    .getByRole('checkbox')
    .check();
  await button(page, '发布').click();
  await expect(page.getByText('已发布，马上生效')).toBeVisible();
});

test('one of the ten signs in on a phone and sees what was set, and nothing else', async ({ browser }) => {
  const page = await open(browser, { size: phone });
  await page.goto('/signin');
  await page.getByLabel('企业代码').fill(tenant);
  await page.getByLabel('账号').fill('ruixing9');
  await page.getByLabel('密码').fill('Erste-Anmeldung-9');
  await button(page, '登录').click();
  await changePassword(page, 'Erste-Anmeldung-9', mine);
  await page.goto('/');
  await expect(page.getByText('员工9，今天要办的事')).toBeVisible();
  await page.goto('/r/customers');
  await expect(button(page, '新建')).toBeVisible();
  await button(page, '新建').click();
  await page.getByLabel('名称', { exact: true }).fill('周先生');
  await page.getByLabel('手机', { exact: true }).fill('13911112222');
  await button(page, '保存').click();
  await expect(page.locator('.ant-form-item', { hasText: '爱好' }).locator('.ant-form-item-explain-error')).toBeVisible();
  await page.getByLabel('爱好').fill('钓鱼');
  await button(page, '保存').click();
  await expect(page).toHaveURL(/r\/customers\/[0-9a-f-]{36}$/);
  await expect(page.getByText('钓鱼').first()).toBeVisible();
  await page.goto('/r/contracts');
  await expect(page.getByText('没有找到这个页面').or(page.locator('.ant-result'))).toBeVisible();
  await expect(page.locator('.fc-bottom')).not.toContainText('合同');
});
