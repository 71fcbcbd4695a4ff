import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Status, tones } from './queries';

export function StatusTag({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Tag color={tones[status]}>{t(`platform.${status}`)}</Tag>;
}
