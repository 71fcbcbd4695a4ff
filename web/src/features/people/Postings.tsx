import { PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Modal, Popconfirm, Tag } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post, request } from '../../api/client';
import { useMe } from '../../api/queries';
import type { KindInfo, Open } from '../../api/types';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { PostingFields } from './PostingFields';
import { type Held, usePeopleChanged, usePostings } from './queries';

type Values = { unitId: string; title: string; roles: string[]; validTo?: dayjs.Dayjs };

/** Where a person works: their postings, with what each lets them do. */
export function Postings({ row }: { kind: KindInfo; row: Open }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const me = useMe();
  const changed = usePeopleChanged();
  const q = usePostings(row.id);
  const [editing, setEditing] = useState<Held | 'new'>();
  const may = me?.grants['user:manage'] !== undefined;
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  const end = (p: Held) => post(`/postings/${p.id}/end`).then(changed).catch(tell.failed);
  return (
    <section className="fc-card fc-section">
      <div className="fc-head">
        <h2 className="fc-h2" style={{ flex: 1 }}>
          {t('people.postings')}
        </h2>
        {may && (
          <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => setEditing('new')}>
            {t('people.addPosting')}
          </Button>
        )}
      </div>
      <Listing<Held>
        rowKey="id"
        loading={q.isPending}
        rows={q.data}
        empty={t('people.noPostings')}
        columns={[
          {
            title: t('people.unit'),
            render: (_, p) => (p.companyName && p.companyName !== p.unitName ? `${p.companyName} · ${p.unitName}` : p.unitName),
          },
          { title: t('people.title'), dataIndex: 'title' },
          {
            title: t('people.roles'),
            render: (_, p) => p.roles.map((r) => <Tag key={r.code}>{words(r.name)}</Tag>),
          },
          {
            title: t('people.valid'),
            render: (_, p) => (
              <span className={p.current ? 'fc-num' : 'fc-num fc-soft'}>
                {p.validFrom} ~ {p.validTo ?? t('people.open')}
              </span>
            ),
          },
          {
            render: (_, p) =>
              may &&
              p.current && (
                <>
                  <Button type="link" size="small" onClick={() => setEditing(p)}>
                    {t('record.edit')}
                  </Button>
                  <Popconfirm title={t('people.endAsk')} okText={t('people.end')} okButtonProps={{ danger: true }} onConfirm={() => end(p)}>
                    <Button type="link" size="small" danger>
                      {t('people.end')}
                    </Button>
                  </Popconfirm>
                </>
              ),
          },
        ]}
      />
      {editing && <PostingDialog user={row.id} held={editing === 'new' ? undefined : editing} close={() => setEditing(undefined)} />}
    </section>
  );
}

function PostingDialog({ user, held, close }: { user: string; held?: Held; close: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const changed = usePeopleChanged();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    const body = { title: v.title.trim(), roles: v.roles, validTo: v.validTo?.format('YYYY-MM-DD') };
    try {
      if (held) await request('PATCH', `/postings/${held.id}`, { body });
      else await post(`/users/${user}/postings`, { ...body, unitId: v.unitId });
      await changed();
      close();
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => ['unitId', 'title', 'roles', 'validTo'].includes(String(at[0])));
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={held ? `${held.unitName} · ${held.title}` : t('people.addPosting')}
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
        onFinish={submit}
        initialValues={
          held && { title: held.title, roles: held.roles.map((r) => r.code), validTo: held.validTo ? dayjs(held.validTo) : undefined }
        }
      >
        <PostingFields place={!held} />
      </Form>
    </Modal>
  );
}
