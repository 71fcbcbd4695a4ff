import {
  CheckCircleOutlined,
  CloudSyncOutlined,
  ExclamationCircleOutlined,
  HistoryOutlined,
  PlayCircleOutlined,
  RedoOutlined,
  SettingOutlined,
  UndoOutlined,
} from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Tag, Tooltip } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { usePhone } from '../../lib/screen';
import { useDesign } from './design';
import { useSaid } from './queries';
import type { FlowPage, FlowProblem } from './types';
import type { Draft } from './useDraft';

export type Opened = 'publish' | 'versions' | 'problems' | 'rehearsal' | 'settings';
type Props = {
  page: FlowPage;
  draft: Draft;
  problems: FlowProblem[];
  checking: boolean;
  undo?: () => void;
  redo?: () => void;
  open: (what: Opened) => void;
  rehearsing: boolean;
};

/** The flow's name, how its draft stands, and everything that is done with the whole flow. */
export function Head({ page, draft, problems, checking, undo, redo, open, rehearsing }: Props) {
  const { t } = useTranslation();
  const said = useSaid();
  const phone = usePhone();
  const { subject, say, edit } = useDesign();
  useKeys(undo, redo, edit);
  const errors = problems.filter((p) => p.severity === 'error').length;
  const icon = errors ? <ExclamationCircleOutlined aria-hidden /> : <CheckCircleOutlined aria-hidden />;
  const verdict = errors
    ? t('approvalflows.errors', { count: errors })
    : problems.length
      ? t('approvalflows.warnings', { count: problems.length })
      : t('approvalflows.noProblems');
  return (
    <div className="fc-head fc-af-head">
      <div className="name">
        <small className="fc-soft">
          <Link to="/approval-flows">{t('approvalflows.title')}</Link> / {say.words(subject.kindLabel)} · {say.words(subject.label)}
        </small>
        <h1>{said(page.name)}</h1>
        <span className="fc-tags">
          {page.published > 0 ? (
            <Tag color="green">{t('approvalflows.version', { n: page.published })}</Tag>
          ) : (
            <Tag>{t('approvalflows.unpublished')}</Tag>
          )}
          {!page.enabled && <Tag>{t('approvalflows.off')}</Tag>}
          {edit && (page.draft || draft.state !== 'saved') && <SavingWords draft={draft} />}
        </span>
      </div>
      {edit && (
        <>
          <Tooltip title={t('approvalflows.undo')}>
            <Button icon={<UndoOutlined />} disabled={!undo} aria-label={t('approvalflows.undo')} onClick={undo} />
          </Tooltip>
          <Tooltip title={t('approvalflows.redo')}>
            <Button icon={<RedoOutlined />} disabled={!redo} aria-label={t('approvalflows.redo')} onClick={redo} />
          </Tooltip>
        </>
      )}
      <Button icon={icon} danger={errors > 0} loading={checking && !problems.length} onClick={() => open('problems')}>
        {verdict}
      </Button>
      <Button
        icon={<PlayCircleOutlined aria-hidden />}
        type={rehearsing && !phone ? 'primary' : 'default'}
        ghost={rehearsing && !phone}
        onClick={() => open('rehearsal')}
      >
        {t('approvalflows.rehearsal')}
      </Button>
      <Button icon={<SettingOutlined aria-hidden />} onClick={() => open('settings')}>
        {t('approvalflows.settings')}
      </Button>
      <Button icon={<HistoryOutlined aria-hidden />} onClick={() => open('versions')}>
        {t('approvalflows.versions')}
      </Button>
      {edit && (
        <Button type="primary" onClick={() => open('publish')}>
          {t('approvalflows.publish')}
        </Button>
      )}
    </div>
  );
}

function SavingWords({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  if (draft.state === 'failed')
    return (
      <Button size="small" danger type="link" onClick={() => void draft.flush()}>
        {t('approvalflows.saving.failed')}
      </Button>
    );
  return (
    <small className="fc-soft" role="status">
      {draft.state !== 'saved' && <CloudSyncOutlined aria-hidden />} {t(`approvalflows.saving.${draft.state}`)}
    </small>
  );
}

/** Ctrl-Z and Ctrl-Y, but in a text they belong to the text. */
function useKeys(undo: (() => void) | undefined, redo: (() => void) | undefined, edit: boolean) {
  const keys = useRef({ undo, redo });
  keys.current = { undo, redo };
  useEffect(() => {
    if (!edit) return;
    const press = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || (e.target instanceof HTMLElement && e.target.closest('input, textarea'))) return;
      const key = e.key.toLowerCase();
      const act = key === 'y' || (key === 'z' && e.shiftKey) ? keys.current.redo : key === 'z' ? keys.current.undo : undefined;
      if (!act) return;
      e.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [edit]);
}
