import 'dayjs/locale/zh-cn';
import type { Locale } from 'antd/es/locale';
import dayjs from 'dayjs';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Lang } from '../api/types';
import type zh from '../locales/zh.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: typeof zh };
  }
}

export type Key = keyof typeof zh;

const loaders = {
  zh: () => Promise.all([import('../locales/zh.json'), import('antd/es/locale/zh_CN')]),
  en: () => Promise.all([import('../locales/en.json'), import('antd/es/locale/en_US')]),
};
const antdTexts: Partial<Record<Lang, Locale>> = {};

/** Loads a language on its first use and makes it the one of the page. */
export async function speak(lang: Lang): Promise<Locale> {
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: lang,
      resources: {},
      keySeparator: false,
      nsSeparator: false,
      fallbackLng: false,
      interpolation: { escapeValue: false },
    });
  }
  let texts = antdTexts[lang];
  if (!texts) {
    const [own, theirs] = await loaders[lang]();
    i18next.addResourceBundle(lang, 'translation', own.default);
    texts = antdTexts[lang] = theirs.default;
  }
  await i18next.changeLanguage(lang);
  dayjs.locale(lang === 'zh' ? 'zh-cn' : 'en');
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  return texts;
}
