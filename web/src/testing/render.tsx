import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App, ConfigProvider } from 'antd';
import { act, type ReactElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { speak } from '../lib/i18n';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
let root: Root | undefined;

/** Puts a component on an empty page, in Chinese, as the application would surround it. */
export async function render(element: ReactElement): Promise<{ again: (element: ReactElement) => Promise<void> }> {
  const locale = await speak('zh');
  document.body.innerHTML = '<div id="test"></div>';
  root = createRoot(document.getElementById('test') as HTMLElement);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const again = (e: ReactElement) =>
    act(async () =>
      root?.render(
        <QueryClientProvider client={client}>
          <ConfigProvider locale={locale} button={{ autoInsertSpace: false }}>
            <App>{e}</App>
          </ConfigProvider>
        </QueryClientProvider>,
      ),
    );
  await again(element);
  return { again };
}

export const leave = () => act(async () => root?.unmount());

/** The button with these words. */
export function button(name: string): HTMLButtonElement {
  const all = [...document.querySelectorAll('button')];
  const found = all.find((b) => (b.getAttribute('aria-label') ?? b.textContent ?? '').trim() === name);
  if (!found) throw new Error(`no button ${name} among ${all.map((b) => b.textContent).join(', ')}`);
  return found;
}

export const press = (name: string) => act(async () => button(name).click());

/** Types into a field, as the browser would tell React. */
export const type = (field: HTMLTextAreaElement | HTMLInputElement, text: string) =>
  act(async () => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
