import { SaveOutlined, SettingOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Dropdown, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../../api/client';
import { useMe } from '../../api/queries';
import type { KindInfo, SavedView, ViewBody } from '../../api/types';
import { useUnits } from '../../api/units';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';

const keyOf = (kind: string) => ['records', kind, 'views'];

/** The lists that one keeps, and those that are shared with one. */
export const useSavedViews = (kind: string) =>
  useQuery({
    queryKey: keyOf(kind),
    queryFn: async ({ signal }) => (await get<{ items: SavedView[] }>('/saved-views', { kind }, signal)).items,
  }).data ?? [];

type Props = { kind: KindInfo; view?: SavedView; body: ViewBody; changed: boolean; open: (id: string | undefined) => void };
type Values = { name: string; sharing: SavedView['sharing']; unitId?: string; role?: string };

/** Keeps the list as it stands under a name; changes or deletes one of one's own. */
export function SavedViews({ kind, view, body, changed, open }: Props) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  const client = useQueryClient();
  const [asking, setAsking] = useState<'new' | 'edit'>();
  const refresh = () => client.invalidateQueries({ queryKey: keyOf(kind.name) });
  const mine = view?.mine ? view : undefined;
  const act = async (method: string, what?: Partial<SavedView>) => {
    if (!mine) return;
    try {
      const { name, sharing, unitId, role } = mine;
      await request(method, `/saved-views/${mine.id}`, { body: what && { name, sharing, unitId, role, ...what }, version: mine.version });
      tell.done(t('form.saved'));
      if (method === 'DELETE') open(undefined);
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) tell.warn(t('record.stale'));
      else tell.failed(e);
    }
    await refresh();
    // The list goes back to the view, which now is what was shown.
    if (method === 'PATCH') open(mine.id);
  };
  return (
    <>
      {mine ? (
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'keep', label: t('views.keep'), disabled: !changed },
              { key: 'edit', label: t('views.edit') },
              { key: 'new', label: t('views.saveAs') },
              { key: 'delete', label: t('views.delete'), danger: true },
            ],
            onClick: ({ key }) => {
              if (key === 'keep') void act('PATCH', body);
              else if (key === 'delete')
                modal.confirm({
                  title: t('views.deleteAsk', { name: mine.name }),
                  okButtonProps: { danger: true },
                  onOk: () => act('DELETE'),
                });
              else setAsking(key === 'edit' ? 'edit' : 'new');
            },
          }}
        >
          <Button icon={<SettingOutlined aria-hidden />}>{t('views.view')}</Button>
        </Dropdown>
      ) : (
        changed && (
          <Button icon={<SaveOutlined aria-hidden />} onClick={() => setAsking('new')}>
            {t('views.save')}
          </Button>
        )
      )}
      {asking && (
        <Ask
          kind={kind}
          view={asking === 'edit' ? mine : undefined}
          body={asking === 'edit' && mine ? mine : body}
          close={() => setAsking(undefined)}
          done={async (id) => {
            setAsking(undefined);
            await refresh();
            open(id);
          }}
        />
      )}
    </>
  );
}

type AskProps = { kind: KindInfo; view?: SavedView; body: ViewBody; close: () => void; done: (id: string) => Promise<void> };

function Ask({ kind, view, body, close, done }: AskProps) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const me = useMe();
  const units = useUnits().data ?? [];
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const sharing = Form.useWatch('sharing', form) ?? view?.sharing ?? 'private';
  // Whoever shapes the group's screens shares with all; others with the units in which they work.
  const whole = me?.grants['screen:edit'] === 'group';
  const near = new Set([me?.posting.unitName, me?.posting.companyName]);
  const roles = useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) =>
      (await get<{ items: { code: string; name: { zh: string; en: string } }[] }>('/roles', undefined, signal)).items,
    enabled: whole && me?.grants['role:read'] !== undefined,
  }).data;
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    const { filter, sort, columns, as, date } = body;
    const sent = { ...v, unitId: v.unitId ?? '', role: v.role ?? '', filter, sort, columns, as, date };
    try {
      const saved = view
        ? await request<SavedView>('PATCH', `/saved-views/${view.id}`, { body: sent, version: view.version })
        : await request<SavedView>('POST', `/saved-views/${kind.name}`, { body: sent });
      tell.done(t('form.saved'));
      await done(saved.id);
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      if (e.status === 412) return tell.warn(t('record.stale'));
      const { fields, rest } = sortErrors(e, (at) => form.getFieldInstance(at[0]) !== undefined);
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const needed = (label: string) => [{ required: true, whitespace: true, message: t('form.required', { label }) }];
  return (
    <Modal
      open
      title={view ? t('views.edit') : t('views.save')}
      okText={t('form.save')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      destroyOnHidden
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{
          name: view?.name ?? '',
          sharing: view?.sharing ?? 'private',
          unitId: view?.unitId || undefined,
          role: view?.role || undefined,
        }}
        onFinish={submit}
      >
        <Form.Item name="name" label={t('views.name')} rules={needed(t('views.name'))}>
          <Input maxLength={40} autoFocus />
        </Form.Item>
        <Form.Item name="sharing" label={t('views.sharing')}>
          <Select
            aria-label={t('views.sharing')}
            options={(whole ? (['private', 'unit', 'role', 'group'] as const) : (['private', 'unit'] as const)).map((s) => ({
              value: s,
              label: t(`views.${s}`),
            }))}
          />
        </Form.Item>
        {sharing === 'unit' && (
          <Form.Item name="unitId" label={t('views.unit')} rules={needed(t('views.unit'))}>
            <Select
              aria-label={t('views.unit')}
              showSearch={{ optionFilterProp: 'label' }}
              options={units.filter((u) => u.status === 'open' && (whole || near.has(u.name))).map((u) => ({ value: u.id, label: u.name }))}
            />
          </Form.Item>
        )}
        {sharing === 'role' && (
          <Form.Item name="role" label={t('views.role')} rules={needed(t('views.role'))}>
            <Select aria-label={t('views.role')} options={(roles ?? []).map((r) => ({ value: r.code, label: words(r.name) }))} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
