import { Button, Drawer, Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePhone } from '../../lib/screen';

type Props = {
  title: string;
  okText: string;
  danger?: boolean;
  disabled?: boolean;
  busy: boolean;
  onOk: () => void;
  close: () => void;
  children: ReactNode;
};

/** A question: a dialog at the desk; on a phone it comes from below, with its button under the thumb. */
export function Sheet({ title, okText, danger, disabled, busy, onOk, close, children }: Props) {
  const { t } = useTranslation();
  const phone = usePhone();
  if (!phone) {
    return (
      <Modal
        open
        title={title}
        okText={okText}
        okButtonProps={{ danger, disabled }}
        confirmLoading={busy}
        onOk={onOk}
        onCancel={close}
        destroyOnHidden
      >
        {children}
      </Modal>
    );
  }
  return (
    <Drawer
      open
      placement="bottom"
      size="auto"
      title={title}
      onClose={close}
      destroyOnHidden
      className="fc-sheet"
      footer={
        <div className="fc-sheet-foot">
          <Button size="large" onClick={close}>
            {t('approval.cancel')}
          </Button>
          <Button size="large" type="primary" danger={danger} disabled={disabled} loading={busy} onClick={onOk}>
            {okText}
          </Button>
        </div>
      }
    >
      {children}
    </Drawer>
  );
}
