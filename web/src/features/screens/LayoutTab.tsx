import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Popconfirm, Segmented, Select, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../../api/client';
import { shaped, useMe } from '../../api/queries';
import type { KindInfo, Words } from '../../api/types';
import { useUnits } from '../../api/units';
import { Problem, useProblemText, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import type { PrintLayout } from '../../lib/print';
import { type Content, isPlace, type Part, type Place, type PlaceVersions } from './layouts';
import { PrintPicker } from './PrintPicker';

type Shown = {
  /** The kind, or the menu. */
  of: string;
  part: Part;
  /** What is shown now, to begin with. */
  start: Content;
  draw: (value: Content, set: (v: Content) => void, place: Place) => ReactNode;
  /** The kind whose papers these are: a place has several, by name. */
  papers?: KindInfo;
};

/** The list, the form or the papers of a kind, or the menu, for the group, a company or a role: edited as a draft, published, undone. */
export function LayoutTab(shown: Shown) {
  const { of, part, papers } = shown;
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
  const key = ['screens', of, 'layouts'];
  const q = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await get<{ items: PlaceVersions[] }>(`/screens/${of}/layouts`, undefined, signal)).items,
  });
  const shipped = useQuery({
    queryKey: ['screens', of, 'shipped'],
    queryFn: ({ signal }) => get<PrintLayout>(`/screens/${of}/shipped-print`, undefined, signal),
    enabled: papers !== undefined,
  });
  const wrong = q.error ?? shipped.error;
  if (wrong) return <Problem error={wrong} retry={() => Promise.all([q.refetch(), shipped.refetch()])} />;
  if (!q.data || (papers && !shipped.data)) return <Waiting rows={5} />;
  const options =
    level === 'company'
      ? units.map((u) => ({ value: u.id, label: u.name }))
      : level === 'role'
        ? roles.map((r) => ({ value: r.code, label: words(r.name) }))
        : [];
  const chosen = level === 'group' ? undefined : (target ?? options[0]?.value);
  const place: Place = { part, level, ...(chosen && { target: chosen }), ...(papers && paper.name && { name: paper.name }) };
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
      {papers && (level === 'group' || chosen) && (
        <PrintPicker
          kind={papers}
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
          {...shown}
          place={place}
          known={known}
          start={papers ? { print: paper.begun ?? shipped.data } : shown.start}
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

type EditorProps = Shown & {
  place: Place;
  known?: PlaceVersions;
  /** A paper that was just named and is saved nowhere yet. */
  fresh: boolean;
  may: boolean;
  refresh: () => Promise<unknown>;
};

function Editor({ of, start, draw, place, known, fresh, may, refresh }: EditorProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const text = useProblemText();
  const client = useQueryClient();
  const draft = known?.versions.find((v) => v.version === 0);
  const current = known?.versions.find((v) => v.current);
  const from = draft ?? current;
  const [value, setValue] = useState<Content>(from?.[place.part] ? { [place.part]: from[place.part] } : start);
  const [dirty, setDirty] = useState(fresh);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<string[]>([]);
  const keep = (what = value) => request('PUT', `/screens/${of}/draft`, { body: { ...place, ...what, ...(fresh && { fresh }) } });
  const run = async (steps: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setErrors([]);
    try {
      await steps();
      tell.done(done);
      await Promise.all(shaped.map((queryKey) => client.invalidateQueries({ queryKey })));
      await refresh();
    } catch (e) {
      if (e instanceof ProblemError && e.status > 0 && e.status < 500)
        setErrors(e.errors.length ? e.errors.map((x) => x.message || e.detail) : [text(e)]);
      else tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const act = (verb: string) => request('POST', `/screens/${of}/${verb}`, { body: place });
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
      {draw(
        value,
        (v) => {
          setValue(v);
          setDirty(true);
        },
        place,
      )}
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
