import { type ThemeConfig, theme } from 'antd';
import { useSyncExternalStore } from 'react';
import { usePrefs } from '../lib/prefs';

const system = () => window.matchMedia('(prefers-color-scheme: dark)');

export function useDark(): boolean {
  const chosen = usePrefs().theme;
  const dark = useSyncExternalStore(
    (on) => {
      const q = system();
      q.addEventListener('change', on);
      return () => q.removeEventListener('change', on);
    },
    () => system().matches,
  );
  return chosen === 'dark' || (chosen === 'auto' && dark);
}

const font = '-apple-system, BlinkMacSystemFont, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Segoe UI", sans-serif';

export function tokens(dark: boolean): ThemeConfig {
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: dark ? '#2a9d97' : '#0f6b6b',
      colorInfo: dark ? '#2a9d97' : '#0f6b6b',
      colorLink: dark ? '#45b5ae' : '#0f6b6b',
      borderRadius: 6,
      fontSize: 14,
      fontFamily: font,
      motion: false,
      colorBgLayout: dark ? '#101414' : '#f4f6f6',
      // The palette that antd derives from so dark an accent is grey; these are the soft tones of the same hue.
      ...(dark
        ? {
            colorBgContainer: '#171d1d',
            colorBgElevated: '#1f2727',
            colorPrimaryBg: '#16302f',
            colorPrimaryBgHover: '#1c3b3a',
            colorInfoBg: '#16302f',
            colorInfoBorder: '#24504e',
          }
        : {
            colorPrimaryBg: '#e4f1f0',
            colorPrimaryBgHover: '#d5e9e7',
            colorPrimaryBorder: '#8fc4bf',
            colorPrimaryBorderHover: '#5aa7a1',
            colorPrimaryHover: '#1a8080',
            colorPrimaryActive: '#0a5252',
            colorInfoBg: '#e9f3f3',
            colorInfoBorder: '#a9d2ce',
            controlItemBgActive: '#e4f1f0',
            controlItemBgActiveHover: '#d5e9e7',
          }),
    },
    components: {
      Table: { cellPaddingBlockSM: 7, cellPaddingInlineSM: 10, headerBg: dark ? '#1b2222' : '#f7f9f9' },
      Layout: { headerBg: 'transparent', siderBg: 'transparent', bodyBg: 'transparent' },
      Menu: { itemHeight: 36, itemMarginInline: 8, activeBarBorderWidth: 0, itemBg: 'transparent', subMenuItemBg: 'transparent' },
      Descriptions: { itemPaddingBottom: 10 },
      Tag: { defaultBg: dark ? '#232b2b' : '#f0f2f2' },
    },
  };
}
