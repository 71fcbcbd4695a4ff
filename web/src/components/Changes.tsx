import { useTranslation } from 'react-i18next';
import type { Change, KindInfo } from '../api/types';
import { when } from '../lib/clock';
import { deviceOf } from '../lib/device';
import { filesOf } from '../lib/files';
import { fieldOf, optionOf, plain } from '../lib/kind';
import { useWords } from '../lib/prefs';

const silent = new Set(['id', 'version', 'updatedAt', 'createdAt', 'createdBy', 'companyId', 'departmentId']);

/**
 * Puts what a line of the history changed into words: choices by their declaration, ids by the titles that the server gives. What
 * says nothing is left out: the columns of every record, and what a new one leaves empty.
 */
export function useChanges() {
  const { t } = useTranslation();
  const words = useWords();
  return (kind: KindInfo | undefined, changes: Change[]) => {
    const field = (c: Change) => fieldOf(kind?.fields ?? [], c.field);
    const nothing = (v: unknown) => v === undefined || v === null || v === '';
    const empty = (c: Change) => nothing(c.now) || (Number(c.now) === 0 && ['money', 'int'].includes(field(c)?.type ?? ''));
    const say = (c: Change, v: unknown): string => {
      if (nothing(v)) return t('value.none');
      const f = field(c);
      if (f?.type === 'file')
        return filesOf(v)
          .map((x) => x.name)
          .join('、');
      if (Array.isArray(v)) return t('value.lines', { count: v.length });
      switch (f?.type) {
        case 'choice':
          return words(optionOf(f, v)?.label) || String(v);
        case 'bool':
          return v ? t('value.yes') : t('value.no');
        case 'time':
          return when(String(v));
      }
      if (c.field === 'agent') return deviceOf(String(v));
      return typeof v === 'object' ? JSON.stringify(v) : plain(f, v);
    };
    return changes
      .filter((c) => !silent.has(c.field) && (c.was !== undefined || !empty(c)))
      .map((c) => ({ field: c.field, label: words(c.label), was: nothing(c.was) ? undefined : say(c, c.was), now: say(c, c.now) }));
  };
}
