import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Menu, Select, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useKinds, useMe } from '../../api/queries';
import { Problem } from '../../components/Problem';
import { useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import { FieldsTab } from './FieldsTab';
import { FormEditor } from './FormEditor';
import { FormPreview } from './FormPreview';
import { LayoutTab } from './LayoutTab';
import { ListEditor } from './ListEditor';
import { formOf, listOf } from './layouts';
import { MenuTab } from './MenuTab';
import { PrintEditor } from './PrintEditor';

// Where a kind is named, this means the menu.
const menuKind = 'menu';

/** What the group shapes: the kinds of record, and of each its own fields, its list and its form; and the menu. */
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
  const menu = search.kind === menuKind;
  const kind = menu ? undefined : (kinds.find((k) => k.name === search.kind) ?? kinds[0]);
  const chosen = menu ? menuKind : kind?.name;
  const subjects = [{ key: menuKind, label: t('screens.menu') }, ...kinds.map((k) => ({ key: k.name, label: words(k.label) }))];
  const whole = me?.grants['screen:edit'] === 'group';
  const choose = (name: string) => void navigate({ search: (old) => ({ ...old, kind: name }), replace: true });
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('screens.title')}</h1>
        {phone && (
          <Select
            aria-label={t('screens.kind')}
            value={chosen}
            options={subjects.map((x) => ({ value: x.key, label: x.label }))}
            onChange={choose}
            style={{ width: 160 }}
          />
        )}
      </div>
      <div className={phone ? undefined : 'fc-org'}>
        {!phone && (
          <section className="fc-card">
            <Menu selectedKeys={chosen ? [chosen] : []} onClick={({ key }) => choose(key)} items={subjects} />
          </section>
        )}
        {menu && (
          <section className="fc-card fc-section">
            <MenuTab />
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
                {
                  key: 'list',
                  label: t('screens.list'),
                  children: (
                    <LayoutTab
                      of={kind.name}
                      part="list"
                      start={{ list: listOf(kind) }}
                      draw={({ list = listOf(kind) }, set) => <ListEditor kind={kind} value={list} onChange={(v) => set({ list: v })} />}
                    />
                  ),
                },
                ...(kind.form.length
                  ? [
                      {
                        key: 'form',
                        label: t('screens.form'),
                        children: (
                          <LayoutTab
                            of={kind.name}
                            part="form"
                            start={{ form: formOf(kind) }}
                            draw={({ form = formOf(kind) }, set) => (
                              <>
                                <FormEditor kind={kind} value={form} onChange={(v) => set({ form: v })} />
                                <FormPreview kind={kind} value={form} />
                              </>
                            )}
                          />
                        ),
                      },
                    ]
                  : []),
                {
                  key: 'print',
                  label: t('screens.print'),
                  children: (
                    <LayoutTab
                      of={kind.name}
                      part="print"
                      papers={kind}
                      start={{}}
                      draw={({ print }, set) =>
                        print?.off ? (
                          <Alert type="info" showIcon title={t('print.isOff')} style={{ marginBottom: 12 }} />
                        ) : (
                          print && <PrintEditor kind={kind} value={print} onChange={(v) => set({ print: v })} />
                        )
                      }
                    />
                  ),
                },
              ]}
            />
          </section>
        )}
      </div>
    </div>
  );
}
