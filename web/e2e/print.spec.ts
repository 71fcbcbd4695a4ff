import { expect, type Page, test } from '@playwright/test';
import { button, dialog, signIn } from './people';

// A contract is printed as it ships, then on a form of three sheets that the administrator lays out for sales managers and takes back.
test.describe.configure({ mode: 'serial' });

const capitals = /^[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+元(整|零?.*分|.角整)$/;
const form = '三联提车单';
let contract = '';

/** The papers of a PDF in millimetres: "210x297". */
async function papers(page: Page) {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  return [...pdf.matchAll(/\/MediaBox *\[ *0 0 ([\d.]+) ([\d.]+) *\]/g)].map((m) =>
    m
      .slice(1, 3)
      .map((n) => Math.round((Number(n) / 72) * 25.4))
      .join('x'),
  );
}

test('a contract prints on A4 with its sum in capitals and a code', async ({ browser }) => {
  const page = await signIn(browser, 'liqiang');
  await page.goto('/r/contracts');
  await page.getByRole('link', { name: /^HT-/ }).first().click();
  await expect(page).toHaveURL(/\/r\/contracts\/[0-9a-f-]{36}$/);
  contract = page.url();
  await page.getByRole('link', { name: '打印', exact: true }).click();
  const paper = page.locator('.fc-paper');
  await expect(paper.getByRole('heading', { name: '汽车销售合同' })).toBeVisible();
  await expect(paper.locator('.whole td').first()).toHaveText(capitals);
  await expect(paper.locator('.code svg path').first()).toBeAttached();
  await expect(paper).not.toContainText('毛利');
  expect(await papers(page)).toEqual(['210x297']);
  await page.getByRole('link', { name: '返回' }).click();
  await expect(page.locator('.fc-rail .fc-event').getByText('打印').first()).toBeVisible();
});

test('the administrator lays out a preprinted form by dragging and by keys', async ({ browser }) => {
  const page = await signIn(browser, 'admin');
  await page.goto('/screens?kind=contract&tab=print');
  await page.getByText('角色', { exact: true }).click();
  await page.getByRole('combobox', { name: '角色' }).fill('销售经理');
  await page.locator('.ant-select-item-option', { hasText: '销售经理' }).click();
  await button(page, '新建版式').click();
  await dialog(page).getByRole('textbox', { name: '名称' }).fill(form);
  await dialog(page).getByText('套打').click();
  await dialog(page).locator('.ant-modal-footer .ant-btn-primary').click();
  await button(page, '加内容').click();
  await page.getByRole('menuitem', { name: '大写金额' }).click();
  const chosen = page.locator('.fc-canvas button.on');
  const box = await chosen.boundingBox();
  if (!box) throw new Error('the element is not there');
  await page.mouse.move(box.x + 10, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 65, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByRole('spinbutton', { name: '上（毫米）' })).not.toHaveValue('10.0');
  await page.getByRole('spinbutton', { name: '左（毫米）' }).fill('60');
  await chosen.press('ArrowRight');
  await expect(chosen).toHaveAttribute('aria-label', /左 61 毫米/);
  await page.getByRole('tab', { name: '预览' }).click();
  await expect(page.locator('.fc-paper')).toContainText('壹拾贰万叁仟肆佰伍拾陆元柒角捌分');
  await button(page, '发布').click();
  await expect(page.getByText('现在用的是第 1 版')).toBeVisible();
});

test('the form is offered and prints true to the millimetre; taken back, it is gone', async ({ browser }) => {
  const page = await signIn(browser, 'liqiang');
  await page.goto(contract);
  await button(page, '打印').click();
  await page.getByRole('menuitem', { name: form }).click();
  const placed = page.locator('.fc-paper .placed', { hasText: '元' });
  await expect(placed).toHaveText(capitals);
  expect(await papers(page)).toEqual(['241x140']);
  const [paper, element] = await Promise.all([page.locator('.fc-paper').boundingBox(), placed.boundingBox()]);
  expect(Math.abs(((element?.x ?? 0) - (paper?.x ?? 0)) / (96 / 25.4) - 61)).toBeLessThan(0.3);

  const admin = await signIn(browser, 'admin');
  await admin.goto('/screens?kind=contract&tab=print');
  await admin.getByText('角色', { exact: true }).click();
  await admin.getByRole('combobox', { name: '角色' }).fill('销售经理');
  await admin.locator('.ant-select-item-option', { hasText: '销售经理' }).click();
  await admin.getByRole('combobox', { name: '打印版式' }).click();
  await admin.locator('.ant-select-item-option', { hasText: form }).click();
  await button(admin, '撤销到上一版').click();
  await admin.locator('.ant-popconfirm .ant-btn-primary').click();
  await expect(admin.getByText('已回到上一版')).toBeVisible();
  await page.goto(contract);
  await expect(page.getByRole('link', { name: '打印', exact: true })).toBeVisible();
});
