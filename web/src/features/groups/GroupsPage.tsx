import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Empty, Form, Input, Modal, Popconfirm, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, post, request } from '../../api/client';
import { useMe } from '../../api/queries';
import type { Words } from '../../api/types';
import { Problem, Waiting } from '../../components/Problem';
import { RefSelect } from '../../components/RefSelect';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';

type Group = { id: string; name: string; members: { id: string; name: string; login: string }[]; roles: string[] };
type Role = { code: string; name: Words };

/** Named sets of people; a group's roles act in every posting of its members. */
export function GroupsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const [naming, setNaming] = useState<Partial<Group>>();
  usePageTitle(t('groups.title'));
  const q = useQuery({
    queryKey: ['user-groups'],
    queryFn: async ({ signal }) => (await get<{ items: Group[] }>('/user-groups', undefined, signal)).items,
  });
  const roles = useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) => (await get<{ items: Role[] }>('/roles', undefined, signal)).items,
  });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (q.isPending) return <Waiting rows={6} />;
  const may = me?.grants['user_group:manage'] === 'group';
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('groups.title')}</h1>
        {may && (
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setNaming({})}>
            {t('groups.new')}
          </Button>
        )}
      </div>
      <p className="fc-soft">{t('groups.hint')}</p>
      {q.data.length === 0 && (
        <div className="fc-card">
          <Empty style={{ padding: 24 }} description={t('groups.none')} />
        </div>
      )}
      <div className="fc-groups">
        {q.data.map((g) => (
          <GroupCard key={g.id} group={g} roles={roles.data ?? []} may={may} rename={() => setNaming(g)} />
        ))}
      </div>
      {naming && (
        <NameDialog
          group={naming}
          close={() => {
            setNaming(undefined);
            void client.invalidateQueries({ queryKey: ['user-groups'] });
          }}
        />
      )}
    </div>
  );
}

function GroupCard({ group, roles, may, rename }: { group: Group; roles: Role[]; may: boolean; rename: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const client = useQueryClient();
  const act = async (method: string, path: string, body?: unknown) => {
    try {
      await request(method, `/user-groups/${group.id}${path}`, { body });
    } catch (e) {
      tell.failed(e);
    }
    await client.invalidateQueries({ queryKey: ['user-groups'] });
  };
  const roleName = (code: string) => words(roles.find((r) => r.code === code)?.name) || t('roles.unknown');
  const used = group.members.length + group.roles.length > 0;
  return (
    <section className="fc-card fc-section">
      <div className="fc-head">
        <h2 className="fc-h2" style={{ flex: 1 }}>
          {group.name}
        </h2>
        {may && (
          <Button size="small" onClick={rename}>
            {t('groups.rename')}
          </Button>
        )}
        {may && (
          <Popconfirm
            title={t('groups.deleteAsk')}
            okText={t('groups.delete')}
            okButtonProps={{ danger: true }}
            onConfirm={() => act('DELETE', '')}
          >
            <Button size="small" danger disabled={used} title={used ? t('groups.used') : undefined}>
              {t('groups.delete')}
            </Button>
          </Popconfirm>
        )}
      </div>
      <h3 className="fc-soft">{t('groups.roles')}</h3>
      <div className="fc-tags">
        {group.roles.map((r) => (
          <Taken
            key={r}
            label={roleName(r)}
            may={may}
            ask={t('groups.takeAsk', { role: roleName(r), count: group.members.length })}
            take={() => act('DELETE', `/roles/${r}`)}
          />
        ))}
        {may && (
          <Select
            size="small"
            style={{ width: 150 }}
            value={null}
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('groups.addRole')}
            aria-label={t('groups.addRole')}
            options={roles.filter((r) => !group.roles.includes(r.code)).map((r) => ({ value: r.code, label: words(r.name) }))}
            onChange={(role: string | null) => role && act('POST', '/roles', { role })}
          />
        )}
      </div>
      <h3 className="fc-soft">{t('groups.members', { count: group.members.length })}</h3>
      <div className="fc-tags">
        {group.members.map((m) => (
          <Taken
            key={m.id}
            label={`${m.name} · ${m.login}`}
            may={may}
            ask={t('groups.removeAsk', { name: m.name })}
            take={() => act('DELETE', `/members/${m.id}`)}
          />
        ))}
        {may && (
          <div style={{ width: 150 }}>
            <RefSelect
              key={group.members.length}
              path="users"
              label={t('groups.addMember')}
              placeholder={t('groups.addMember')}
              onChange={(userId) => userId && act('POST', '/members', { userId })}
            />
          </div>
        )}
      </div>
    </section>
  );
}

/** A tag with a button that takes it away, after a question. */
function Taken({ label, may, ask, take }: { label: string; may: boolean; ask: string; take: () => void }) {
  const { t } = useTranslation();
  return (
    <Tag>
      {label}
      {may && (
        <Popconfirm title={ask} okText={t('groups.remove')} okButtonProps={{ danger: true }} onConfirm={take}>
          <Button type="text" size="small" icon={<CloseOutlined aria-hidden />} aria-label={`${t('groups.remove')} ${label}`} />
        </Popconfirm>
      )}
    </Tag>
  );
}

function NameDialog({ group, close }: { group: Partial<Group>; close: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<{ name: string }>();
  const [busy, setBusy] = useState(false);
  const submit = async ({ name }: { name: string }) => {
    setBusy(true);
    try {
      if (group.id) await request('PATCH', `/user-groups/${group.id}`, { body: { name: name.trim() } });
      else await post('/user-groups', { name: name.trim() });
      close();
    } catch (e) {
      const at = e instanceof ProblemError ? e.errors.find((x) => x.field === 'name') : undefined;
      if (at) form.setFields([{ name: 'name', errors: [at.message] }]);
      else tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={group.id ? t('groups.rename') : t('groups.new')}
      okText={t('form.save')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      destroyOnHidden
    >
      <Form form={form} layout="vertical" initialValues={{ name: group.name }} onFinish={submit}>
        <Form.Item
          name="name"
          label={t('roles.name')}
          rules={[{ required: true, whitespace: true, message: t('form.required', { label: t('roles.name') }) }]}
        >
          <Input maxLength={60} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
