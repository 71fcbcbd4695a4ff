import { useTranslation } from 'react-i18next';
import { useWords } from '../../lib/prefs';
import { type Permission, type ProtectedField, scopes } from './grants';

/** Scopes, permissions and fields in words. */
export function useRoleWords(all: Permission[], fields: ProtectedField[]) {
  const { t } = useTranslation();
  const words = useWords();
  return {
    scope: (s?: string) => (s ? (scopes.includes(s) ? t(`roles.${s}` as 'roles.self') : t('roles.units')) : t('roles.none')),
    permission: (p: string) => {
      const info = all.find((x) => x.permission === p);
      return info ? `${words(info.resourceLabel)} · ${words(info.label)}` : t('roles.unknown');
    },
    field: (kind: string, field: string) => {
      const info = fields.find((x) => x.kind === kind && x.field === field);
      return info ? `${words(info.kindLabel)} · ${words(info.label)}` : t('roles.unknown');
    },
    visibility: (v?: string) => (v ? t(`fields.${v}` as 'fields.shown') : t('fields.default')),
  };
}
