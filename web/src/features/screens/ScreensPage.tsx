import { useNavigate, useSearch } from '@tanstack/react-router';
import { Menu, Select, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useKinds, useMe } from '../../api/queries';
import { Problem } from '../../components/Problem';
import { useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import { FieldsTab } from './FieldsTab';
import { LayoutTab } from './LayoutTab';

/** What the group shapes: the kinds of record, and of each its own fields, its list and its form. */
export function ScreensPage() {
  const { t } = useTranslation();
  const words = useWords();
  const me = useMe();
  const phone = usePhone();
  const search = useSearch({ from: '/shell/screens' });
  const navigate = useNavigate({ from: '/screens' });
  const kinds = useKinds().filter((k) => k.shapes);
  usePageTitle(t('screens.title'));
  if (me && me.grants['screen:read'] === undefined) return <Problem error={new ProblemError(403, 'client.denied', '')} />;
  const kind = kinds.find((k) => k.name === search.kind) ?? kinds[0];
  const whole = me?.grants['screen:edit'] === 'group';
  const choose = (name: string) => void navigate({ search: (old) => ({ ...old, kind: name }), replace: true });
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('screens.title')}</h1>
        {phone && kind && (
          <Select
            aria-label={t('screens.kind')}
            value={kind.name}
            options={kinds.map((k) => ({ value: k.name, label: words(k.label) }))}
            onChange={choose}
            style={{ width: 160 }}
          />
        )}
      </div>
      <div className={phone ? undefined : 'fc-org'}>
        {!phone && (
          <section className="fc-card">
            <Menu
              selectedKeys={kind ? [kind.name] : []}
              onClick={({ key }) => choose(key)}
              items={kinds.map((k) => ({ key: k.name, label: words(k.label) }))}
            />
          </section>
        )}
        {kind && (
          <section className="fc-card fc-section">
            <Tabs
              key={kind.name}
              activeKey={search.tab ?? 'fields'}
              onChange={(tab) => void navigate({ search: (old) => ({ ...old, tab }), replace: true })}
              items={[
                { key: 'fields', label: t('screens.fields'), children: <FieldsTab kind={kind} may={whole} /> },
                { key: 'list', label: t('screens.list'), children: <LayoutTab kind={kind} part="list" /> },
                ...(kind.form.length ? [{ key: 'form', label: t('screens.form'), children: <LayoutTab kind={kind} part="form" /> }] : []),
                { key: 'print', label: t('screens.print'), children: <LayoutTab kind={kind} part="print" /> },
              ]}
            />
          </section>
        )}
      </div>
    </div>
  );
}
