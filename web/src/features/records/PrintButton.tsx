import { PrinterOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import type { KindInfo } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';

/** Leads to the print preview; where several papers are offered, to the one that is chosen. */
export function PrintButton({ kind, id }: { kind: KindInfo; id: string }) {
  const { t } = useTranslation();
  const icon = <PrinterOutlined aria-hidden />;
  const to = { to: '/r/$path/$id/print', params: { path: kind.path, id } } as const;
  const search = (name: string) => (name ? { layout: name } : {});
  if (!kind.can.print) return null;
  if (kind.prints.length < 2)
    return (
      <LinkButton icon={icon} {...to} search={search(kind.prints[0] ?? '')} preload={false}>
        {t('print.print')}
      </LinkButton>
    );
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: kind.prints.map((name) => ({
          key: name,
          label: (
            <Link {...to} search={search(name)} preload={false}>
              {name || t('print.standard')}
            </Link>
          ),
        })),
      }}
    >
      <Button icon={icon}>{t('print.print')}</Button>
    </Dropdown>
  );
}
