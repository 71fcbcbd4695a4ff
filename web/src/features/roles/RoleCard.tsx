import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Popconfirm, Select, Switch, Tabs, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '../../api/client';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { RoleDifference } from './Difference';
import { FieldRules } from './FieldRules';
import { difference, type Grants, grantsOf, type Permission, type ProtectedField, type Role, rulesOf, toGrants, toRules } from './grants';
import { Matrix } from './Matrix';
import { PreviewDialog } from './PreviewDialog';
import { RoleHistory } from './RoleHistory';
import { useRoleWords } from './words';

type Props = { role: Role; roles: Role[]; all: Permission[]; fields: ProtectedField[]; may: boolean; copy: () => void };

/** One role: what it may do, how it sees fields, and what happened to it. */
export function RoleCard({ role, roles, all, fields, may, copy }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const client = useQueryClient();
  const say = useRoleWords(all, fields);
  const [grants, setGrants] = useState<Grants>(grantsOf(role));
  const [rules, setRules] = useState<Grants>(rulesOf(role));
  const [beside, setBeside] = useState<string>();
  const [tab, setTab] = useState('grants');
  const [asking, setAsking] = useState(false);
  const grantChanges = difference(grantsOf(role), grants);
  const ruleChanges = difference(rulesOf(role), rules);
  const changes = grantChanges.length + ruleChanges.length;
  const act = async (method: string, path: string, body?: unknown) => {
    try {
      await request(method, `/roles/${role.code}${path}`, { body });
      return true;
    } catch (e) {
      tell.failed(e);
      return false;
    }
  };
  const again = () => client.invalidateQueries({ queryKey: ['roles'] });
  const save = async () => {
    const done =
      (!grantChanges.length || (await act('PUT', '/grants', { grants: toGrants(grants) }))) &&
      (!ruleChanges.length || (await act('PUT', '/fields', { fields: toRules(rules) })));
    if (done) tell.done(t('form.saved'));
    await again();
    return done;
  };
  const give = async (on: boolean) => {
    if (await act('PATCH', '', { givenBy: on ? 'company' : 'group' })) tell.done(t('form.saved'));
    await again();
  };
  const other = roles.find((r) => r.code === beside);
  return (
    <section className="fc-card fc-section">
      <div className="fc-head">
        <h1>
          {words(role.name)} {role.shipped && <Tag>{t('roles.shipped')}</Tag>}
        </h1>
        <Select
          allowClear
          style={{ width: 170 }}
          placeholder={t('roles.compare')}
          aria-label={t('roles.compare')}
          value={beside}
          onChange={setBeside}
          options={roles.filter((r) => r.code !== role.code).map((r) => ({ value: r.code, label: words(r.name) }))}
        />
        {may && <Button onClick={copy}>{t('roles.copy')}</Button>}
        {may && !role.shipped && (
          <Popconfirm
            title={t('roles.deleteAsk')}
            okText={t('roles.delete')}
            okButtonProps={{ danger: true }}
            onConfirm={async () => (await act('DELETE', '')) && again()}
          >
            <Button danger>{t('roles.delete')}</Button>
          </Popconfirm>
        )}
        {may && (
          <Button type="primary" disabled={!changes} onClick={() => setAsking(true)}>
            {t('form.save')}
          </Button>
        )}
      </div>
      <p>
        {may && !role.shipped ? (
          <span>
            <Switch size="small" checked={role.givenBy === 'company'} onChange={give} aria-label={t('roles.byCompany')} />{' '}
            {t('roles.byCompany')}
          </span>
        ) : (
          <span className="fc-soft">{role.givenBy === 'company' ? t('roles.byCompany') : t('roles.byGroup')}</span>
        )}
      </p>
      {changes > 0 && (
        <Alert
          type="warning"
          style={{ marginBottom: 10 }}
          title={t('roles.changes', { count: changes })}
          description={
            <ul className="fc-changes">
              {grantChanges.map((c) => (
                <li key={c.permission}>
                  {say.permission(c.permission)}: <del>{say.scope(c.was)}</del> → {say.scope(c.now)}
                </li>
              ))}
              {ruleChanges.map((c) => (
                <li key={c.permission}>
                  {say.field(c.permission.split('.')[0] ?? '', c.permission.split('.')[1] ?? '')}: <del>{say.visibility(c.was)}</del> →{' '}
                  {say.visibility(c.now)}
                </li>
              ))}
            </ul>
          }
        />
      )}
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          {
            key: 'grants',
            label: t('roles.permission'),
            children: <Matrix all={all} grants={grants} onChange={may ? setGrants : undefined} />,
          },
          {
            key: 'fields',
            label: t('fields.title'),
            children: <FieldRules fields={fields} rules={rules} onChange={may ? setRules : undefined} />,
          },
          {
            key: 'history',
            label: t('roles.history'),
            destroyOnHidden: true,
            children: <RoleHistory role={role} roles={roles} all={all} fields={fields} />,
          },
        ]}
      />
      {other && <RoleDifference one={role} other={other} all={all} fields={fields} close={() => setBeside(undefined)} />}
      {asking && (
        <PreviewDialog
          role={role}
          grants={grantChanges.length ? grants : undefined}
          rules={ruleChanges.length ? rules : undefined}
          all={all}
          fields={fields}
          save={save}
          close={() => setAsking(false)}
        />
      )}
    </section>
  );
}
