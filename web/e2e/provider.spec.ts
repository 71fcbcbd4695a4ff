import { type Browser, expect, type Page, test } from '@playwright/test';
import { button, desk, issuer, open, password, phone, signIn } from './people';

// A group's people sign in by the company's own accounts, at a provider that runs beside the program (cmd/testprovider).
test.describe.configure({ mode: 'serial' });

const label = '恒通统一账号';
const secret = 'a secret between the two';
const begun = '登录超时或已在别处打开，请重新登录';

const saved = (page: Page) => expect(page.getByText('已保存').last()).toBeVisible();

/** The sign-in page with the company's code, as far as the company account's button. */
async function door(browser: Browser, size = desk, path = '/signin') {
  const page = await open(browser, { size });
  await page.goto(path);
  await page.getByLabel('企业代码').fill('hengtong');
  await expect(button(page, label)).toBeVisible();
  return page;
}

/** Goes to the provider and says there who one is, and what is to be wrong with its answer. */
async function by(page: Page, who: string, spoilt = '正确') {
  await button(page, label).click();
  await expect(page).toHaveURL(new RegExp(`^${issuer}/authorize`));
  await page.getByLabel('工号').fill(who);
  await page.getByLabel('令牌').selectOption(spoilt);
  await page.getByRole('button', { name: '同意' }).click();
}

/** Whoever came in stands before their day's work. */
const inside = (page: Page) => expect(page.getByRole('heading', { level: 1, name: '王敏' })).toBeVisible();

/** Nobody is signed in: the start leads to the sign-in page, and the API knows nobody. */
async function outside(page: Page) {
  expect(await page.evaluate(async () => (await fetch('/api/v1/session')).status)).toBe(401);
  await page.goto('/');
  await expect(page).toHaveURL(/\/signin/);
}

/** Opens what is saved of the provider, for whoever may decide about it. */
async function settings(browser: Browser, size = desk) {
  const page = await signIn(browser, 'admin', { size });
  await page.goto('/identity');
  await expect(page.getByRole('heading', { name: '登录安全' })).toBeVisible();
  return page;
}
const provider = (page: Page) => page.locator('section', { hasText: 'OpenID Connect' });
const demands = (page: Page) => page.locator('section', { hasText: '登录要求' });

test('an administrator connects the identity provider, corrected at each field', async ({ browser }) => {
  const page = await settings(browser);
  await expect(page.getByText(/\/signin\/return$/)).toBeVisible();
  const form = provider(page);
  const field = (name: string) => form.locator('.ant-form-item', { hasText: name });
  const test = button(form, '测试连接');
  await form.getByLabel('服务地址（Issuer）').fill(issuer.replace('https:', 'http:'));
  await form.getByLabel('客户端 ID').fill('forecourt');
  await form.getByLabel('客户端密钥').fill('wrong');
  await form.getByLabel('登录按钮文字').fill(label);
  await test.click();
  await expect(field('服务地址（Issuer）')).toContainText('应为 https:// 开头的地址');
  await form.getByLabel('服务地址（Issuer）').fill(`${issuer}/elsewhere`);
  await test.click();
  await expect(field('服务地址（Issuer）')).toContainText('连不上这个地址');
  await form.getByLabel('服务地址（Issuer）').fill(issuer);
  await test.click();
  await expect(field('客户端密钥')).toContainText('对方不认可客户端 ID 或密钥');
  await form.getByLabel('客户端密钥').fill(secret);
  await test.click();
  await expect(page.getByText('连接正常，客户端有效')).toBeVisible();
  await button(form, '保存').click();
  await saved(page);
  await page.reload();
  await expect(form.getByLabel('服务地址（Issuer）')).toHaveValue(issuer);
  await expect(form.getByLabel('客户端密钥')).toHaveValue('');
  await expect(form).toContainText('已保存，不更换可不填');
});

for (const [name, size] of [
  ['desk', desk],
  ['phone', phone],
] as const)
  test(`a consultant signs in by the company account, works and signs out, ${name}`, async ({ browser }) => {
    const page = await door(browser, size, '/r/customers?q=1');
    await by(page, 'wangmin');
    await expect(page).toHaveURL(/\/r\/customers\?q=/);
    await expect(page.getByRole('heading', { name: '客户' })).toBeVisible();
    if (size === phone) await page.goto('/me');
    else await button(page, '王敏').click();
    await page.getByText('退出登录').click();
    await expect(page).toHaveURL(/\/signin/);
    await expect(page.getByLabel('企业代码')).toHaveValue('hengtong');
    await outside(page);
    await page.goBack();
    await expect(page).toHaveURL(/\/signin/);
    await page.goto('/signin');
    await by(page, 'wangmin');
    await inside(page);
  });

test('a stranger is refused with words, and finds the way back', async ({ browser }) => {
  for (const size of [desk, phone]) {
    const page = await door(browser, size);
    await by(page, 'fremder');
    await expect(page.getByRole('alert')).toHaveText('企业账号“fremder”没有对应的用户，请联系管理员');
    await button(page, '返回登录').click();
    await expect(button(page, label)).toBeVisible();
    await outside(page);
  }
});

for (const [spoilt, words] of [
  ['别次登录的 nonce', begun],
  ['已过期', begun],
  ['别人的签名', begun],
  ['别的客户端', begun],
  ['没有账号', '企业账号没有提供可识别的账号信息，请联系管理员'],
  ['不签发', '企业账号服务没有响应，请稍后再试'],
] as const)
  test(`a token that cannot be believed lets nobody in: ${spoilt}`, async ({ browser }) => {
    const page = await door(browser);
    await by(page, 'wangmin', spoilt);
    await expect(page.getByRole('alert')).toHaveText(words);
    await outside(page);
  });

test('whoever says no at the provider, or comes back twice, is told so', async ({ browser }) => {
  const page = await door(browser);
  await button(page, label).click();
  await page.getByRole('button', { name: '拒绝' }).click();
  await expect(page.getByRole('alert')).toHaveText('企业账号登录已取消或被拒绝');
  await outside(page);

  const returns: string[] = [];
  page.on('framenavigated', (f) => f.url().includes('/signin/return?') && returns.push(f.url()));
  await page.getByLabel('企业代码').fill('hengtong');
  await by(page, 'wangmin');
  await inside(page);
  const used = returns[0] as string;
  await page.context().clearCookies();
  await page.goto(used);
  await expect(page.getByRole('alert')).toHaveText(begun);
  await outside(page);
});

test('where passwords are turned off, the company account is the way in', async ({ browser }) => {
  const admin = await settings(browser, phone);
  await demands(admin).getByText('仅集团管理员可用').click();
  await button(demands(admin), '保存').click();
  await saved(admin);

  const page = await door(browser, phone);
  await expect(page.getByText('贵公司使用企业账号登录')).toBeVisible();
  await page.getByLabel('账号', { exact: true }).fill('wangmin');
  await page.getByLabel('密码').fill(password);
  await button(page, '登录').click();
  await expect(page.getByRole('alert')).toContainText('企业账号');
  await by(page, 'wangmin');
  await inside(page);

  await demands(admin).getByText('所有人可用').click();
  await button(demands(admin), '保存').click();
  await saved(admin);
});

test('a provider that is taken away leaves no button behind', async ({ browser }) => {
  const admin = await settings(browser);
  await button(provider(admin), '删除').click();
  await admin.locator('.ant-popconfirm').getByRole('button', { name: '删除' }).click();
  await expect(admin.getByText('已删除')).toBeVisible();
  const page = await open(browser);
  await page.goto('/signin');
  const asked = page.waitForResponse((r) => r.url().includes('/session/ways?tenant=hengtong'));
  await page.getByLabel('企业代码').fill('hengtong');
  await asked;
  await expect(button(page, label)).toHaveCount(0);
});
