import { expect, type Page, test } from '@playwright/test';
import { phone, signIn, signInOperator } from './people';

// Every list and a record of every kind, in both languages and both themes, at desk and phone width: nothing runs out of the
// window, nothing reads like code, and the page names itself.
const code = /\b(undefined|null|NaN|\[object |[a-z]+_[a-z_]+|[a-z]+\.[a-z][a-zA-Z]+)\b/;

async function sound(page: Page, where: string) {
  await expect(page.locator('.ant-skeleton')).toHaveCount(0);
  const { text, wide, window } = await page.evaluate(() => ({
    text: document.body.innerText,
    wide: document.documentElement.scrollWidth,
    window: innerWidth,
  }));
  // A claim of OpenID Connect is named as the provider names it.
  expect(text.replaceAll('preferred_username', ''), where).not.toMatch(code);
  expect(wide, `${where} is wider than the window`).toBeLessThanOrEqual(window + 1);
}

async function walk(page: Page) {
  const kinds: { path: string }[] = await page.evaluate(async () => (await (await fetch('/api/v1/kinds')).json()).items);
  await sound(page, 'workbench');
  for (const { path } of kinds) {
    await page.goto(`/r/${path}`);
    await expect(page.locator('h1')).not.toBeEmpty();
    await sound(page, path);
    const id = await page.evaluate(async (p) => (await (await fetch(`/api/v1/${p}?limit=1`)).json()).items[0]?.id, path);
    if (!id) continue;
    await page.goto(`/r/${path}/${id}`);
    await expect(page.locator('h1')).not.toBeEmpty();
    await sound(page, `${path}, a record`);
  }
}

for (const lang of ['zh', 'en'] as const)
  for (const [login, theme, size] of [
    ['wangmin', 'light', phone],
    ['admin', 'dark', undefined],
  ] as const)
    test(`${login} reads every page, ${lang}, ${theme}, ${size ? 'phone' : 'desk'}`, async ({ browser }) => {
      await walk(await signIn(browser, login, { lang, theme, size }));
    });

/** What scrolls sideways inside the page: on a phone nobody finds what stands beside it. */
const sideways = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX))
      .map((e) => `${e.className}: ${e.scrollWidth} in ${e.clientWidth}`),
  );

async function narrow(page: Page, where: string) {
  await expect(page.locator('.ant-skeleton, .ant-spin-spinning')).toHaveCount(0);
  await sound(page, where);
  expect(await sideways(page), where).toEqual([]);
}

/** Makes something through the API as whoever is signed in, for a page that would be empty. */
const make = (page: Page, path: string, body: object) =>
  page.evaluate(
    async ({ path, body }) => {
      const door = path.startsWith('/platform') ? 'fc_operator_csrf' : 'fc_csrf';
      const token = new RegExp(`(?:^|; )${door}=([^;]+)`).exec(document.cookie)?.[1] ?? '';
      const res = await fetch(`/api/v1${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token, 'Idempotency-Key': crypto.randomUUID() },
        body: JSON.stringify(body),
      });
      if (!res.ok) throw new Error(`${path}: ${await res.text()}`);
    },
    { path, body },
  );

const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

for (const [lang, theme] of [
  ['zh', 'light'],
  ['en', 'dark'],
] as const) {
  test(`the administration stands on a phone, ${lang}, ${theme}`, async ({ browser }) => {
    const page = await signIn(browser, 'admin', { lang, theme, size: phone });
    await make(page, '/support/grants', {
      hours: 8,
      writing: true,
      reason: '核对十一月的交车单据为什么缺两张出库单，请平台同事进来看一下',
    });
    await make(page, '/session/tokens', {
      name: `数据仓库每日同步 ${lang}`,
      readOnly: true,
      networks: ['10.1.0.0/16', '2001:db8:1234:5678::/64'],
      expiresOn: soon(24 * 30).slice(0, 10),
    });
    await make(page, '/screens/customer/fields', {
      key: lang === 'zh' ? 'x_f1' : 'x_f2',
      type: 'text',
      label: { zh: `客户来源补充说明 ${lang}`, en: `More about the source, ${lang}` },
      help: { zh: '', en: '' },
      filterable: true,
      searchable: true,
    });
    const person = await page.evaluate(async () => (await (await fetch('/api/v1/users?limit=1')).json()).items[0].id);
    const paths = ['organisation', 'r/users', `r/users/${person}`, 'people/new', 'people/import', 'groups', 'roles', 'settings', 'log'];
    paths.push('monitor', 'jobs', 'tokens', 'identity', 'support', 'screens?kind=customer&tab=fields', 'screens?kind=customer&tab=list');
    paths.push('screens?kind=customer&tab=form', 'brands', 'explain', 'account', 'me');
    for (const path of paths) {
      await page.goto(`/${path}`);
      await expect(page.locator('h1, h2').first()).not.toBeEmpty();
      await narrow(page, path);
    }
  });

  test(`the operators' desk stands on a phone, ${lang}, ${theme}`, async ({ browser }) => {
    const page = await signInOperator(browser, { lang, theme, size: phone });
    await make(page, '/platform/announcements', {
      level: 'warning',
      title: { zh: '周六凌晨升级，约两小时不能使用', en: 'Upgrade on Saturday night, about two hours without service' },
      text: { zh: '请提前保存。', en: 'Please save before.' },
      from: soon(48),
      to: soon(50),
      tenants: [],
    });
    await page.reload();
    await expect(page.getByRole('tab').nth(5)).toBeAttached();
    const tabs = await page.locator('.ant-tabs-tab').evaluateAll((all) => all.map((x) => x.getAttribute('data-node-key')));
    for (const tab of tabs) {
      // Those that do not fit lie behind the bar's own menu, so the press is the element's.
      await page.locator(`[data-node-key="${tab}"] [role=tab]`).evaluate((x: HTMLElement) => x.click());
      await expect(page.locator('.ant-tabs-tabpane-active, .ant-tabs-content-active')).not.toBeEmpty();
      await narrow(page, `${tab} of the desk`);
    }
    const id = await page.evaluate(async () => (await (await fetch('/api/v1/platform/tenants')).json()).items[0].id);
    await page.goto(`/platform/tenants/${id}`);
    await expect(page.locator('h1')).not.toBeEmpty();
    await narrow(page, 'a tenant');
  });
}
