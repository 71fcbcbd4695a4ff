import { Empty, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useWords } from '../../lib/prefs';
import { difference, grantsOf, type Permission, type ProtectedField, type Role, rulesOf } from './grants';
import { useRoleWords } from './words';

type Props = { one: Role; other: Role; all: Permission[]; fields: ProtectedField[]; close: () => void };

/** Two roles side by side: only what differs. */
export function RoleDifference({ one, other, all, fields, close }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useRoleWords(all, fields);
  const rows = [
    ...difference(grantsOf(one), grantsOf(other)).map((d) => ({
      key: d.permission,
      what: say.permission(d.permission),
      left: say.scope(d.was),
      right: say.scope(d.now),
    })),
    ...difference(rulesOf(one), rulesOf(other)).map((d) => {
      const [kind = '', field = ''] = d.permission.split('.');
      return { key: d.permission, what: say.field(kind, field), left: say.visibility(d.was), right: say.visibility(d.now) };
    }),
  ];
  return (
    <Modal open title={t('roles.differs', { count: rows.length })} footer={null} onCancel={close} width={720}>
      {rows.length === 0 ? (
        <Empty description={t('roles.same')} />
      ) : (
        <table className="fc-diff">
          <thead>
            <tr>
              <th>{t('roles.permission')}</th>
              <th>{words(one.name)}</th>
              <th>{words(other.name)}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r.key}>
                <td>{r.what}</td>
                <td>{r.left}</td>
                <td>{r.right}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Modal>
  );
}
