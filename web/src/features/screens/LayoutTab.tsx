import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Popconfirm, Segmented, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../../api/client';
import { useMe } from '../../api/queries';
import type { KindInfo, Words } from '../../api/types';
import { useUnits } from '../../api/units';
import { Problem, useProblemText, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import type { PrintLayout } from '../../lib/print';
import { FormEditor } from './FormEditor';
import { ListEditor } from './ListEditor';
import { type Content, formOf, isPlace, listOf, type Part, type Place, type PlaceVersions } from './layouts';
import { PrintEditor } from './PrintEditor';
import { PrintPicker } from './PrintPicker';

/** The list, the form or the papers of a kind, for the group, a company or a role: edited as a draft, published, undone. */
export function LayoutTab({ kind, part }: { kind: KindInfo; part: Part }) {
  const { t } = useTranslation();
  const words = useWords();
  const me = useMe();
  const whole = me?.grants['screen:edit'] === 'group';
  const may = me?.grants['screen:edit'] !== undefined;
  const units = (useUnits().data ?? []).filter(
    (u) => u.kind === 'company' && u.status === 'open' && (whole || u.name === me?.posting.companyName),
  );
  const roles =
    useQuery({
      queryKey: ['roles'],
      queryFn: async ({ signal }) => (await get<{ items: { code: string; name: Words }[] }>('/roles', undefined, signal)).items,
      enabled: me?.grants['role:read'] !== undefined,
    }).data ?? [];
  const [level, setLevel] = useState<Place['level']>(whole || !may ? 'group' : 'company');
  const [target, setTarget] = useState<string>();
  const [paper, setPaper] = useState<{ name: string; begun?: PrintLayout }>({ name: '' });
  const key = ['screens', kind.name, 'layouts'];
  const q = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await get<{ items: PlaceVersions[] }>(`/screens/${kind.name}/layouts`, undefined, signal)).items,
  });
  const shipped = useQuery({
    queryKey: ['screens', kind.name, 'shipped'],
    queryFn: ({ signal }) => get<PrintLayout>(`/screens/${kind.name}/shipped-print`, undefined, signal),
    enabled: part === 'print',
  });
  const wrong = q.error ?? shipped.error;
  if (wrong) return <Problem error={wrong} retry={() => Promise.all([q.refetch(), shipped.refetch()])} />;
  if (!q.data || (part === 'print' && !shipped.data)) return <Waiting rows={5} />;
  const options =
    level === 'company'
      ? units.map((u) => ({ value: u.id, label: u.name }))
      : level === 'role'
        ? roles.map((r) => ({ value: r.code, label: words(r.name) }))
        : [];
  const chosen = level === 'group' ? undefined : (target ?? options[0]?.value);
  const place: Place = { part, level, ...(chosen && { target: chosen }), ...(part === 'print' && paper.name && { name: paper.name }) };
  const known = q.data.find((p) => isPlace(p, place));
  return (
    <>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, marginBottom: 12 }}>
        <Segmented
          value={level}
          options={(whole || !may ? (['group', 'company', 'role'] as const) : (['company'] as const)).map((l) => ({
            value: l,
            label: t(`screens.level.${l}`),
          }))}
          onChange={(l) => {
            setLevel(l);
            setTarget(undefined);
            setPaper({ name: '' });
          }}
        />
        {level !== 'group' && (
          <Select
            aria-label={t(`screens.level.${level}`)}
            value={chosen}
            options={options}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(to) => {
              setTarget(to);
              setPaper({ name: '' });
            }}
            style={{ minWidth: 180 }}
          />
        )}
      </div>
      {part === 'print' && (level === 'group' || chosen) && (
        <PrintPicker
          kind={kind}
          place={place}
          all={q.data}
          begun={paper.begun && paper.name}
          shipped={shipped.data}
          may={may}
          onChoose={(name, begun) => setPaper({ name, begun })}
          refresh={() => q.refetch()}
        />
      )}
      {(level === 'group' || chosen) && (
        <Editor
          // Another place, or what somebody else published, begins the editor again.
          key={JSON.stringify([place, known?.versions.map((v) => [v.version, v.current, v.at])])}
          kind={kind}
          place={place}
          known={known}
          first={
            part === 'list' ? { list: listOf(kind) } : part === 'form' ? { form: formOf(kind) } : { print: paper.begun ?? shipped.data }
          }
          fresh={!known && paper.begun !== undefined}
          may={may}
          refresh={async () => {
            setPaper((p) => ({ name: p.name }));
            await q.refetch();
          }}
        />
      )}
    </>
  );
}

type EditorProps = {
  kind: KindInfo;
  place: Place;
  known?: PlaceVersions;
  /** What it begins with when nothing was saved. */
  first: Content;
  /** A paper that was just named and is saved nowhere yet. */
  fresh: boolean;
  may: boolean;
  refresh: () => Promise<unknown>;
};

function Editor({ kind, place, known, first, fresh, may, refresh }: EditorProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const text = useProblemText();
  const client = useQueryClient();
  const draft = known?.versions.find((v) => v.version === 0);
  const current = known?.versions.find((v) => v.current);
  const from = draft ?? current;
  const [content, setContent] = useState<Content>({ ...first, ...(from && { list: from.list, form: from.form, print: from.print }) });
  const [dirty, setDirty] = useState(fresh);
  const change = (next: Content) => {
    setContent(next);
    setDirty(true);
  };
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<string[]>([]);
  const keep = (what = content) => request('PUT', `/screens/${kind.name}/draft`, { body: { ...place, ...what, ...(fresh && { fresh }) } });
  const run = async (steps: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setErrors([]);
    try {
      await steps();
      tell.done(done);
      await client.invalidateQueries({ queryKey: ['kinds'] });
      await refresh();
    } catch (e) {
      if (e instanceof ProblemError && e.status > 0 && e.status < 500)
        setErrors(e.errors.length ? e.errors.map((x) => x.message || e.detail) : [text(e)]);
      else tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const act = (verb: string) => request('POST', `/screens/${kind.name}/${verb}`, { body: place });
  const published = (known?.versions ?? []).filter((v) => v.version > 0);
  return (
    <fieldset disabled={!may} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <p className="fc-soft" style={{ marginTop: 0 }}>
        {draft
          ? t('screens.draftOf', { by: draft.by, at: when(draft.at) })
          : current
            ? t('screens.publishedOf', { n: current.version, by: current.by, at: when(current.at) })
            : t(fresh ? 'print.begun' : 'screens.shipped')}
      </p>
      {errors.length > 0 && <Alert type="error" showIcon title={errors.join('；')} style={{ marginBottom: 12 }} />}
      {content.list && <ListEditor kind={kind} value={content.list} onChange={(list) => change({ list })} />}
      {content.form && <FormEditor kind={kind} value={content.form} onChange={(form) => change({ form })} />}
      {content.print?.off && <Alert type="info" showIcon title={t('print.isOff')} style={{ marginBottom: 12 }} />}
      {content.print && !content.print.off && <PrintEditor kind={kind} value={content.print} onChange={(print) => change({ print })} />}
      {may && (
        <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, marginTop: 16 }}>
          <Button
            type="primary"
            loading={busy}
            disabled={!dirty && !draft}
            onClick={() =>
              run(async () => {
                await keep();
                await act('publish');
              }, t('screens.published'))
            }
          >
            {t('screens.publish')}
          </Button>
          <Button disabled={!dirty || busy} onClick={() => run(() => keep(), t('form.saved'))}>
            {t('screens.keepDraft')}
          </Button>
          {draft && (
            <Button disabled={busy} onClick={() => run(() => act('discard'), t('screens.discarded'))}>
              {t('screens.discard')}
            </Button>
          )}
          {place.part === 'print' && current && !current.print?.off && (
            <Popconfirm
              title={t('print.offAsk')}
              onConfirm={() =>
                run(async () => {
                  await keep({ print: { ...(current.print as PrintLayout), off: true } });
                  await act('publish');
                }, t('print.offDone'))
              }
            >
              <Button disabled={busy}>{t('screens.off')}</Button>
            </Popconfirm>
          )}
          {current && (
            <Popconfirm title={t('screens.undoAsk')} onConfirm={() => run(() => act('undo'), t('screens.undone'))}>
              <Button disabled={busy}>{t('screens.undo')}</Button>
            </Popconfirm>
          )}
        </div>
      )}
      {published.length > 0 && (
        <>
          <h2 className="fc-h2" style={{ marginTop: 20 }}>
            {t('screens.versions')}
          </h2>
          {published.map((v) => (
            <div key={v.version} style={{ padding: '2px 0' }}>
              <span className="fc-num">{t('screens.version', { n: v.version })}</span>{' '}
              <span className="fc-soft">{`${v.by} · ${when(v.at)}`}</span> {v.current && <Tag color="green">{t('screens.current')}</Tag>}
            </div>
          ))}
        </>
      )}
    </fieldset>
  );
}
