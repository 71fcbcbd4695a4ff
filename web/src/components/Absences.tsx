import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Form, Popconfirm, Tag } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, post, request } from '../api/client';
import { today } from '../lib/clock';
import { onward } from '../lib/onward';
import { sortErrors } from '../lib/problems';
import { Listing } from './Listing';
import { PersonSelect } from './PersonSelect';
import { Problem } from './Problem';
import { useTell } from './tell';

type Absence = {
  id: string;
  userId: string;
  userName: string;
  deputyId: string;
  deputyName: string;
  from: string;
  to: string;
  current: boolean;
};
type Values = { days: [dayjs.Dayjs, dayjs.Dayjs]; deputyId: string };

/** When somebody is away and who stands in: one's own at /session/absences, another's at /users/{id}/absences. */
export function Absences({ path, user }: { path: string; user: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const key = ['absences', path];
  const q = useQuery({ queryKey: key, queryFn: async ({ signal }) => (await get<{ items: Absence[] }>(path, undefined, signal)).items });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const add = async (v: Values) => {
    setBusy(true);
    try {
      await post(path, { deputyId: v.deputyId, from: v.days[0].format('YYYY-MM-DD'), to: v.days[1].format('YYYY-MM-DD') });
      tell.done(t('form.saved'));
      form.resetFields();
      await client.invalidateQueries({ queryKey: key });
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, () => true);
      form.setFields(fields.map((f) => ({ name: f.name[0] === 'deputyId' ? ('deputyId' as const) : ('days' as const), errors: f.errors })));
      if (rest.length) tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const end = (a: Absence) =>
    request('DELETE', `/absences/${a.id}`)
      .then(() => client.invalidateQueries({ queryKey: key }))
      .catch(tell.failed);
  return (
    <>
      <p className="fc-soft">{t('absence.hint')}</p>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={add} onKeyDown={onward} style={{ maxWidth: 420 }}>
        <Form.Item name="days" label={t('absence.days')} rules={needed(t('absence.days'))}>
          <DatePicker.RangePicker minDate={today()} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="deputyId" label={t('absence.deputy')} rules={needed(t('absence.deputy'))}>
          <PersonSelect label={t('absence.deputy')} without={user} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('absence.add')}
        </Button>
      </Form>
      <div style={{ height: 12 }} />
      <Listing<Absence>
        rowKey="id"
        loading={q.isPending}
        rows={q.data}
        empty={t('absence.none')}
        columns={[
          { title: t('absence.days'), render: (_, a) => <span className="fc-num">{`${a.from} – ${a.to}`}</span> },
          { title: t('absence.who'), dataIndex: 'userName' },
          { title: t('absence.deputy'), dataIndex: 'deputyName' },
          { render: (_, a) => a.current && <Tag color="gold">{t('absence.now')}</Tag> },
          {
            render: (_, a) =>
              a.userId === user && (
                <Popconfirm title={t('absence.endAsk')} okText={t('absence.end')} onConfirm={() => end(a)}>
                  <Button type="link" size="small" danger>
                    {t('absence.end')}
                  </Button>
                </Popconfirm>
              ),
          },
        ]}
      />
    </>
  );
}
