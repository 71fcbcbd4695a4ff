import { DesktopOutlined, GlobalOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { prefs, type Theme, usePrefs } from '../lib/prefs';

const icons = { light: <SunOutlined />, dark: <MoonOutlined />, auto: <DesktopOutlined /> };
const next: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

/** The switches for language and appearance. They are plain buttons, so that the sign-in page stays light. */
export function Looks() {
  const { t } = useTranslation();
  const { lang, theme } = usePrefs();
  const look = `${t('top.theme')}: ${t(`top.${theme}`)}`;
  return (
    <>
      <Button
        type="text"
        icon={<GlobalOutlined aria-hidden />}
        aria-label={t('top.language')}
        title={t('top.language')}
        onClick={() => prefs.set({ lang: lang === 'zh' ? 'en' : 'zh' })}
      >
        {lang === 'zh' ? 'EN' : '中'}
      </Button>
      <Button type="text" icon={icons[theme]} aria-label={look} title={look} onClick={() => prefs.set({ theme: next[theme] })} />
    </>
  );
}
