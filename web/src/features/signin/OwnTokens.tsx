import { PlusOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, DatePicker, Form, Input, Modal, Radio, Select } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post, request } from '../../api/client';
import { useMe } from '../../api/queries';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useNow } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { TokenTable } from './TokenTable';
import { useOwnGrants, useTokens } from './tokens';

type Values = { name: string; kind: 'read' | 'some'; permissions?: string[]; networks?: string[]; expires: dayjs.Dayjs };

/** One's own tokens for programs. */
export function OwnTokens() {
  const { t } = useTranslation();
  const tell = useTell();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const q = useTokens('/session/tokens');
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  const revoke = (id: string) =>
    request('DELETE', `/session/tokens/${id}`)
      .then(() => q.refetch())
      .catch(tell.failed);
  return (
    <section className="fc-card fc-section">
      <div className="fc-head">
        <h2 className="fc-h2" style={{ flex: 1 }}>
          {t('tokens.own')}
        </h2>
        <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>
          {t('tokens.make')}
        </Button>
      </div>
      <p className="fc-soft">{t('tokens.hint')}</p>
      <TokenTable rows={q.data} revoke={revoke} />
      {making && (
        <Make
          close={() => setMaking(false)}
          done={(token) => {
            setMaking(false);
            setMade(token);
          }}
        />
      )}
      <Modal
        open={made !== undefined}
        title={t('tokens.made')}
        mask={{ closable: false }}
        closable={false}
        keyboard={false}
        footer={[
          <Button
            key="copy"
            onClick={() => navigator.clipboard?.writeText(made ?? '').then(() => tell.done(t('tokens.copied')), tell.failed)}
          >
            {t('tokens.copy')}
          </Button>,
          <Button key="done" type="primary" onClick={() => setMade(undefined)}>
            {t('tokens.kept')}
          </Button>,
        ]}
      >
        <p>{t('tokens.madeHint')}</p>
        <Input.TextArea
          className="fc-mono"
          value={made}
          readOnly
          autoSize
          aria-label={t('tokens.made')}
          onFocus={(e) => e.target.select()}
        />
      </Modal>
    </section>
  );
}

function Make({ close, done }: { close: () => void; done: (token: string) => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const words = useWords();
  const me = useMe();
  const now = useNow();
  const client = useQueryClient();
  const grants = useOwnGrants();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    const body = {
      name: v.name.trim(),
      readOnly: v.kind === 'read',
      permissions: v.kind === 'some' ? v.permissions : undefined,
      networks: v.networks,
      expiresOn: v.expires.format('YYYY-MM-DD'),
    };
    try {
      const { token } = await post<{ token: string }>('/session/tokens', body);
      void client.invalidateQueries({ queryKey: ['tokens'] });
      done(token);
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => ['name', 'permissions', 'networks', 'expiresOn'].includes(String(at[0])));
      form.setFields(fields.map((f) => ({ name: (f.name[0] === 'expiresOn' ? 'expires' : f.name[0]) as keyof Values, errors: f.errors })));
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const resources = [...new Map(grants.data?.map((g) => [g.permission.split(':')[0], words(g.resourceLabel)])).entries()];
  return (
    <Modal
      open
      title={t('tokens.make')}
      okText={t('tokens.make')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      destroyOnHidden
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={submit}
        initialValues={{ kind: 'read', expires: now.add(90, 'day') }}
      >
        <Form.Item name="name" label={t('tokens.name')} extra={t('tokens.nameHint')} rules={needed(t('tokens.name'))}>
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item
          name="kind"
          label={t('tokens.may')}
          extra={me && t('tokens.posting', { posting: `${me.posting.companyName || me.posting.unitName} · ${me.posting.title}` })}
        >
          <Radio.Group
            options={[
              { value: 'read', label: t('tokens.readOnly') },
              { value: 'some', label: t('tokens.some') },
            ]}
          />
        </Form.Item>
        <Form.Item noStyle dependencies={['kind']}>
          {({ getFieldValue }) =>
            getFieldValue('kind') === 'some' && (
              <Form.Item name="permissions" label={t('tokens.permissions')} rules={needed(t('tokens.permissions'))}>
                <Select
                  mode="multiple"
                  showSearch={{ optionFilterProp: 'label' }}
                  placeholder={t('form.choose')}
                  aria-label={t('tokens.permissions')}
                  options={resources.map(([code, label]) => ({
                    label,
                    options: grants.data
                      ?.filter((g) => g.permission.split(':')[0] === code)
                      .map((g) => ({ value: g.permission, label: `${label} · ${words(g.label)}` })),
                  }))}
                />
              </Form.Item>
            )
          }
        </Form.Item>
        <Form.Item name="networks" label={t('tokens.networks')} extra={t('tokens.networksHint')}>
          <Select
            mode="tags"
            open={false}
            suffixIcon={null}
            tokenSeparators={[',', ' ', '，', '、']}
            placeholder={t('tokens.anywhere')}
            aria-label={t('tokens.networks')}
          />
        </Form.Item>
        <Form.Item name="expires" label={t('tokens.expires')} extra={t('tokens.expiresHint')} rules={needed(t('tokens.expires'))}>
          <DatePicker allowClear={false} style={{ width: '100%' }} minDate={now.add(1, 'day')} maxDate={now.add(365, 'day')} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
