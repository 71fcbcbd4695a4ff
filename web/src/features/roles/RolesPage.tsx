import { PlusOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Menu, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { useMe } from '../../api/queries';
import type { Words } from '../../api/types';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import type { Role } from './grants';
import { usePermissions, useProtectedFields, useRoleList } from './queries';
import { RoleCard } from './RoleCard';

/** Roles, and what each may do: resource × action × scope. */
export function RolesPage() {
  const { t } = useTranslation();
  const phone = usePhone();
  const words = useWords();
  const me = useMe();
  const [code, setCode] = useState<string>();
  const [adding, setAdding] = useState<{ from?: string }>();
  usePageTitle(t('roles.title'));
  const roles = useRoleList();
  const permissions = usePermissions();
  const fields = useProtectedFields();
  const failed = roles.error ?? permissions.error ?? fields.error;
  if (failed && !roles.data)
    return <Problem error={failed} retry={() => void Promise.all([roles.refetch(), permissions.refetch(), fields.refetch()])} />;
  if (!roles.data || !permissions.data || !fields.data) return <Waiting rows={10} />;
  const role = roles.data.find((r) => r.code === code) ?? roles.data[0];
  const may = me?.grants['role:manage'] === 'group';
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('roles.title')}</h1>
        {may && (
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding({})}>
            {t('roles.new')}
          </Button>
        )}
      </div>
      <div className="fc-org">
        {phone ? (
          <Select
            aria-label={t('roles.title')}
            value={role?.code}
            onChange={setCode}
            options={roles.data.map((r) => ({ value: r.code, label: words(r.name) }))}
          />
        ) : (
          <section className="fc-card">
            <Menu
              selectedKeys={role ? [role.code] : []}
              onClick={({ key }) => setCode(key)}
              items={roles.data.map((r) => ({ key: r.code, label: words(r.name) }))}
            />
          </section>
        )}
        {role && (
          <RoleCard
            key={role.code + JSON.stringify([role.grants, role.fields])}
            role={role}
            roles={roles.data}
            all={permissions.data}
            fields={fields.data}
            may={may}
            copy={() => setAdding({ from: role.code })}
          />
        )}
      </div>
      {adding && (
        <NewRole
          roles={roles.data}
          from={adding.from}
          close={(made) => {
            setAdding(undefined);
            if (made) setCode(made);
          }}
        />
      )}
    </div>
  );
}

type Values = { code: string; name: string; from?: string };

function NewRole({ roles, from, close }: { roles: Role[]; from?: string; close: (made?: string) => void }) {
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
      <Form<Values> form={form} layout="vertical" initialValues={{ from }} onFinish={submit}>
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
