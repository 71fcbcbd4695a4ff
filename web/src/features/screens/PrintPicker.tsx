import { CopyOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Modal, Radio, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, request } from '../../api/client';
import type { KindInfo } from '../../api/types';
import { useTell } from '../../components/tell';
import type { PrintLayout } from '../../lib/print';
import { isPlace, type Place, type PlaceVersions } from './layouts';
import { blankForm, latest } from './prints';

type Props = {
  kind: KindInfo;
  place: Place;
  all: PlaceVersions[];
  /** The name of a paper that is saved nowhere yet. */
  begun?: string;
  shipped?: PrintLayout;
  may: boolean;
  onChoose: (name: string, begun?: PrintLayout) => void;
  refresh: () => Promise<unknown>;
};

type Asking = 'add' | 'copy' | 'rename';

/** The papers of a place: which is edited, a new one, a copy, another name. */
export function PrintPicker({ kind, place, all, begun, shipped, may, onChoose, refresh }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const [asking, setAsking] = useState<Asking>();
  const [name, setName] = useState('');
  const [start, setStart] = useState<'document' | 'form'>('document');
  const [error, setError] = useState<string>();
  const here = all.filter((p) => isPlace({ ...p, name: undefined }, { ...place, name: undefined }));
  const names = ['', ...new Set([...here.map((p) => p.name ?? ''), ...(begun ? [begun] : [])].filter(Boolean))];
  const known = here.find((p) => isPlace(p, place));
  const ask = (what: Asking) => {
    setName(what === 'rename' ? (place.name ?? '') : '');
    setError(undefined);
    setAsking(what);
  };
  const finish = async () => {
    const to = name.trim();
    if (!to) return setError(t('form.required', { label: t('screens.name') }));
    if (names.includes(to) && !(asking === 'rename' && to === place.name)) return setError(t('print.taken'));
    if (asking === 'rename') {
      try {
        if (to !== place.name) await request('POST', `/screens/${kind.name}/rename`, { body: { ...place, to } });
        await refresh();
        onChoose(to);
        tell.done(t('form.saved'));
      } catch (e) {
        if (e instanceof ProblemError && e.errors.length) return setError(e.errors[0]?.message || e.detail);
        tell.failed(e);
      }
    } else if (shipped) {
      onChoose(to, asking === 'copy' ? latest(known, shipped) : start === 'form' ? blankForm() : shipped);
    }
    setAsking(undefined);
  };
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, marginBottom: 12 }}>
      <Select
        aria-label={t('print.layout')}
        value={place.name ?? ''}
        style={{ minWidth: 180 }}
        options={names.map((n) => ({ value: n, label: n || t('print.standard') }))}
        onChange={(n) => onChoose(n)}
      />
      {may && (
        <>
          <Button icon={<PlusOutlined aria-hidden />} onClick={() => ask('add')}>
            {t('print.add')}
          </Button>
          <Button icon={<CopyOutlined aria-hidden />} onClick={() => ask('copy')}>
            {t('print.copy')}
          </Button>
          {known && place.name && (
            <Button icon={<EditOutlined aria-hidden />} onClick={() => ask('rename')}>
              {t('print.rename')}
            </Button>
          )}
        </>
      )}
      <Modal
        open={asking !== undefined}
        title={asking && t(`print.${asking}`)}
        onCancel={() => setAsking(undefined)}
        onOk={finish}
        destroyOnHidden
      >
        <Form layout="vertical" component="div">
          <Form.Item label={t('screens.name')} validateStatus={error ? 'error' : undefined} help={error}>
            <Input
              autoFocus
              aria-label={t('screens.name')}
              value={name}
              maxLength={40}
              placeholder={t('print.nameHint')}
              onChange={(e) => setName(e.target.value)}
              onPressEnter={finish}
            />
          </Form.Item>
          {asking === 'add' && (
            <Radio.Group
              value={start}
              onChange={(e) => setStart(e.target.value)}
              options={[
                { value: 'document', label: t('print.document') },
                { value: 'form', label: t('print.preprinted') },
              ]}
            />
          )}
        </Form>
      </Modal>
    </div>
  );
}
