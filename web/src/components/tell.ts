import { App } from 'antd';
import { useProblemText } from './Problem';

/** Short messages at the top of the page. */
export function useTell() {
  const { message } = App.useApp();
  const text = useProblemText();
  return {
    done: (words: string) => void message.success(words),
    warn: (words: string) => void message.warning(words),
    failed: (e: unknown) => void message.error(text(e), 5),
  };
}
