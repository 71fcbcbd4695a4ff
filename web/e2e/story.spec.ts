import { type Browser, expect, type Page, test } from '@playwright/test';

const password = 'forecourt-demo';

async function signIn(browser: Browser, login: string, viewport = { width: 1366, height: 768 }): Promise<Page> {
  const page = await (await browser.newContext({ viewport, locale: 'zh-CN' })).newPage();
  page.on('pageerror', (e) => {
    throw e;
  });
  await page.goto('/');
  await page.getByLabel('企业代码').fill('hengtong');
  await page.getByLabel('账号').fill(login);
  await page.getByLabel('密码').fill(password);
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page).not.toHaveURL(/signin/);
  return page;
}

/** Opens the record of a list whose row holds the text. */
async function open(page: Page, path: string, text: string) {
  await page.goto(`/r/${path}`);
  await page.getByText(text).first().click();
  await expect(page).toHaveURL(new RegExp(`/r/${path}/[0-9a-f-]{36}`));
}

test('a draft contract is submitted and approved, and the consultant sees it without reload', async ({ browser }) => {
  const seller = await signIn(browser, 'wangmin');
  await open(seller, 'contracts', '何雨桐');
  await seller.getByRole('button', { name: '提交审批' }).click();
  await expect(seller.getByText('审批中').first()).toBeVisible();
  const contract = seller.url();

  const manager = await signIn(browser, 'liqiang');
  await manager.goto(contract);
  await manager.getByRole('button', { name: '同意' }).first().click();
  await expect(seller.getByText('已生效').first()).toBeVisible();
});

test('three days after the handover a worker has made the callback, and the agent finds it', async ({ browser }) => {
  const manager = await signIn(browser, 'liqiang');
  const moved = await manager.evaluate(async () => {
    const csrf = document.cookie.match(/fc_csrf=([^;]+)/)?.[1] ?? '';
    const r = await fetch('/api/v1/demo/clock', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
      body: JSON.stringify({ days: 3 }),
    });
    return r.status;
  });
  expect(moved).toBeLessThan(300);

  const agent = await signIn(browser, 'xujing');
  await expect(async () => {
    await agent.goto('/r/callbacks');
    await expect(agent.getByText('交车后三天回访').first()).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 60_000 });
});

test('the auditor reads who did what, with the values before and after', async ({ browser }) => {
  const auditor = await signIn(browser, 'malin');
  await open(auditor, 'contracts', '郑海涛');
  await expect(auditor.getByText('王敏').first()).toBeVisible();
  await expect(auditor.getByText('李强').first()).toBeVisible();
  await expect(auditor.getByRole('button', { name: '提交审批' })).toHaveCount(0);
});

test('on a phone the list is readable', async ({ browser }) => {
  const page = await signIn(browser, 'wangmin', { width: 390, height: 844 });
  await page.goto('/r/customers');
  await expect(page.getByText('郑海涛').first()).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(391);
});
