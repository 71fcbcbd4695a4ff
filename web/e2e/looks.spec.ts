import { expect, type Page, test } from '@playwright/test';
import { phone, signIn } from './people';

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
  expect(text, where).not.toMatch(code);
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
