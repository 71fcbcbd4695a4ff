import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Menu, Modal, Popconfirm, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, post, request } from '../../api/client';
import { useMe } from '../../api/queries';
import type { Words } from '../../api/types';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { usePageTitle } from '../../lib/tabs';
import { difference, type Grants, grantsOf, type Permission, type Role, scopes } from './grants';
import { Matrix } from './Matrix';

/** Roles, and what each may do: resource × action × scope. */
export function RolesPage() {
  const { t } = useTranslation();
  const words = useWords();
  const me = useMe();
  const [code, setCode] = useState<string>();
  const [adding, setAdding] = useState(false);
  usePageTitle(t('roles.title'));
  const roles = useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) => (await get<{ items: Role[] }>('/roles', undefined, signal)).items,
  });
  const permissions = useQuery({
    queryKey: ['permissions'],
    queryFn: async ({ signal }) => (await get<{ items: Permission[] }>('/access/permissions', undefined, signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const failed = roles.error ?? permissions.error;
  if (failed && !roles.data) return <Problem error={failed} retry={() => void Promise.all([roles.refetch(), permissions.refetch()])} />;
  if (!roles.data || !permissions.data) return <Waiting rows={10} />;
  const role = roles.data.find((r) => r.code === code) ?? roles.data[0];
  const may = me?.grants['role:manage'] === 'group';
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('roles.title')}</h1>
        {may && (
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
            {t('roles.new')}
          </Button>
        )}
      </div>
      <div className="fc-org">
        <section className="fc-card">
          <Menu
            selectedKeys={role ? [role.code] : []}
            onClick={({ key }) => setCode(key)}
            items={roles.data.map((r) => ({ key: r.code, label: words(r.name) }))}
          />
        </section>
        {role && <RoleCard key={role.code + JSON.stringify(role.grants)} role={role} roles={roles.data} all={permissions.data} may={may} />}
      </div>
      {adding && (
        <NewRole
          roles={roles.data}
          close={(made) => {
            setAdding(false);
            if (made) setCode(made);
          }}
        />
      )}
    </div>
  );
}

function RoleCard({ role, roles, all, may }: { role: Role; roles: Role[]; all: Permission[]; may: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const client = useQueryClient();
  const was = grantsOf(role);
  const [now, setNow] = useState<Grants>(was);
  const [beside, setBeside] = useState<string>();
  const [busy, setBusy] = useState(false);
  const changes = difference(was, now);
  const named = (p: string) => {
    const info = all.find((x) => x.permission === p);
    return info ? `${words(info.resourceLabel)} · ${words(info.label)}` : p;
  };
  const scope = (s?: string) => (s ? (scopes.includes(s) ? t(`roles.${s}` as 'roles.self') : t('roles.units')) : t('roles.none'));
  const save = async () => {
    setBusy(true);
    try {
      const grants = Object.entries(now).map(([permission, s]) => ({ permission, scope: s }));
      await request('PUT', `/roles/${role.code}/grants`, { body: { grants } });
      tell.done(t('form.saved'));
      await client.invalidateQueries({ queryKey: ['roles'] });
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const drop = async () => {
    try {
      await request('DELETE', `/roles/${role.code}`);
      await client.invalidateQueries({ queryKey: ['roles'] });
    } catch (e) {
      tell.failed(e);
    }
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
          style={{ width: 190 }}
          placeholder={t('roles.compare')}
          aria-label={t('roles.compare')}
          value={beside}
          onChange={setBeside}
          options={roles.filter((r) => r.code !== role.code).map((r) => ({ value: r.code, label: words(r.name) }))}
        />
        {may && !role.shipped && (
          <Popconfirm title={t('roles.deleteAsk')} okText={t('roles.delete')} okButtonProps={{ danger: true }} onConfirm={drop}>
            <Button danger>{t('roles.delete')}</Button>
          </Popconfirm>
        )}
        {may && (
          <Button type="primary" loading={busy} disabled={!changes.length} onClick={save}>
            {t('form.save')}
          </Button>
        )}
      </div>
      {changes.length > 0 && (
        <Alert
          type="warning"
          style={{ marginBottom: 10 }}
          title={t('roles.changes', { count: changes.length })}
          description={
            <ul className="fc-changes">
              {changes.map((c) => (
                <li key={c.permission}>
                  {named(c.permission)}: <del>{scope(c.was)}</del> → {scope(c.now)}
                </li>
              ))}
            </ul>
          }
        />
      )}
      <Matrix all={all} grants={now} beside={other && grantsOf(other)} onChange={may ? setNow : undefined} />
    </section>
  );
}

type Values = { code: string; name: string; from?: string };

function NewRole({ roles, close }: { roles: Role[]; close: (made?: string) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setBusy(true);
    const name: Words = { zh: v.name.trim(), en: v.name.trim() };
    try {
      await post('/roles', { code: v.code, name, from: v.from });
      await client.invalidateQueries({ queryKey: ['roles'] });
      close(v.code);
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => ['code', 'name', 'from'].includes(String(at[0])));
      form.setFields(fields.map((f) => ({ name: f.name[0] as keyof Values, errors: f.errors })));
      if (rest.length) tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('roles.new')}
      okText={t('form.save')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={() => close()}
      destroyOnHidden
    >
      <Form<Values> form={form} layout="vertical" onFinish={submit}>
        <Form.Item name="name" label={t('roles.name')} rules={needed(t('roles.name'))}>
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item
          name="code"
          label={t('roles.code')}
          extra={t('roles.codeHint')}
          rules={[...needed(t('roles.code')), { pattern: /^[a-z][a-z0-9_]*$/, message: t('roles.codeHint') }]}
        >
          <Input maxLength={40} autoCapitalize="none" />
        </Form.Item>
        <Form.Item name="from" label={t('roles.from')}>
          <Select allowClear aria-label={t('roles.from')} options={roles.map((r) => ({ value: r.code, label: words(r.name) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
