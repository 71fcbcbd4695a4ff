import { useQuery } from '@tanstack/react-query';
import { Alert, Modal, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useProblemText, Waiting } from '../../components/Problem';
import { type Grants, type Permission, type ProtectedField, type Role, scopes, toGrants, toRules } from './grants';
import { useRoleWords } from './words';

type Change = { was: string; now: string };
type Affected = {
  userId: string;
  name: string;
  posting: string;
  grants: (Change & { permission: string })[];
  fields: (Change & { kind: string; field: string })[];
};
type Props = {
  role: Role;
  grants?: Grants;
  rules?: Grants;
  all: Permission[];
  fields: ProtectedField[];
  save: () => Promise<boolean>;
  close: () => void;
};

/** Who would gain and lose what, before it is saved; a change that locks everyone out is refused here already. */
export function PreviewDialog({ role, grants, rules, all, fields, save, close }: Props) {
  const { t } = useTranslation();
  const text = useProblemText();
  const say = useRoleWords(all, fields);
  const [busy, setBusy] = useState(false);
  const q = useQuery({
    queryKey: ['role-preview', role.code, grants, rules],
    queryFn: () =>
      post<{ holders: number; items: Affected[] }>(`/roles/${role.code}/preview`, {
        grants: grants && toGrants(grants),
        fields: rules && toRules(rules),
      }),
    retry: false,
    gcTime: 0,
  });
  const ok = async () => {
    setBusy(true);
    if (await save()) close();
    setBusy(false);
  };
  return (
    <Modal
      open
      title={t('roles.preview')}
      okText={t('form.save')}
      okButtonProps={{ disabled: !q.data }}
      confirmLoading={busy}
      onOk={ok}
      onCancel={close}
      width={720}
    >
      {q.isPending && <Waiting rows={4} />}
      {q.error && <Alert type="error" showIcon title={text(q.error)} />}
      {q.data && (
        <>
          <p>{t('roles.previewCount', { holders: q.data.holders, count: new Set(q.data.items.map((x) => x.userId)).size })}</p>
          <div className="fc-affected">
            {q.data.items.map((x) => (
              <article key={`${x.userId} ${x.posting}`}>
                <b>{x.name}</b> <span className="fc-soft">{x.posting}</span>
                <ul className="fc-changes">
                  {x.grants.map((g) => (
                    <li key={g.permission}>
                      <Gain was={g.was} now={g.now} order={scopes} /> {say.permission(g.permission)}: {say.scope(g.was)} →{' '}
                      {say.scope(g.now)}
                    </li>
                  ))}
                  {x.fields.map((f) => (
                    <li key={f.kind + f.field}>
                      <Gain was={f.was} now={f.now} order={['hidden', 'masked', 'shown', 'editable']} /> {say.field(f.kind, f.field)}:{' '}
                      {say.visibility(f.was)} → {say.visibility(f.now)}
                    </li>
                  ))}
                </ul>
              </article>
            ))}
          </div>
        </>
      )}
    </Modal>
  );
}

function Gain({ was, now, order }: { was: string; now: string; order: string[] }) {
  const { t } = useTranslation();
  const more = order.indexOf(now) > order.indexOf(was);
  return <Tag color={more ? 'green' : 'red'}>{more ? t('roles.gains') : t('roles.loses')}</Tag>;
}
