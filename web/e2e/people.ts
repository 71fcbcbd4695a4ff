import { type Browser, expect, type Locator, type Page } from '@playwright/test';

export const password = 'forecourt-demo';
/** Where the identity provider of the stories listens (cmd/testprovider). */
export const provider = process.env.FORECOURT_E2E_PROVIDER ?? '127.0.0.1:18491';
export const issuer = `https://${provider}`;
export const desk = { width: 1366, height: 768 };
export const phone = { width: 390, height: 844 };

type Looks = { tenant?: string; secret?: string; size?: { width: number; height: number }; lang?: 'zh' | 'en'; theme?: 'light' | 'dark' };

/** A window of its own, in which any error of the page fails the test. */
export async function open(browser: Browser, { size = desk, lang = 'zh', theme = 'light' }: Looks = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: size, hasTouch: size === phone, locale: 'zh-CN' });
  await context.addInitScript(
    (p) => localStorage.getItem('fc.prefs') ?? localStorage.setItem('fc.prefs', p),
    JSON.stringify({ lang, theme, folded: false }),
  );
  const page = await context.newPage();
  page.on('pageerror', (e) => {
    throw e;
  });
  return page;
}

export async function signIn(browser: Browser, login: string, looks: Looks = {}): Promise<Page> {
  const page = await open(browser, looks);
  const en = looks.lang === 'en';
  await page.goto('/signin');
  await page.getByLabel(en ? 'Company code' : '企业代码').fill(looks.tenant ?? 'hengtong');
  await page.getByLabel(en ? 'Login' : '账号').fill(login);
  await page.getByLabel(en ? 'Password' : '密码').fill(looks.secret ?? password);
  await page.getByRole('button', { name: en ? 'Sign in' : '登录' }).click();
  await expect(page).not.toHaveURL(/signin/);
  return page;
}

/** Signs in at the operators' own door. */
export async function signInOperator(browser: Browser, looks: Looks = {}): Promise<Page> {
  const page = await open(browser, looks);
  const en = looks.lang === 'en';
  await page.goto('/signin');
  await button(page, en ? 'Platform operators' : '平台运营入口').click();
  // The address changes before the form does, and both have the same labels.
  await expect(button(page, en ? 'Back to company sign-in' : '返回企业登录')).toBeVisible();
  await page.getByLabel(en ? 'Login' : '账号').fill('operator');
  await page.getByLabel(en ? 'Password' : '密码').fill(password);
  await button(page, en ? 'Sign in' : '登录').click();
  await expect(button(page, en ? 'Sign out' : '退出登录')).toBeVisible();
  return page;
}

export const button = (at: Page | Locator, name: string) =>
  at.getByRole('button', { name, exact: true }).or(at.getByRole('link', { name, exact: true }));

/** Opens the form of a new record from its list, as a person does. */
export async function fresh(page: Page, path: string) {
  await page.goto(`/r/${path}`);
  await button(page, '新建').click();
  await expect(page).toHaveURL(new RegExp(`/r/${path}/new`));
}

/** Chooses an entry of a list that opens at the label; typing narrows it. */
export async function pick(at: Page | Locator, label: string, text: string, typed = '') {
  const page = 'page' in at ? at.page() : at;
  const box = at.getByRole('combobox', { name: label, exact: true }).last();
  await box.click();
  if (typed) await box.pressSequentially(typed, { delay: 20 });
  const option = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: text }).first();
  await option.click();
}

/** Types a day into a date picker. */
export async function day(at: Page | Locator, label: string, value: string) {
  const box = at.getByRole('textbox', { name: label, exact: true });
  await box.fill(value);
  await box.press('Enter');
}

/** Saves a form and waits for the record's page. */
export async function save(page: Page, path: string): Promise<string> {
  await button(page, '保存').click();
  await expect(page).toHaveURL(new RegExp(`/r/${path}/[0-9a-f-]{36}$`));
  return page.url();
}

/** Presses an action of a record and waits until the server has said yes. */
export async function act(page: Page, name: string, at: Page | Locator = page) {
  await button(at, name).click();
  await expect(page.getByText(`已完成：${name}`).last()).toBeVisible();
}

export const dialog = (page: Page) => page.locator('.ant-modal-container:visible');

/** The tenant's day, n days from now. */
export const dayFromNow = (n: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() + n * 86_400_000));

/** Moves the demo tenant's clock on, as its people can from their menu. */
export async function clock(page: Page, name: string, label: string) {
  await button(page, name).click();
  await page.getByText('时钟前移').hover();
  await page.getByText(label, { exact: true }).click();
  await expect(page.getByText('时间已前移')).toBeVisible();
}
