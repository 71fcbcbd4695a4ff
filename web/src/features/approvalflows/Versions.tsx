import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Drawer, Empty, Popconfirm, Select, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import { usePhone } from '../../lib/screen';
import { DesignContext, useDesign } from './design';
import { ListForm } from './ListForm';
import { treeOf } from './model/tree';
import { changesWords } from './model/words';
import { useSay, versionQuery } from './queries';
import type { Flow, FlowPage, VersionItem } from './types';
import type { Draft } from './useDraft';

type Props = { page: FlowPage; draft: Draft; close: () => void; restored: () => Promise<void> };
type Looking = { how: 'view' | 'compare'; number: number };

/** What was published when, to look at, compare, and publish again. */
export function Versions({ page, draft, close, restored }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const phone = usePhone();
  const { edit } = useDesign();
  const [looking, setLooking] = useState<Looking>();
  const [busy, setBusy] = useState(false);
  const restore = async (number: number) => {
    setBusy(true);
    try {
      const answer = await draft.call<{ number: number }>('POST', '/restore', { number });
      tell.done(t('approvalflows.publishedAs', { n: answer.number }));
      await restored();
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const discard = async () => {
    setBusy(true);
    try {
      await draft.call('DELETE', '/draft');
      await restored();
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer open title={t('approvalflows.versions')} size={phone ? '90%' : 520} placement={phone ? 'bottom' : 'right'} onClose={close}>
      {edit && page.draft && page.published > 0 && (
        <p>
          <Popconfirm
            title={t('approvalflows.discard.sure')}
            okText={t('approvalflows.discard')}
            cancelText={t('form.cancel')}
            onConfirm={discard}
          >
            <Button size="small" loading={busy}>
              {t('approvalflows.discard')}
            </Button>
          </Popconfirm>
        </p>
      )}
      {page.versions.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('approvalflows.noVersions')} />}
      <ul className="fc-af-versions">
        {page.versions.map((v) => (
          <li key={v.number}>
            <div className="line">
              <b>{t('approvalflows.version', { n: v.number })}</b>
              {v.number === page.published && <Tag color="green">{t('approvalflows.current')}</Tag>}
              {v.running > 0 && <Tag color="blue">{t('approvalflows.running', { count: v.running })}</Tag>}
            </div>
            <small className="fc-soft">
              {when(v.publishedAt)} · {v.publishedByName}
            </small>
            {v.note && <div className="fc-lines">{v.note}</div>}
            <div className="line">
              <Button
                size="small"
                onClick={() =>
                  setLooking(looking?.number === v.number && looking.how === 'view' ? undefined : { how: 'view', number: v.number })
                }
              >
                {t('approvalflows.look')}
              </Button>
              <Button
                size="small"
                onClick={() =>
                  setLooking(looking?.number === v.number && looking.how === 'compare' ? undefined : { how: 'compare', number: v.number })
                }
              >
                {t('approvalflows.compare')}
              </Button>
              {edit && v.number !== page.published && (
                <Popconfirm
                  title={t('approvalflows.restore.sure', { n: v.number })}
                  description={t('approvalflows.restore.hint')}
                  okText={t('approvalflows.restore')}
                  cancelText={t('form.cancel')}
                  onConfirm={() => restore(v.number)}
                >
                  <Button size="small" loading={busy}>
                    {t('approvalflows.restore')}
                  </Button>
                </Popconfirm>
              )}
            </div>
            {looking?.number === v.number && <Look key={looking.how} page={page} version={v} how={looking.how} />}
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

function Look({ page, version, how }: { page: FlowPage; version: VersionItem; how: Looking['how'] }) {
  const { t } = useTranslation();
  const design = useDesign();
  const [with_, setWith] = useState<number>(0);
  const one = useQuery(versionQuery(page.id, version.number));
  const other = useQuery({ ...versionQuery(page.id, with_), enabled: with_ > 0 });
  const client = useQueryClient();
  const say = useSay(design.subject.facts, [
    design.flow,
    ...(one.data ? [one.data.definition] : []),
    ...(other.data ? [other.data.definition] : []),
  ]);
  if (one.isError)
    return (
      <Button onClick={() => client.invalidateQueries({ queryKey: versionQuery(page.id, version.number).queryKey })}>
        {t('problem.retry')}
      </Button>
    );
  if (!one.data) return <Skeleton active />;
  const flow: Flow = one.data.definition;
  if (how === 'view') {
    return (
      <DesignContext.Provider
        value={{
          ...design,
          flow,
          tree: treeOf(flow),
          say,
          edit: false,
          problems: [],
          shown: undefined,
          selected: undefined,
          dispatch: () => undefined,
        }}
      >
        <div className="fc-af-look">
          <ListForm />
        </div>
      </DesignContext.Provider>
    );
  }
  const against = with_ === 0 ? design.flow : other.data?.definition;
  const changes = against && changesWords(say, flow, against);
  return (
    <div className="fc-af-look">
      <Select
        size="small"
        aria-label={t('approvalflows.compareWith')}
        value={with_}
        onChange={setWith}
        options={[
          { value: 0, label: t('approvalflows.withDraft') },
          ...page.versions
            .filter((v) => v.number !== version.number)
            .map((v) => ({ value: v.number, label: t('approvalflows.withVersion', { n: v.number }) })),
        ]}
      />
      {!changes ? (
        <Skeleton active />
      ) : changes.length === 0 ? (
        <p className="fc-soft">{t('approvalflows.same')}</p>
      ) : (
        <ul className="fc-changes">
          {changes.map((c) => (
            <li key={c}>{c}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
